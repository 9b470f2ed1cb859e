<?php

/**
 * The ways PHP is run as a server, and what may happen to a request.
 */

declare(strict_types=1);

use Quoalise\{Availability, Client};

/** What pages asked for at once say, one after the other. */
function sixAtOnce(string $address, string $path): iterable
{
    $sockets = array_map(fn () => stream_socket_client("tcp://$address"), range(1, 6));
    array_map(fn ($socket) => fwrite($socket, "GET $path HTTP/1.0\r\n\r\n"), $sockets);
    foreach ($sockets as $socket) {
        stream_set_timeout($socket, 60);
        $body = explode("\r\n\r\n", stream_get_contents($socket), 2)[1] ?? '';
        fclose($socket); // Apache waits for that
        yield $body;
    }
}

test('serving: each worker of the built-in server has a session', function () {
    $server = Server::shared();
    $folder = sys_get_temp_dir() . '/quoalise-workers-' . getmypid();
    mkdir($folder);
    file_put_contents("$folder/index.php", <<<'PHP'
        <?php
        $options = [...json_decode(getenv('QUOALISE_OPTIONS'), true), 'persistent' => 'page'];
        echo json_encode([getmypid(), Quoalise\Client::connect($options)->jid(), Quoalise\Client::stats()['opened']]);
        usleep(20_000);
        PHP);
    $socket = stream_socket_server('tcp://127.0.0.1:0');
    $address = stream_socket_get_name($socket, false);
    fclose($socket);
    $command = [ROOT . '/bindings-php/php', '-S', $address, '-t', $folder];
    // They are ended together, by their group.
    $web = proc_open(['setsid', ...$command], [['pipe', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']], $pipes, null, [
        ...getenv(),
        'QUOALISE_OPTIONS' => json_encode($server->account()),
        'PHP_CLI_SERVER_WORKERS' => '3',
    ]);
    try {
        for ($until = microtime(true) + 30; !($one = @stream_socket_client("tcp://$address")); usleep(50_000)) {
            same(true, microtime(true) < $until, 'the server came up');
        }
        fclose($one);
        $sessions = [];
        for ($round = 0; $round < 20; $round++) {
            foreach (sixAtOnce($address, '/') as $body) {
                [$pid, $jid, $opened] = json_decode($body, true) ?? fail("no page: $body");
                same(1, $opened);
                same($jid, $sessions[$pid] ??= $jid);
            }
        }
        same(true, count($sessions) > 1, 'more than one worker was asked');
        same(count($sessions), count(array_unique($sessions)), 'each has its own');
    } finally {
        posix_kill(-proc_get_status($web)['pid'], SIGTERM);
        proc_close($web);
        unlink("$folder/index.php");
        rmdir($folder);
    }
});

test('serving: a loop that serves many requests logs in once, and does not grow', function () {
    // As the workers of RoadRunner or FrankenPHP: one script, and no end of a request between.
    $server = Server::shared();
    $told = script(<<<'PHP'
        [$provider, $series] = [$argv[2], $argv[3]];
        $memory = fn () => (int) preg_replace('/.*VmRSS:\s+(\d+).*/s', '$1', file_get_contents('/proc/self/status'));
        $page = function () use ($argv, $provider, $series): int {
            $client = Quoalise\Client::connect([...json_decode($argv[1], true), 'persistent' => 'page']);
            $day = new DateTimeImmutable('2022-01-10');
            try {
                $client->run($provider, 'nothing');
            } catch (Quoalise\Exception\NoSuchCommandException) {
                // One page in each finds nothing.
            }
            return count($client->getHistory($provider, $series, $day, $day->modify('+7 days'))->values());
        };
        $sizes = [];
        for ($window = 0; $window < 5; $window++) {
            for ($i = 0; $i < 100; $i++) {
                $page();
            }
            $sizes[] = $memory();
        }
        $grown = array_map(fn ($i) => $sizes[$i + 1] - $sizes[$i], range(1, 3));
        echo json_encode([Quoalise\Client::stats()['opened'], Quoalise\Client::stats()['reused'], min($grown)]);
        PHP, [json_encode($server->account()), $server->provider, $server->series]);
    [$opened, $reused, $grown] = json_decode($told, true) ?? fail($told);
    same([1, 499], [$opened, $reused]);
    // What is left behind by each shows in each of some windows.
    same(true, $grown < 200, "each 100 took $grown KiB: less than 200");
});

test('serving: a page whose reader is gone leaves the session usable', function () {
    $server = Server::shared();
    $options = [...$server->account(), 'provider' => $server->provider];
    $site = new Site(<<<'PHP'
        <?php
        ini_set('output_buffering', '0');
        $options = json_decode(base64_decode(getenv('QUOALISE_OPTIONS')), true);
        $provider = $options['provider'];
        unset($options['provider']);
        $client = Quoalise\Client::connect([...$options, 'persistent' => 'page']);
        if (isset($_GET['long'])) {
            $listener = $client->listen();
            for ($i = 0; $i < 6000; $i++) {
                $listener->next(0.05);
                echo str_repeat(' ', 10_000); // it is told when it writes
                flush();
            }
        }
        $client->listen()->close();
        echo json_encode(['jid' => $client->jid(), 'there' => $client->availability($provider)->value]);
        PHP, $options, 1);
    try {
        $first = $site->page();
        same([200, 'online'], [$first['status'], $first['there'] ?? $first]);
        for ($i = 0; $i < 5; $i++) {
            $began = microtime(true);
            $site->giveUp('long=1');
            same($first, $site->page());
            same(true, microtime(true) - $began < 150, 'it did not go on to its end');
        }
    } finally {
        $site->stop();
    }
});

test('serving: an idle session is ended when a request of any kind is over', function () {
    $server = Server::shared();
    $site = new Site(<<<'PHP'
        <?php
        $options = json_decode(base64_decode(getenv('QUOALISE_OPTIONS')), true);
        if (isset($_GET['connect'])) {
            $jid = Quoalise\Client::connect([...$options, 'persistent' => 'page'])->jid();
        }
        echo json_encode(['jid' => $jid ?? null, 'stats' => Quoalise\Client::stats()]);
        PHP, $server->account(), 1, ['quoalise.persistent_idle' => 1]);
    try {
        $jid = $site->page('connect=1')['jid'];
        $client = $server->connect();
        same(Availability::Online, $client->availability($jid));
        sleep(1);
        $site->page();
        same(['opened' => 1, 'dropped' => 1], array_filter($site->page()['stats']));
        for ($until = microtime(true) + 30; $client->availability($jid) !== Availability::Offline && microtime(true) < $until; usleep(50_000));
        same(Availability::Offline, $client->availability($jid));
    } finally {
        $site->stop();
    }
});

test('serving: processes of Apache (mod_php, prefork), also after a graceful restart', function () {
    $server = Server::shared();
    $module = '/usr/lib/apache2/modules/libphp' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION . '.so';
    same(true, is_file($module), 'mod_php is there: run `make setup`');
    // Its processes are those of another user where these tests are root's, and that user cannot read the tests' files.
    $temporary = posix_geteuid() === 0 ? '/tmp' : sys_get_temp_dir();
    $folder = "$temporary/quoalise-apache-" . bin2hex(random_bytes(6));
    mkdir($folder, 0o755);
    $account = $server->account();
    $options = [...array_diff_key($account, ['caFile' => 1]), 'caPem' => file_get_contents($account['caFile']), 'persistent' => 'page'];
    file_put_contents("$folder/index.php", '<?php $options = ' . var_export($options, true) . ';' . <<<'PHP'
        $client = Quoalise\Client::connect($options);
        $day = new DateTimeImmutable('2022-01-10');
        $data = $client->getHistory($_GET['provider'], $_GET['series'], $day, $day->modify('+1 day'));
        echo json_encode([getmypid(), $client->jid(), count($data)]);
        usleep(20_000);
        PHP);
    file_put_contents("$folder/php.ini", 'extension=' . realpath(target('libquoalise_php.so')) . "\n");
    $socket = stream_socket_server('tcp://127.0.0.1:0');
    $address = stream_socket_get_name($socket, false);
    fclose($socket);
    file_put_contents("$folder/apache.conf", <<<CONF
        ServerRoot $folder
        ServerName 127.0.0.1
        PidFile $folder/pid
        ErrorLog $folder/error.log
        Mutex file:$folder
        Listen $address
        User www-data
        Group www-data
        LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule php_module $module
        PHPIniDir $folder
        DocumentRoot $folder
        StartServers 3
        MinSpareServers 3
        MaxSpareServers 3
        MaxRequestWorkers 3
        <FilesMatch php$>
            SetHandler application/x-httpd-php
        </FilesMatch>
        CONF);
    $nowhere = [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']];
    // It ends its whole group, in which the tests would be too.
    $apache = proc_open(['setsid', '/usr/sbin/apache2', '-f', "$folder/apache.conf", '-DFOREGROUND'], $nowhere, $pipes);
    $query = http_build_query(['provider' => $server->provider, 'series' => $server->series]);
    // By process, the session it answers with.
    $sessions = function () use ($address, $query, $folder): array {
        for ($until = microtime(true) + 60; !($one = @stream_socket_client("tcp://$address")); usleep(50_000)) {
            same(true, microtime(true) < $until, 'Apache came up: ' . @file_get_contents("$folder/error.log"));
        }
        fclose($one);
        $sessions = [];
        for ($round = 0; $round < 5; $round++) {
            foreach (sixAtOnce($address, "/index.php?$query") as $body) {
                [$pid, $jid, $count] = json_decode($body, true) ?? fail("no page: $body" . file_get_contents("$folder/error.log"));
                same(48, $count);
                same($jid, $sessions[$pid] ??= $jid);
            }
        }
        return $sessions;
    };
    try {
        $before = $sessions();
        same(count($before), count(array_unique($before)), 'each has its own');
        for ($i = 0; $i < 2; $i++) {
            proc_terminate($apache, SIGUSR1);
            for ($until = microtime(true) + 60; array_filter(array_keys($before), fn ($pid) => posix_kill($pid, 0)); usleep(50_000)) {
                same(true, microtime(true) < $until, 'the processes before have ended');
            }
            $after = $sessions();
            same([], array_intersect_key($before, $after));
            $before = $after;
        }
        same(0, preg_match('/segfault|exit signal/i', file_get_contents("$folder/error.log")), file_get_contents("$folder/error.log"));
    } finally {
        proc_terminate($apache, SIGTERM);
        proc_close($apache);
        array_map(unlink(...), array_filter(glob("$folder/*"), is_file(...)));
        rmdir($folder);
    }
});
