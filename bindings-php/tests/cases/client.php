<?php

/**
 * A client over a real server.
 */

declare(strict_types=1);

use Quoalise\{Availability, Client, Connection, Direction, Presence, Push};
use Quoalise\Exception\{ClosedException, InvalidArgumentException, LoginRefusedException, UsedAfterForkException};

function midnight(string $day): \DateTimeImmutable
{
    return new \DateTimeImmutable($day, new \DateTimeZone('Europe/Paris'));
}

/** The next event but for those of who is there. */
function told(Quoalise\Listener $listener): object
{
    do {
        $event = $listener->next(60) ?? fail('nothing came');
    } while ($event instanceof Presence);
    return $event;
}

test('client: a day of readings', function () {
    $server = Server::shared();
    $client = $server->connect();
    $data = $client->getHistory($server->provider, $server->series, midnight('2022-01-10'), midnight('2022-01-11'));
    same(48, count($data));
    same('2022-01-09T23:00:00+00:00', $data[0]->time->format('c'));
    same('W', $data[0]->unit);
    same($server->series, $data->names()[0]);
    // By name, and with either end left open.
    same(48, count($client->getHistory(identifier: $server->series, provider: $server->provider, end: midnight('2022-01-11'), start: midnight('2022-01-10'))));
    same(true, count($client->getHistory($server->provider, $server->series)) > 48);
    same(Availability::Online, $client->availability($server->provider));
    same(Connection::Online, $client->state()->connection);
    same(null, $client->state()->error);
    same(true, str_contains($client->jid(), '@quoalise.test/'));
    $client->close();
    raises(ClosedException::class, fn () => $client->availability($server->provider));
});

test('client: pushes', function () {
    $server = Server::shared();
    $client = $server->connect();
    $listener = $client->listen();
    $client->subscribe($server->provider, $server->series);
    $server->do('push 2');
    $push = told($listener);
    same(Push::class, get_class($push));
    same([1, false, $server->provider], [count($push->data), $push->delayed, $push->sender]);
    same(Push::class, get_class(told($listener)));
    // Nothing more: a limit of time is no error.
    same(null, $listener->next(timeout: 0.05));
    raises(InvalidArgumentException::class, fn () => $client->listen());
    raises(InvalidArgumentException::class, fn () => $listener->next(-1));
    $client->unsubscribe($server->provider, $server->series);
    same([], array_filter($listener->finish(), fn ($event) => $event instanceof Push));
    $client->close();
    same(null, $listener->next());
});

test('client: a loop over pushes', function () {
    $server = Server::shared();
    $client = $server->connect();
    $listener = $client->listen();
    $client->subscribe($server->provider, $server->series);
    $server->do('push 3');
    $pushes = 0;
    foreach ($listener as $event) {
        $pushes += (int) ($event instanceof Push);
        if ($pushes === 1) {
            break;
        }
    }
    // It goes on behind what was broken off, and ends where nothing comes in time.
    foreach ($listener->getIterator(timeout: 2) as $i => $event) {
        $pushes += (int) ($event instanceof Push);
        $last = $i;
    }
    same([3, true], [$pushes, $last >= 1]);
    $loop = $listener->getIterator(0.01);
    same(false, $loop->valid());
    raises(\OutOfBoundsException::class, fn () => $loop->current());
    raises(InvalidArgumentException::class, fn () => $listener->getIterator(-1));
    $client->unsubscribe($server->provider, $server->series);
    $states = $client->states();
    $client->close();
    // Both end with the client.
    same(0, iterator_count($listener));
    $told = [];
    foreach ($states as $state) {
        $told[] = $state->connection;
    }
    same(Connection::Closed, end($told));
});

test('client: a command in stages', function () {
    $server = Server::shared();
    $client = $server->connect();
    $execution = $client->begin($server->provider, 'get_history');
    same(Quoalise\Status::Executing, $execution->status());
    same(true, in_array('identifier', array_column($execution->form()->fields, 'name'), true));
    $execution->complete([
        'identifier' => $server->series,
        'start_time' => midnight('2022-01-10'),
        'end_time' => midnight('2022-01-11'),
    ]);
    same(48, count($execution->outcome()->data));
    raises(InvalidArgumentException::class, fn () => $client->run($server->provider, 'get_history', ['identifier' => new \stdClass()]));
});

test('client: what is wrong with arguments is told', function () {
    $options = Server::shared()->account();
    foreach ([['priority' => 128], ['timeout' => -1], ['timeout' => 'soon'], ['security' => 'tls'], ['caFile' => 5]] as $wrong) {
        $error = raises(InvalidArgumentException::class, fn () => Client::connect([...$options, ...$wrong]));
        same(true, str_contains($error->getMessage(), '`' . key($wrong) . '`'), $error->getMessage());
    }
    raises(InvalidArgumentException::class, fn () => Client::connect(['account' => 'a@quoalise.test']));
    $client = Client::connect($options);
    raises(\TypeError::class, fn () => $client->getHistory('a', 'b', '2022-01-10'));
    $client->close();
});

test('client: days are texts or midnights', function () {
    $server = Server::shared();
    $client = $server->connect();
    $curve = fn ($start, $end) => $client->loadCurve($server->provider, '00000000000001', Direction::Consumption, $start, $end);
    foreach (['2022-1-10', '2022-01-10T00:00', '2022-02-30', new \DateTimeImmutable('2022-01-10 12:00')] as $wrong) {
        raises(InvalidArgumentException::class, fn () => $curve($wrong, '2022-01-20'));
    }
    $client->close();
});

test('client: neither password nor readings are shown', function () {
    $account = Server::shared()->account();
    $client = Client::connect($account);
    ob_start();
    var_dump($client);
    print_r($client);
    var_export($client);
    same(false, str_contains(ob_get_clean(), $account['password']));
    raises(\Exception::class, fn () => serialize($client));
    $error = raises(LoginRefusedException::class, fn () => Client::connect([...$account, 'password' => 'top-secret']));
    ob_start();
    var_dump($error);
    same(false, str_contains($error . ob_get_clean(), 'top-secret'));
    $client->close();
});

test('client: a fork is told, and does not harm its parent', function () {
    $server = Server::shared();
    $client = $server->connect();
    $own = $server->account();
    $child = pcntl_fork();
    if ($child === 0) {
        $found = 'no error';
        try {
            $client->jid();
        } catch (UsedAfterForkException) {
            unset($client);
            $found = Client::connect($own)->availability($server->provider);
        }
        // As a process that is killed: it is not its to say anything of the tests.
        posix_kill(getmypid(), $found === Availability::Online ? SIGTERM : SIGKILL);
    }
    pcntl_waitpid($child, $status);
    same(SIGTERM, pcntl_wtermsig($status), 'how the fork ended');
    same(Availability::Online, $client->availability($server->provider));
    $client->close();
});
