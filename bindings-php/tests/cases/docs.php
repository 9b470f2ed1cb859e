<?php

/**
 * The guide and the examples do what they say, on a real server.
 */

declare(strict_types=1);

/** Runs a script as a program, with an account in its environment. */
function example(string $name, string ...$arguments): string
{
    $server = Server::shared();
    $account = $server->account();
    $password = tempnam(sys_get_temp_dir(), 'quoalise');
    file_put_contents($password, "{$account['password']}\n");
    $environment = [
        'QUOALISE_USER' => $account['account'],
        'QUOALISE_PASSWORD_FILE' => $password,
        'QUOALISE_ADDRESS' => $account['address'],
        'QUOALISE_CA_FILE' => $account['caFile'],
        'QUOALISE_PROVIDER' => $server->provider,
    ];
    $command = ['timeout', '60', ROOT . '/bindings-php/php', $name, ...$arguments];
    $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes, null, [...getenv(), ...$environment]);
    fclose($pipes[0]);
    $told = stream_get_contents($pipes[1]);
    $status = proc_close($process);
    unlink($password);
    same(0, $status, $told);
    return $told;
}

test('docs: a week to CSV', function () {
    $server = Server::shared();
    $file = tempnam(sys_get_temp_dir(), 'quoalise');
    $script = ROOT . '/bindings-php/examples/week_to_csv.php';
    same("336 records in $file, 0 gaps\n", example($script, $server->provider, $server->series, '2022-01-06', $file));
    same('2022-01-06T00:00:00+01:00', explode(',', file($file)[1])[0]);
    unlink($file);
});

test('docs: a page', function () {
    $get = var_export(['series' => Server::shared()->series, 'day' => '2022-01-06'], true);
    $file = tempnam(sys_get_temp_dir(), 'quoalise');
    file_put_contents($file, "<?php \$_GET = $get; require " . var_export(ROOT . '/bindings-php/examples/page.php', true) . ';');
    $page = json_decode(example($file), true);
    unlink($file);
    same([336, 336, 1641423600.0], [count($page['times']), count($page['values']), (float) $page['times'][0]]);
});

test('docs: the guide', function () {
    $server = Server::start('quoalise-test-server', '--provider');
    $account = $server->account();
    $text = file_get_contents(ROOT . '/docs/php.md');
    preg_match_all('/^```php\n(.*?)^```$/ms', $text, $blocks);
    $known = [
        "'account' => 'app@example.org', 'password' => 'secret'" => '...$ACCOUNT',
        'sge-proxy@provider.example/proxy' => $server->provider,
        'urn:dev:prm:00000000000001_consumption/power/active/raw' => $server->series,
    ];
    $script = "<?php\n\$ACCOUNT = " . var_export($account, true) . ";\n" . strtr(implode("\n", $blocks[1]), $known);
    $file = tempnam(sys_get_temp_dir(), 'quoalise');
    file_put_contents($file, $script);
    // Somebody listens in the guide.
    $process = proc_open(['timeout', '60', ROOT . '/bindings-php/php', $file], [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes);
    stream_set_blocking($pipes[1], false);
    $told = '';
    while (proc_get_status($process)['running']) {
        $server->do('push 1');
        usleep(200_000);
        $told .= stream_get_contents($pipes[1]);
    }
    $told .= stream_get_contents($pipes[1]);
    unlink($file);
    $server->stop();
    foreach (['336 readings', 'kWh', 'pushed by', 'UnreachableException', 'the guide is done'] as $words) {
        same(true, str_contains($told, $words), "$words in\n$told\n");
    }
});
