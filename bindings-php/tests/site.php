<?php

declare(strict_types=1);

/** php-fpm behind nginx, as a site has them. */
final class Site
{
    private const AT_ONCE = 8;

    private string $folder;
    private string $address;
    /** @var list<resource> */
    private array $programs = [];

    /** Its page finds what it is to connect with in QUOALISE_OPTIONS: JSON, in Base64. */
    public function __construct(string $page, array $options, int $workers = 4, array $settings = [])
    {
        $this->folder = sys_get_temp_dir() . '/quoalise-site-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        file_put_contents("{$this->folder}/page.php", $page);
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        $this->address = stream_socket_get_name($socket, false);
        fclose($socket);
        $is_root = posix_geteuid() === 0;
        $options = base64_encode(json_encode($options));
        file_put_contents("{$this->folder}/fpm.conf", implode("\n", [
            '[global]',
            "error_log = {$this->folder}/fpm.log",
            'daemonize = no',
            '[pages]',
            ...($is_root ? ['user = root', 'listen.owner = root'] : []),
            "listen = {$this->folder}/fpm.socket",
            'pm = static',
            "pm.max_children = $workers",
            'clear_env = no',
            // Its padding is something else in these files, unless quoted.
            "env[QUOALISE_OPTIONS] = '$options'",
            ...array_map(fn ($name, $value) => "php_admin_value[$name] = $value", array_keys($settings), $settings),
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
        return getenv('PHP_FPM') ?: (glob('/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION)[0] ?? null) ?: fail('there is no php-fpm: run `make setup`');
    }

    /** What so many pages say, decoded, or as the text it is. */
    public function pages(int $count, string $query = ''): array
    {
        $told = [];
        while (count($told) < $count) {
            $sockets = [];
            for ($i = 0; $i < min(self::AT_ONCE, $count - count($told)); $i++) {
                $sockets[$i] = stream_socket_client("tcp://{$this->address}");
                fwrite($sockets[$i], "GET /?$query HTTP/1.0\r\n\r\n");
            }
            foreach ($sockets as $socket) {
                stream_set_timeout($socket, 60);
                [$head, $body] = explode("\r\n\r\n", stream_get_contents($socket), 2) + ['', ''];
                $told[] = ['status' => (int) explode(' ', $head)[1], ...(json_decode($body, true) ?? ['text' => $body])];
            }
        }
        return $told;
    }

    /** What one page says. */
    public function page(string $query = ''): array
    {
        return $this->pages(1, $query)[0];
    }

    /** Asks for a page, and is gone before it is there. */
    public function giveUp(string $query = ''): void
    {
        $socket = stream_socket_client("tcp://{$this->address}");
        fwrite($socket, "GET /?$query HTTP/1.0\r\n\r\n");
        usleep(300_000);
        fclose($socket);
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
