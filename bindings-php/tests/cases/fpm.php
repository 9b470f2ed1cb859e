<?php

/**
 * Pages of php-fpm behind nginx, as a site has them.
 */

declare(strict_types=1);

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

        // Nothing is left behind by a page: it would show in each of some windows. `make soak` has more of them.
        $window = (int) (getenv('QUOALISE_PAGES') ?: 1500) / 6;
        $sizes = [];
        for ($i = 0; $i < 6; $i++) {
            $workers = byProcess($site->pages((int) $window));
            ksort($workers);
            $sizes[] = array_map(fn ($worker) => $worker['memory'], $workers);
            same(array_keys($sizes[0]), array_keys($sizes[$i]), 'the workers');
        }
        foreach (array_keys($sizes[0]) as $pid) {
            $grown = array_map(fn ($i) => $sizes[$i + 1][$pid] - $sizes[$i][$pid], range(0, 4));
            $told = implode(', ', $grown);
            same(true, min($grown) <= 64, "each $window pages took KiB ($told): once at least no more than 64");
        }
    } finally {
        $site->stop();
        $server->stop();
    }
});
