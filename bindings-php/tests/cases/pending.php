<?php

/**
 * Operations that are not waited for.
 */

declare(strict_types=1);

use Quoalise\{Availability, Data};
use Quoalise\Exception\{ClosedException, InvalidArgumentException, NoSuchCommandException};

test('pending: several at once, by stream_select', function () {
    $server = Server::shared();
    $client = $server->connect();
    $pending = [];
    for ($i = 0; $i < 20; $i++) {
        $pending[] = $client->getHistoryAsync($server->provider, $server->series, midnight('2022-01-10'), midnight('2022-01-11'));
    }
    $streams = array_map(fn ($one) => $one->stream(), $pending);
    $got = [];
    while ($streams) {
        [$read, $write, $except] = [$streams, null, null];
        same(true, stream_select($read, $write, $except, 60) > 0, 'waiting');
        foreach (array_keys($read) as $i) {
            $got[$i] = count($pending[$i]->get());
            same(true, $pending[$i]->isReady());
            fclose($streams[$i]);
            unset($streams[$i]);
        }
    }
    same(array_fill(0, 20, 48), array_values($got));
    $client->close();
});

test('pending: a fork does not keep its parent waiting', function () {
    $told = script(<<<'PHP'
        $client = Quoalise\Client::connect(json_decode($argv[1], true));
        $pending = $client->commandsAsync($client->jid());
        $child = pcntl_fork();
        if ($child === 0) {
            sleep(60);
            posix_kill(getmypid(), SIGKILL);
        }
        [$read, $write, $except] = [[$pending->stream()], null, null];
        echo stream_select($read, $write, $except, 30), ' ', json_encode($pending->isReady()), "\n";
        posix_kill($child, SIGKILL);
        pcntl_waitpid($child, $status);
        PHP, [json_encode(Server::shared()->account())]);
    same("1 true\n", $told);
});

test('pending: waited for, failed, taken, cancelled', function () {
    $server = Server::shared();
    $client = $server->connect();
    $pending = $client->availabilityAsync($server->provider);
    same(Availability::Online, $pending->get());
    raises(InvalidArgumentException::class, fn () => $pending->get());
    raises(InvalidArgumentException::class, fn () => $client->getHistoryAsync('', '')->get());
    raises(NoSuchCommandException::class, fn () => $client->runAsync($server->provider, 'nothing')->get());
    raises(\TypeError::class, fn () => $client->getHistoryAsync($server->provider, 5));
    $pending = $client->getHistoryAsync($server->provider, $server->series);
    $pending->cancel();
    try {
        same(Data::class, get_class($pending->get())); // it was faster
    } catch (ClosedException) {
    }
    $stream = $client->seriesAsync($server->provider)->stream(); // given up
    same('.', stream_get_contents($stream));
    same(Availability::Online, $client->availability($server->provider));
    $client->close();
});
