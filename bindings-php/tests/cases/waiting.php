<?php

/**
 * Waiting that PHP can interrupt. A series whose answer never comes, or a listener to whom nothing is said, is waited for.
 */

declare(strict_types=1);

const LISTEN = <<<'PHP'
    $client = Quoalise\Client::connect(json_decode($argv[1], true));
    $listener = $client->listen();
    PHP;

/** The account of a script, as its argument. */
function options(): array
{
    return [json_encode(Server::shared()->account())];
}

test('waiting: a signal runs its handler, and the wait goes on', function () {
    $told = script(LISTEN . <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, function () { echo "heard\n"; });
        pcntl_alarm(1);
        var_dump($listener->next(2.5));
        echo $client->jid() ? "usable\n" : '';
        PHP, options());
    same("heard\nNULL\nusable\n", $told);
});

test('waiting: what a handler throws ends it, and the session stays usable', function () {
    $told = script(LISTEN . <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, function () { throw new DomainException('enough'); });
        pcntl_alarm(1);
        try {
            $listener->next();
        } catch (DomainException $error) {
            echo $error->getMessage(), "\n";
        }
        echo count($client->commands(json_decode($argv[1])->account)), "\n";
        PHP, options());
    same(1, preg_match('/^enough\n/', $told), $told);
});

test('waiting: a handler may end the script', function () {
    $told = script(LISTEN . <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, function () { exit("over\n"); });
        register_shutdown_function(function () use ($client) { echo $client->jid() ? "usable\n" : ''; });
        pcntl_alarm(1);
        $listener->next();
        PHP, options());
    same("over\nusable\n", $told);
});

test('waiting: the limit of time for scripts ends it', function () {
    // That is of time on the processor, so a signal says that it is over.
    $told = script(LISTEN . <<<'PHP'
        register_shutdown_function(function () use ($client) { echo $client->jid() ? "usable\n" : ''; });
        set_time_limit(600);
        $parent = getmypid();
        if (pcntl_fork() === 0) {
            sleep(1);
            posix_kill($parent, 27);
            posix_kill(getmypid(), SIGKILL);
        }
        $listener->next();
        echo "never\n";
        PHP, options(), ['display_errors' => 'stdout', 'html_errors' => '0']);
    same(1, preg_match('/Maximum execution time of 600 seconds exceeded.*\nusable\n$/s', $told), $told);
    same(false, str_contains($told, 'never'));
});

test('waiting: the end of a script ends its sessions', function () {
    $server = Server::shared();
    $account = $server->account();
    $jid = trim(script('echo Quoalise\Client::connect(json_decode($argv[1], true))->jid();', [json_encode($account)]));
    $client = $server->connect();
    same(Quoalise\Availability::Offline, $client->availability($jid));
    $client->close();
});

test('waiting: signals are for the thread of PHP', function () {
    $server = Server::shared();
    $told = script(<<<'PHP'
        $client = Quoalise\Client::connect(json_decode($argv[1], true));
        $closing = Quoalise\Client::connect(json_decode($argv[1], true));
        $pending = $client->commandsAsync($argv[2]);
        unset($closing);
        foreach (array_diff(scandir('/proc/self/task'), ['.', '..', getmypid()]) as $task) {
            $status = @file_get_contents("/proc/self/task/$task/status"); // it may be gone
            if ($status && !preg_match('/^SigBlk:\s+ffff/m', $status)) {
                echo $status;
            }
        }
        // One that nobody takes waits here, rather than end the process in a thread of the session's.
        pcntl_sigprocmask(SIG_BLOCK, [SIGTERM, SIGUSR1]);
        foreach ([SIGTERM, SIGUSR1] as $signal) {
            posix_kill(getmypid(), $signal);
            echo pcntl_sigtimedwait([SIGTERM, SIGUSR1], $info, 30) === $signal ? "mine\n" : "lost\n";
        }
        count($pending->get());
        PHP, [json_encode($server->account()), $server->provider]);
    same("mine\nmine\n", $told);
});
