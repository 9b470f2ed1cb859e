<?php

/**
 * Where memory ends (`memory_limit`) in the midst of a call, the engine leaves it by a jump. What the call held is given up all the
 * same, and the worker goes on.
 */

declare(strict_types=1);

/** A page that does what it is asked for, with memory ending at the so manieth thing that is asked of the engine. */
const DOES = <<<'PHP'
    <?php
    ini_set('display_errors', '1');
    ini_set('html_errors', '0');
    $options = json_decode(base64_decode(getenv('QUOALISE_OPTIONS')), true);
    [$provider, $series, $table] = [$options['provider'], $options['series'], $options['table']];
    unset($options['provider'], $options['series'], $options['table']);
    $do = $_GET['do'] ?? 'nothing';
    $client = Quoalise\Client::connect([...$options, 'persistent' => 'page']);
    $exhaust = fn () => Quoalise\Internal\exhaust((int) $_GET['at']);
    $day = new DateTimeImmutable('2022-01-10');
    $told = 0;
    if ($do === 'times') {
        $data = Quoalise\loads(file_get_contents($table));
        ini_set('memory_limit', '8M');
        $told = count($data->times());
    } elseif ($do === 'column') {
        $data = Quoalise\loads("time,value\n2022-01-10T00:00:00Z,1\n2022-01-10T00:30:00Z,\n");
        $exhaust();
        $told = count($data->times()) + count($data->values()) + count($data->names()) + count($data->missing());
    } elseif ($do === 'rows') {
        $data = Quoalise\loads("time,value\n2022-01-10T00:00:00Z,1\n");
        $exhaust();
        foreach ($data as $reading) {
            $told++;
        }
        $told += strlen(json_encode($data)) + strlen(serialize($data));
    } elseif ($do === 'history') {
        $exhaust();
        $told = count($client->getHistory($provider, $series, $day, $day->modify('+1 day')));
    } elseif ($do === 'pending') {
        $exhaust();
        $pending = $client->getHistoryAsync($provider, $series, $day, $day->modify('+1 day'));
        $stream = $pending->stream();
        $told = count($pending->get());
    } elseif ($do === 'error') {
        $exhaust();
        try {
            $client->run($provider, 'nothing');
        } catch (Quoalise\Exception\NoSuchCommandException) {
            $told = 1;
        }
    } elseif ($do === 'arguments') {
        $data = Quoalise\loads("time,value\n");
        $exhaust();
        foreach ([fn () => $client->availability(), fn () => $client->availability(5), fn () => $data[7]] as $wrong) {
            try {
                $wrong();
            } catch (Throwable) {
                $told++;
            }
        }
    } elseif ($do === 'subscribe') {
        $client->subscribe($provider, $series);
        $told = 1;
    } elseif ($do === 'next') {
        $exhaust();
        $listener = $client->listen();
        do {
            $event = $listener->next(60);
        } while ($event instanceof Quoalise\Presence);
        $told = count($event->data);
        $listener->finish();
    }
    Quoalise\Internal\exhaust(0);
    preg_match('/VmRSS:\s+(\d+)/', file_get_contents('/proc/self/status'), $memory);
    $threads = count(scandir('/proc/self/task')) - 2;
    // Of files php-fpm itself leaves some open when it leaves a script.
    $descriptors = array_map(fn ($fd) => (string) @readlink("/proc/self/fd/$fd"), scandir('/proc/self/fd'));
    $descriptors = count(preg_grep('/^(socket|pipe|anon_inode):/', $descriptors));
    echo json_encode(['pid' => getmypid(), 'jid' => $client->jid(), 'told' => $told, 'memory' => (int) $memory[1],
        'threads' => $threads, 'descriptors' => $descriptors]);
    PHP;

test('memory: where it ends, a worker loses nothing', function () {
    $server = Server::start('quoalise-test-server', '--provider');
    $table = tempnam(sys_get_temp_dir(), 'quoalise');
    $rows = array_map(fn ($row) => gmdate('Y-m-d\TH:i:s\Z', 1_600_000_000 + $row * 60) . ',1', range(1, 60_000));
    file_put_contents($table, "time,value\n" . implode("\n", $rows));
    $options = [...$server->account(), 'provider' => $server->provider, 'series' => $server->series, 'table' => $table];
    $site = new Site(DOES, $options, 1);
    try {
        $all = ['column', 'rows', 'history', 'pending', 'error', 'arguments', 'next'];
        $site->page('do=subscribe');
        $server->do('push 1');
        foreach ($all as $do) {
            same(true, ($site->page("do=$do&at=0")['told'] ?? 0) > 0, $do);
        }
        $server->do('push 1');
        $first = $site->page();
        $ended = [];
        foreach ($all as $do) {
            for ($at = 1;; $at++) {
                $page = $site->page("do=$do&at=$at");
                if (isset($page['told'])) {
                    break;
                }
                same(1, preg_match('/Memory has ended for a test/', $page['text']), "$do $at: {$page['text']}");
                if ($at > 500) {
                    fail("$do goes on without end");
                }
            }
            same($first['pid'], $page['pid'], 'the worker');
            same($first['jid'], $page['jid'], 'the session');
            same(true, $page['told'] > 0, $do);
            $ended[$do] = $at - 1;
        }
        same(true, min($ended) >= 3, 'in how many places memory ended: ' . json_encode($ended));
        // The limit of php.ini, with a column that is a megabyte for the core, and more for PHP.
        $times = function () use ($site): void {
            $page = $site->page('do=times');
            same(1, preg_match('/Allowed memory size of \d+ bytes exhausted/', $page['text'] ?? ''), json_encode($page));
        };
        for ($i = 0; $i < 5; $i++) {
            $times();
        }
        $before = $site->page();
        for ($i = 0; $i < 40; $i++) {
            $times();
        }
        $after = $site->page();
        same([$first['pid'], $first['jid']], [$after['pid'], $after['jid']]);
        same([$first['threads'], $first['descriptors']], [$after['threads'], $after['descriptors']], 'threads and descriptors');
        $grown = $after['memory'] - $before['memory'];
        same(true, $grown < 10 * 1024, "it took $grown KiB: less than 10240");
    } finally {
        $site->stop();
        $server->stop();
        unlink($table);
    }
});
