<?php

/**
 * Pages of php-fpm behind nginx, as a site has them.
 */

declare(strict_types=1);

/** A web server of our own. */
final class Site
{
    private const WORKERS = 4;
    private const AT_ONCE = 8;

    private string $folder;
    private string $address;
    /** @var list<resource> */
    private array $programs = [];

    public function __construct(string $page, array $account)
    {
        $this->folder = sys_get_temp_dir() . '/quoalise-site-' . getmypid();
        mkdir($this->folder);
        file_put_contents("{$this->folder}/page.php", $page);
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        $this->address = stream_socket_get_name($socket, false);
        fclose($socket);
        $is_root = posix_geteuid() === 0;
        $options = base64_encode(json_encode($account));
        file_put_contents("{$this->folder}/fpm.conf", implode("\n", [
            '[global]',
            "error_log = {$this->folder}/fpm.log",
            'daemonize = no',
            '[pages]',
            ...($is_root ? ['user = root', 'listen.owner = root'] : []),
            "listen = {$this->folder}/fpm.socket",
            'pm = static',
            'pm.max_children = ' . self::WORKERS,
            'clear_env = no',
            // Its padding is something else in these files, unless quoted.
            "env[QUOALISE_OPTIONS] = '$options'",
        ]));
        file_put_contents("{$this->folder}/nginx.conf", <<<CONF
            daemon off;
            pid {$this->folder}/nginx.pid;
            error_log {$this->folder}/nginx.log;
            events {}
            http {
                access_log off;
                client_body_temp_path {$this->folder}/body;
                fastcgi_temp_path {$this->folder}/fastcgi;
                proxy_temp_path {$this->folder}/proxy;
                scgi_temp_path {$this->folder}/scgi;
                uwsgi_temp_path {$this->folder}/uwsgi;
                server {
                    listen {$this->address};
                    location / {
                        include /etc/nginx/fastcgi_params;
                        fastcgi_param SCRIPT_FILENAME {$this->folder}/page.php;
                        fastcgi_pass unix:{$this->folder}/fpm.socket;
                    }
                }
            }
            CONF);
        $nowhere = [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']];
        $extension = realpath(target('libquoalise_php.so'));
        $fpm = [self::fpm(), '-d', "extension=$extension", '-y', "{$this->folder}/fpm.conf", ...($is_root ? ['-R'] : [])];
        $nginx = ['/usr/sbin/nginx', '-c', "{$this->folder}/nginx.conf", ...($is_root ? ['-g', 'user root;'] : [])];
        foreach ([$fpm, $nginx] as $command) {
            $this->programs[] = proc_open($command, $nowhere, $pipes);
        }
        for ($until = microtime(true) + 30; !@file_get_contents("http://{$this->address}/"); usleep(50_000)) {
            if (microtime(true) > $until) {
                fail('no page: ' . @file_get_contents("{$this->folder}/fpm.log") . @file_get_contents("{$this->folder}/nginx.log"));
            }
        }
    }

    private static function fpm(): string
    {
        return (glob('/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION)[0] ?? null) ?: fail('there is no php-fpm: run `make setup`');
    }

    /** What so many pages say, decoded. */
    public function pages(int $count): array
    {
        $told = [];
        while (count($told) < $count) {
            $sockets = [];
            for ($i = 0; $i < min(self::AT_ONCE, $count - count($told)); $i++) {
                $sockets[$i] = stream_socket_client("tcp://{$this->address}");
                fwrite($sockets[$i], "GET / HTTP/1.0\r\n\r\n");
            }
            foreach ($sockets as $socket) {
                stream_set_timeout($socket, 60);
                [$head, $body] = explode("\r\n\r\n", stream_get_contents($socket), 2) + ['', ''];
                $told[] = ['status' => (int) explode(' ', $head)[1], ...(json_decode($body, true) ?? [])];
            }
        }
        return $told;
    }

    public function stop(): void
    {
        foreach ($this->programs as $program) {
            proc_terminate($program, SIGQUIT);
        }
        foreach ($this->programs as $program) {
            proc_close($program);
        }
        foreach (glob("{$this->folder}/*") as $file) {
            is_dir($file) ? rmdir($file) : unlink($file);
        }
        rmdir($this->folder);
    }
}

/** By process, what the last page of each said. */
function byProcess(array $pages): array
{
    return array_column($pages, null, 'pid');
}

test('fpm: a thousand pages are four logins, whatever happens', function () {
    $server = Server::start('quoalise-test-server', '--provider');
    $account = [...$server->account(), 'persistent' => 'page', 'provider' => $server->provider, 'series' => $server->series];
    $site = new Site(<<<'PHP'
        <?php
        $options = json_decode(base64_decode(getenv('QUOALISE_OPTIONS')), true);
        [$provider, $series] = [$options['provider'], $options['series']];
        unset($options['provider'], $options['series']);
        $client = Quoalise\Client::connect($options);
        $start = new DateTimeImmutable('2022-01-06', new DateTimeZone('Europe/Paris'));
        $data = $client->getHistory($provider, $series, $start, $start->modify('+7 days'));
        preg_match('/VmRSS:\s+(\d+)/', file_get_contents('/proc/self/status'), $memory);
        echo json_encode([
            'pid' => getmypid(),
            'jid' => $client->jid(),
            'count' => count($data->values()),
            'memory' => (int) $memory[1],
            'stats' => Quoalise\Client::stats(),
        ]);
        PHP, $account);
    try {
        $first = $site->pages(1000);
        same([200], array_values(array_unique(array_column($first, 'status'))));
        same([336], array_values(array_unique(array_column($first, 'count'))));
        $workers = byProcess($first);
        same(4, count($workers), 'workers');
        same(4, count(array_unique(array_column($first, 'jid'))), 'logins');
        foreach ($workers as $worker) {
            same([1, 1], [$worker['stats']['kept'], $worker['stats']['opened']]);
        }

        // A worker is killed: the one in its place logs in.
        $killed = array_key_first($workers);
        posix_kill($killed, SIGKILL);
        for ($until = microtime(true) + 30; posix_kill($killed, 0) && microtime(true) < $until; usleep(10_000));
        $site->pages(8);
        $second = $site->pages(200);
        same([200], array_values(array_unique(array_column($second, 'status'))));
        same(4, count(array_unique(array_column($second, 'jid'))), 'logins');

        // The server comes anew: who asks is told at once, or has a new session.
        $server->do('restart');
        for ($until = microtime(true) + 60, $statuses = [0]; $statuses !== [200] && microtime(true) < $until;) {
            $statuses = array_values(array_unique(array_column($site->pages(40), 'status')));
        }
        same([200], $statuses);

        // Nothing is left behind by a page.
        $before = byProcess($site->pages(400));
        $after = byProcess($site->pages(1000));
        foreach ($after as $pid => ['memory' => $memory]) {
            $grown = $memory - ($before[$pid]['memory'] ?? fail('a worker has died'));
            same(true, $grown < 2048, "it took $grown KiB: less than 2048");
        }
    } finally {
        $site->stop();
        $server->stop();
    }
});
