<?php

/**
 * Runs the tests of `cases`, one after another: `run.php NAME…` those with a NAME in their name.
 *
 * The last line is `N passed, N failed`.
 */

declare(strict_types=1);

require __DIR__ . '/harness.php';
require __DIR__ . '/server.php';
require __DIR__ . '/site.php';

foreach (glob(__DIR__ . '/cases/*.php') as $file) {
    require $file;
}
exit(Tests::run(array_slice($argv, 1)));
