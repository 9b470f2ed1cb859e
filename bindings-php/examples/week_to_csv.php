<?php

// A week of a meter to a CSV file: `week_to_csv.php PROVIDER SERIES FIRST_DAY FILE`.

declare(strict_types=1);

use Quoalise\{Client, Format};

require_once __DIR__ . '/account.php';

/** @var list<string> $argv */
[, $provider, $series, $day, $file] = $argv;
// Days are counted where the meter is. A week on the clock is right also where the clock changes.
$paris = new DateTimeZone('Europe/Paris');
$start = new DateTimeImmutable($day, $paris);

$client = Client::connect(account());
$data = $client->getHistory($provider, $series, $start, $start->modify('+7 days'));
$client->close();

file_put_contents($file, Quoalise\dumps($data, Format::Csv, zone: $paris));
printf("%d records in %s, %d gaps\n", count($data), $file, count($data->missing()));
