<?php

/**
 * Sessions that outlive a request.
 */

declare(strict_types=1);

use Quoalise\{Availability, Client};
use Quoalise\Exception\{LoginRefusedException, QuoaliseException};

/** How the counts of sessions have changed. */
function since(array $before): array
{
    $changes = [];
    foreach (Client::stats() as $name => $count) {
        $changes[$name] = $count - $before[$name];
    }
    return array_filter($changes);
}

test('sessions: one is kept for who gives the very same options', function () {
    $server = Server::shared();
    $account = [...$server->account(), 'persistent' => 'page'];
    $before = Client::stats();
    $client = Client::connect($account);
    $jid = $client->jid();
    unset($client);
    same($jid, Client::connect($account)->jid());
    same(['kept' => 1, 'opened' => 1, 'reused' => 1], since($before));
    // Another name, another option, another account: another session.
    foreach ([['persistent' => 'cron'], ['timeout' => 29], $server->account()] as $other) {
        same(false, Client::connect([...$account, ...$other])->jid() === $jid);
    }
    same(['kept' => 4, 'opened' => 4, 'reused' => 1], since($before));
    // Nobody gets in by a name alone.
    raises(LoginRefusedException::class, fn () => Client::connect([...$account, 'password' => 'wrong']));
    // Without a name it is nobody else's.
    same(false, Client::connect(array_diff_key($account, ['persistent' => 1]))->jid() === $jid);
});

test('sessions: a broken one is replaced', function () {
    $server = Server::start('quoalise-test-server', '--provider');
    $account = [...$server->account(), 'persistent' => 'page'];
    $before = Client::stats();
    Client::connect($account)->close();
    same(Availability::Online, Client::connect($account)->availability($server->provider));
    same(['kept' => 1, 'opened' => 2, 'replaced' => 1], since($before));
    $server->do('restart');
    // A question that was on its way when the connection went is told so.
    $answers = function () use ($account, $server): bool {
        try {
            return Client::connect($account)->availability($server->provider) === Availability::Online;
        } catch (QuoaliseException) {
            return false;
        }
    };
    for ($until = microtime(true) + 60; !$answers() && microtime(true) < $until; usleep(100_000));
    same(Availability::Online, Client::connect($account)->availability($server->provider));
    same(1, since($before)['kept']);
    $server->stop();
});

test('sessions: php.ini has limits', function () {
    $server = Server::shared();
    $accounts = [json_encode(array_map(fn () => $server->account(), range(1, 3)))];
    $code = <<<'PHP'
        foreach ([0, 1, 2, 2] as $i) {
            Quoalise\Client::connect([...json_decode($argv[1], true)[$i], 'persistent' => 'page'])->jid();
            usleep(20000);
        }
        echo json_encode(Quoalise\Client::stats());
        PHP;
    $stats = fn ($settings) => array_filter(json_decode(script($code, $accounts, $settings), true));
    same(['kept' => 2, 'opened' => 3, 'reused' => 1, 'dropped' => 1], $stats(['quoalise.max_persistent' => 2]));
    same(['opened' => 4], $stats(['quoalise.max_persistent' => 0]));
    same(['kept' => 1, 'opened' => 3, 'reused' => 1, 'dropped' => 2], $stats(['quoalise.persistent_idle' => 0]));
});

test('sessions: a fork has its own', function () {
    $server = Server::shared();
    $told = script(<<<'PHP'
        $options = [...json_decode($argv[1], true), 'persistent' => 'page'];
        $jid = Quoalise\Client::connect($options)->jid();
        $child = pcntl_fork();
        if ($child === 0) {
            $other = Quoalise\Client::connect($options);
            echo $other->jid() === $jid ? "shared\n" : json_encode(array_filter(Quoalise\Client::stats())), "\n";
            exit;
        }
        pcntl_waitpid($child, $status);
        echo Quoalise\Client::connect($options)->jid() === $jid ? 'kept' : 'lost';
        PHP, [json_encode($server->account())]);
    same("{\"kept\":1,\"opened\":1}\nkept", $told);
});

test('sessions: pages of a web server share one, also after one that was given up', function () {
    $server = Server::shared();
    $folder = sys_get_temp_dir() . '/quoalise-pages-' . getmypid();
    mkdir($folder);
    file_put_contents("$folder/index.php", <<<'PHP'
        <?php
        $options = [...json_decode(getenv('QUOALISE_OPTIONS'), true), 'persistent' => 'page'];
        $client = Quoalise\Client::connect($options);
        if (isset($_GET['fails'])) {
            throw new Exception('a page that fails');
        }
        echo json_encode([$client->jid(), count($client->getHistory($_GET['provider'], $_GET['series'])), Quoalise\Client::stats()]);
        PHP);
    $socket = stream_socket_server('tcp://127.0.0.1:0');
    $address = stream_socket_get_name($socket, false);
    fclose($socket);
    $command = [ROOT . '/bindings-php/php', '-d', 'display_errors=0', '-d', 'log_errors=0', '-S', $address, '-t', $folder];
    $web = proc_open($command, [['pipe', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']], $pipes, null, [
        ...getenv(),
        'QUOALISE_OPTIONS' => json_encode($server->account()),
    ]);
    try {
        $query = http_build_query(['provider' => $server->provider, 'series' => $server->series]);
        $page = function (string $query) use ($address): string|false {
            $context = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 60]]);
            for ($until = microtime(true) + 30; microtime(true) < $until; usleep(50_000)) {
                if (($page = @file_get_contents("http://$address/?$query", false, $context)) !== false) {
                    return $page;
                }
            }
            return false;
        };
        $jids = [];
        for ($i = 0; $i < 50; $i++) {
            [$jid, $count, $stats] = json_decode($page($query), true);
            $jids[$jid] = true;
            same(31 * 48, $count);
            $page('fails=1');
        }
        same(1, count($jids), 'how many sessions there were');
        same(['kept' => 1, 'opened' => 1, 'reused' => 98], array_filter($stats));
    } finally {
        proc_terminate($web, SIGINT);
        proc_close($web);
        unlink("$folder/index.php");
        rmdir($folder);
    }
});

test('sessions: phpinfo tells', function () {
    ob_start();
    phpinfo(INFO_MODULES);
    $told = ob_get_clean();
    foreach (['Persistent sessions of this process kept', 'quoalise.max_persistent => 16', 'quoalise.persistent_idle => 300'] as $line) {
        same(true, str_contains($told, $line), $line);
    }
});
