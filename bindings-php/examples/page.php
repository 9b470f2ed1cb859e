<?php

// A page that shows a week as JSON for a chart: `page.php?series=NAME&day=2025-01-06`. The provider is in the environment,
// as QUOALISE_PROVIDER. Each worker logs in once, and keeps the session for the pages that follow. Readings are personal: a site
// looks first whether this visitor may see this series.

declare(strict_types=1);

use Quoalise\Client;
use Quoalise\Exception\{NotAuthorizedException, QuoaliseException};

require_once __DIR__ . '/account.php';

/** @param array<string, mixed> $content */
function answer(int $status, array $content): void
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($content);
}

[$series, $day] = [$_GET['series'] ?? null, $_GET['day'] ?? null];
$start = is_string($day) ? date_create_immutable($day, new DateTimeZone('Europe/Paris')) : false;
if (!is_string($series) || $start === false) {
    answer(400, ['error' => 'A page is asked for as page.php?series=NAME&day=2025-01-06.']);
    return;
}
try {
    $client = Client::connect([...account(), 'persistent' => 'page', 'timeout' => 10.0]);
    $data = $client->getHistory((string) getenv('QUOALISE_PROVIDER'), $series, $start, $start->modify('+7 days'));
    answer(200, ['times' => $data->timestamps(), 'values' => $data->values(), 'kWh' => ($data->energyWh() ?? 0) / 1000]);
} catch (NotAuthorizedException) {
    answer(403, ['error' => 'Nobody has consented to this meter being read here.']);
} catch (QuoaliseException $error) {
    error_log($error->getMessage());
    answer($error->isTemporary ? 503 : 502, ['error' => 'The readings cannot be had at the moment.']);
}
