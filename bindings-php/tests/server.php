<?php

declare(strict_types=1);

use Quoalise\Client;

/** The project's test server (tests/servers), as another program. */
final class Server
{
    /** @var list<self> */
    private static array $running = [];
    private static ?self $shared = null;

    public readonly array $told;
    public readonly string $provider;
    public readonly string $series;
    private int $accounts = 0;

    /** @param resource $process */
    private function __construct(private $process, private readonly array $pipes)
    {
        $this->told = $this->answer();
        $this->provider = $this->told['provider'] ?? '';
        $this->series = $this->told['series'] ?? '';
        self::$running[] = $this;
    }

    public static function start(string $program = 'quoalise-test-server', string ...$arguments): self
    {
        $process = proc_open([target($program), ...$arguments], [['pipe', 'r'], ['pipe', 'w']], $pipes);
        return new self($process, $pipes);
    }

    /** One for all who do not break it. */
    public static function shared(): self
    {
        return self::$shared ??= self::start('quoalise-test-server', '--provider');
    }

    private function answer(): array
    {
        $line = fgets($this->pipes[1]) ?: fail('the server is gone');
        $answer = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
        return isset($answer['error']) ? fail($line) : $answer;
    }

    /** Has it do something. */
    public function do(string $command): array
    {
        fwrite($this->pipes[0], "$command\n");
        return $this->answer();
    }

    /** A new account, and how to reach it: what to connect with. */
    public function account(): array
    {
        $this->accounts++;
        $account = $this->do("add user{$this->accounts}");
        return ['account' => $account['jid'], 'password' => $account['password'], ...$this->reach()];
    }

    public function reach(): array
    {
        return [
            'address' => "{$this->told['address']}:{$this->told['c2s_port']}",
            'caFile' => $this->told['ca_file'],
            'timeout' => 30,
        ];
    }

    /** A client with an account of its own. */
    public function connect(mixed ...$options): Client
    {
        return Client::connect([...$this->account(), ...$options]);
    }

    public function stop(): void
    {
        self::$running = array_filter(self::$running, fn ($server) => $server !== $this);
        fclose($this->pipes[0]);
        fclose($this->pipes[1]);
        proc_close($this->process);
    }

    public static function stopAll(): void
    {
        foreach (self::$running as $server) {
            $server->stop();
        }
    }
}
