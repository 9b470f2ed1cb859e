<?php

/**
 * The classes of errors, by the table that all languages have (tests/errors.json).
 */

declare(strict_types=1);

use Quoalise\Exception\{InvalidArgumentException, MalformedDataException};

$table = json_decode(file_get_contents(ROOT . '/tests/errors.json'), true);
$names = [
    ...array_column($table['groups'], 'php', 'group'),
    ...array_column($table['kinds'], 'php', 'kind'),
];

foreach ([...$table['groups'], ...$table['kinds']] as $entry) {
    test("errors: the place of {$entry['php']}", function () use ($entry, $table, $names) {
        $class = new \ReflectionClass("Quoalise\\Exception\\{$entry['php']}");
        $parent = isset($entry['under']) ? $names[$entry['under']] : $table['base']['php'];
        same("Quoalise\\Exception\\$parent", $class->getParentClass()->getName());
    });
}

foreach ($table['kinds'] as $entry) {
    test("errors: {$entry['kind']} arrives as its class", function () use ($entry) {
        $line = __LINE__ + 1;
        $raise = fn () => Quoalise\Internal\raise($entry['kind']);
        $error = raises("Quoalise\\Exception\\{$entry['php']}", $raise);
        same($entry['kind'], $error->kind->value);
        same($entry['temporary'], $error->isTemporary);
        same('raised for a test', $error->reason);
        same('raised for a test', $error->getMessage());
        same([__FILE__, $line], [$error->getFile(), $error->getLine()]);
        same(null, $error->retryAfter);
    });
}

test('errors: the base is a runtime exception of PHP', function () use ($table) {
    same('RuntimeException', get_parent_class("Quoalise\\Exception\\{$table['base']['php']}"));
});

test('errors: there is no other class', function () use ($table, $names) {
    $is = fn ($class) => str_starts_with($class, 'Quoalise\\Exception\\');
    $found = array_map(fn ($class) => substr($class, 19), array_filter(get_declared_classes(), $is));
    $known = [$table['base']['php'], ...array_values($names)];
    sort($found);
    sort($known);
    same($known, $found);
});

test('errors: what cannot be read is told, and not shown', function () {
    $error = raises(MalformedDataException::class, fn () => Quoalise\loads('<sensml><senml n="secret" v="1"'));
    same(false, str_contains((string) $error, 'secret'));
    raises(InvalidArgumentException::class, fn () => Quoalise\loads('', Quoalise\Format::Json));
});

test('errors: fields cannot be changed', function () {
    $error = raises(InvalidArgumentException::class, fn () => Quoalise\loads('', Quoalise\Format::Json));
    raises(\Error::class, function () use ($error) {
        $error->reason = 'another';
    });
});
