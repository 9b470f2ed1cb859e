<?php

declare(strict_types=1);

const ROOT = __DIR__ . '/../..';

/** Where programs are that were built. */
function target(string $name): string
{
    return (getenv('CARGO_TARGET_DIR') ?: ROOT . '/target') . "/debug/$name";
}

/** What there is to be run. */
final class Tests
{
    /** @var array<string, \Closure> */
    private static array $all = [];

    public static function add(string $name, \Closure $body): void
    {
        if (isset(self::$all[$name])) {
            throw new \LogicException("there are two tests called $name");
        }
        self::$all[$name] = $body;
    }

    /** @param list<string> $wanted */
    public static function run(array $wanted): int
    {
        // Nothing is let pass that PHP has to say.
        set_error_handler(function (int $number, string $message, string $file, int $line): bool {
            if (!(error_reporting() & $number)) {
                return false; // after an @
            }
            throw new \ErrorException($message, 0, $number, $file, $line);
        });
        $passed = $failed = 0;
        foreach (self::$all as $name => $body) {
            if ($wanted && !array_filter($wanted, fn ($part) => str_contains($name, $part))) {
                continue;
            }
            try {
                $body();
                $passed++;
            } catch (\Throwable $error) {
                $failed++;
                echo "FAILED $name\n", preg_replace('/^/m', '    ', (string) $error), "\n";
            }
        }
        Server::stopAll();
        echo "$passed passed, $failed failed\n";
        return $failed || !$passed ? 1 : 0;
    }
}

function test(string $name, \Closure $body): void
{
    Tests::add($name, $body);
}

function fail(string $message): never
{
    throw new \Exception($message);
}

function same(mixed $expected, mixed $found, string $of = ''): void
{
    if ($expected !== $found) {
        fail(trim("$of is " . json_encode($found, JSON_PARTIAL_OUTPUT_ON_ERROR) . ', not ' . json_encode($expected, JSON_PARTIAL_OUTPUT_ON_ERROR)));
    }
}

/**
 * What is thrown, which has to be of exactly this class.
 *
 * @template T of \Throwable
 * @param class-string<T> $class
 * @return T
 */
function raises(string $class, \Closure $body): \Throwable
{
    try {
        $body();
    } catch (\Throwable $error) {
        if (get_class($error) !== $class) {
            throw new \Exception("not $class", 0, $error);
        }
        return $error;
    }
    fail("no $class was thrown");
}

/** What another PHP with the extension writes, given this script; it must end within a minute. */
function script(string $code, array $arguments = [], array $settings = [], ?int &$status = null): string
{
    $command = [ROOT . '/bindings-php/php'];
    foreach ($settings as $name => $value) {
        array_push($command, '-d', "$name=$value");
    }
    array_push($command, '-r', $code, '--', ...$arguments);
    $process = proc_open(['timeout', '60', ...$command], [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes);
    fclose($pipes[0]);
    $told = stream_get_contents($pipes[1]);
    $status = proc_close($process);
    return $told;
}
