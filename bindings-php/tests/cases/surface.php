<?php

/**
 * What the extension really has, beside what core/src/ffi says of itself, and beside its stub.
 */

declare(strict_types=1);

function camel(string $name): string
{
    return lcfirst(str_replace('_', '', ucwords($name, '_')));
}

function model(): array
{
    static $model;
    return $model ??= json_decode(
        shell_exec(target('quoalise-bindgen') . ' ' . target('libquoalise.rlib') . ' --model'),
        true,
        flags: JSON_THROW_ON_ERROR,
    );
}

/** The names of arguments as PHP has them. */
function arguments(array $callable): array
{
    $names = [];
    foreach ($callable['arguments'] as $argument) {
        $fields = $argument['name'] === 'options' ? model()['records'][$argument['kind']['Record']]['fields'] : [$argument];
        array_push($names, ...array_map(camel(...), array_column($fields, 'name')));
    }
    sort($names);
    return $names;
}

function parameters(\ReflectionFunctionAbstract $function): array
{
    $names = array_map(fn ($parameter) => $parameter->name, $function->getParameters());
    sort($names);
    return array_values(array_diff($names, ['timeout']));
}

test('surface: every operation of the core is there, with its arguments', function () {
    foreach (model()['objects'] as $name => $object) {
        if (in_array($name, ['Data', 'Error'], true)) {
            continue; // in PHP's own manners
        }
        $class = new \ReflectionClass("Quoalise\\$name");
        foreach ($object['methods'] as $method) {
            same(arguments($method), parameters($class->getMethod(camel($method['name']))), "$name.{$method['name']}");
        }
        foreach ($object['constructors'] as $constructor) {
            $method = $class->getMethod(camel($constructor['name']));
            same(['options'], parameters($method));
            // It is told of all it knows when it does not know one.
            $error = raises(Quoalise\Exception\InvalidArgumentException::class, fn () => $method->invoke(null, ['no-such' => 1]));
            foreach (arguments($constructor) as $option) {
                same(1, preg_match("/\\b$option\\b/", $error->getMessage()), $option);
            }
        }
    }
    foreach (model()['functions'] as $function) {
        $found = new \ReflectionFunction('Quoalise\\' . camel($function['name']));
        same(arguments($function), parameters($found), $function['name']);
    }
});

test('surface: records and enums have what the core has', function () {
    $options = ['AuthorizeOptions', 'ConnectOptions', 'DumpOptions', 'ListenOptions', 'LoadOptions'];
    foreach (array_diff_key(model()['records'], array_flip($options)) as $name => $record) {
        $class = new \ReflectionClass("Quoalise\\$name");
        $found = array_map(fn ($property) => $property->name, $class->getProperties());
        same(array_map(camel(...), array_column($record['fields'], 'name')), $found, $name);
        foreach ($class->getProperties() as $property) {
            same([true, true], [$property->isReadOnly(), $property->hasType()], "$name::\${$property->name}");
            same(true, strlen($property->getDocComment()) > 10);
        }
    }
    foreach (model()['enums'] as $name => $enum) {
        $found = array_map(fn ($case) => $case->name, "Quoalise\\$name"::cases());
        same(array_column($enum['variants'], 'name'), $found, $name);
    }
});

/** A stub without what is between, to be compared with Reflection. */
function declared(): array
{
    $stub = file_get_contents(ROOT . '/bindings-php/quoalise.stub.php');
    $stub = preg_replace('~/\*\*.*?\*/~s', '', $stub);
    preg_match_all('~(?:^    (?:final )?(?:class|enum) (\w+)|function (\w+)\(([^{]*)\): (\S+) \{\})~m', $stub, $found, PREG_SET_ORDER);
    $methods = [];
    $class = null;
    foreach ($found as $one) {
        if ($one[1]) {
            $class = $one[1];
        } else {
            $text = trim(preg_replace('/\s+/', ' ', str_replace('#[\SensitiveParameter] ', '', $one[3])));
            $methods[] = [$class, $one[2], $text, $one[4]];
        }
    }
    return $methods;
}

test('surface: Reflection says what the stub says', function () {
    $type = function (?\ReflectionType $type): array {
        $names = explode('|', str_replace('Quoalise\\', '', ltrim((string) $type, '?')));
        if (str_starts_with((string) $type, '?')) {
            $names[] = 'null';
        }
        sort($names);
        return $names;
    };
    $stubbed = function (string $type): array {
        $names = explode('|', str_replace('\\', '', ltrim($type, '?')));
        if (str_starts_with($type, '?')) {
            $names[] = 'null';
        }
        sort($names);
        return $names;
    };
    foreach (declared() as [$class, $name, $parameters, $returns]) {
        $is_function = function_exists("Quoalise\\$name");
        $found = $is_function ? new \ReflectionFunction("Quoalise\\$name") : new \ReflectionMethod("Quoalise\\$class", $name);
        same($stubbed($returns), $type($found->getReturnType()), "$class::$name");
        $texts = $parameters === '' ? [] : explode(', ', $parameters);
        same(count($texts), $found->getNumberOfParameters(), "$class::$name");
        foreach ($found->getParameters() as $i => $parameter) {
            preg_match('/^(\S+) \$(\w+)(?: = (.*))?$/', $texts[$i], $text);
            same($text[2], $parameter->name, "$class::$name");
            same($stubbed($text[1]), $type($parameter->getType()), "$class::$name \${$parameter->name}");
            same($text[3] ?? null, $parameter->isOptional() ? strtolower(var_export($parameter->getDefaultValue(), true)) === 'utc'
                ? 'UTC' : (is_bool($parameter->getDefaultValue()) || $parameter->getDefaultValue() === null
                    ? strtolower(var_export($parameter->getDefaultValue(), true))
                    : var_export($parameter->getDefaultValue(), true)) : null, "$class::$name \${$parameter->name}");
        }
    }
});

test('surface: what ought not to be done cannot be', function () {
    $data = Quoalise\loads('time,value,unit,name');
    raises(\Error::class, fn () => new Quoalise\Client());
    raises(\Error::class, fn () => clone $data);
    raises(\Error::class, function () use ($data) {
        $data->more = 1;
    });
    raises(\TypeError::class, fn () => Quoalise\loads(5));
    raises(\ArgumentCountError::class, fn () => Quoalise\loads());
    same(true, (new \ReflectionClass(Quoalise\Client::class))->isFinal());
});
