<?php

/**
 * Valgrind has nothing to say of us: no access to what is freed or was never written, and nothing of ours that is lost.
 */

declare(strict_types=1);

/** What a script says, and what of its errors and leaks has a frame of ours in it. */
function watched(string $code, string ...$arguments): array
{
    $log = tempnam(sys_get_temp_dir(), 'quoalise');
    $command = [
        'timeout', '300', 'valgrind', "--log-file=$log", '--num-callers=40', '--leak-check=full', '--show-leak-kinds=definite',
        '--errors-for-leak-kinds=definite', '--child-silent-after-fork=yes',
        '--suppressions=' . ROOT . '/bindings-php/tests/valgrind.supp',
        PHP_BINARY, '-n', '-d', 'extension=' . realpath(target('libquoalise_php.so')), '-d', 'pcre.jit=0', '-r', $code, '--', ...$arguments,
    ];
    // With the C library's allocator, so that each block is known by itself.
    $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes, null, [...getenv(), 'USE_ZEND_ALLOC' => '0']);
    fclose($pipes[0]);
    $told = stream_get_contents($pipes[1]);
    $status = proc_close($process);
    $said = preg_replace('/^==\d+== ?/m', '', file_get_contents($log));
    unlink($log);
    // 255 is that of a script that the engine has ended.
    same(true, in_array($status, [0, 255], true), "$told$said");
    $paragraphs = preg_split('/\n\s*\n/', $said);
    same(true, (bool) preg_grep('/ERROR SUMMARY/', $paragraphs), "it came to its end:\n$said");
    return [$told, implode("\n\n", preg_grep('/^ +(at|by) 0x.*(libquoalise_php|border\.c|\.rs:\d)/m', $paragraphs))];
}

test('valgrind: data', function () {
    [$told, $ours] = watched(<<<'PHP'
        $data = Quoalise\loads("time,value,unit,name\n2022-01-10T00:00:00Z,412,W,a\n2022-01-10T00:30:00.25Z,,W,a\n");
        foreach ($data as $reading) {
            $reading->time->format('c');
        }
        [$data->times(), $data->values(), $data->names(), $data->missing(), json_encode($data), $data->metadata(), $data->parts()];
        unserialize(serialize($data)) == $data;
        Quoalise\dumps($data, Quoalise\Format::Csv, zone: 'Europe/Paris');
        foreach ([fn () => $data[7], fn () => Quoalise\loads('<'), fn () => Quoalise\loads(5), fn () => $data->toJson('Nowhere')] as $wrong) {
            try {
                $wrong();
            } catch (Throwable) {
            }
        }
        try {
            var_dump(count(Quoalise\loads("time,value\n", now: new class extends DateTimeImmutable {
                public function format(string $format): string { throw new DomainException(); }
            })));
        } catch (DomainException) {
        }
        echo 'done';
        PHP);
    same(['done', ''], [$told, $ours]);
});

test('valgrind: a session', function () {
    $server = Server::shared();
    [$told, $ours] = watched(<<<'PHP'
        [, $options, $provider, $series] = $argv;
        for ($i = 0; $i < 2; $i++) {
            $client = Quoalise\Client::connect([...json_decode($options, true), 'persistent' => 'page']);
        }
        $listener = $client->listen();
        $client->subscribe($provider, $series);
        foreach ($listener->getIterator(0.5) as $event) {
        }
        $pending = $client->getHistoryAsync($provider, $series, new DateTime('2022-01-10'), new DateTime('2022-01-11'));
        [$read, $write, $except] = [[$pending->stream()], null, null];
        stream_select($read, $write, $except, 60);
        $told = count($pending->get());
        try {
            $client->run($provider, 'nothing');
        } catch (Quoalise\Exception\NoSuchCommandException) {
        }
        $client->commandsAsync($provider);
        $client->unsubscribe($provider, $series);
        $listener->finish();
        echo $told;
        PHP, json_encode([...$server->account(), 'connectTimeout' => 120, 'timeout' => 120]), $server->provider, $server->series);
    same(['48', ''], [$told, $ours]);
});

test('valgrind: memory that ends in the midst of a call', function () {
    [$told, $ours] = watched(<<<'PHP'
        $data = Quoalise\loads("time,value\n2022-01-10T00:00:00Z,1\n2022-01-10T00:30:00Z,2\n");
        register_shutdown_function(fn () => print('over'));
        ini_set('display_errors', '0');
        Quoalise\Internal\exhaust(3);
        $data->times();
        echo 'never';
        PHP);
    // What the engine allocated in a script that it has left is lost, unless with its own allocator, which forgets all of it.
    $ours = implode("\n\n", preg_grep('/__zend_\w*alloc/', explode("\n\n", $ours), PREG_GREP_INVERT));
    same(['over', ''], [$told, $ours]);
});
