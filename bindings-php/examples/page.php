<?php

// A page that shows a week as JSON for a chart: `page.php?series=NAME&day=2025-01-06`. The provider is in the environment,
// as QUOALISE_PROVIDER. Each worker logs in once, and keeps the session for the pages that follow. Readings are personal: a site
// looks first whether this visitor may see this series.

declare(strict_types=1);

use Quoalise\Client;
use Quoalise\Exception\{NotAuthorizedException, QuoaliseException};

header('Content-Type: application/json');
try {
    $start = new DateTimeImmutable($_GET['day'], new DateTimeZone('Europe/Paris'));
    $client = Client::connect([...require __DIR__ . '/account.php', 'persistent' => 'page', 'timeout' => 10.0]);
    $data = $client->getHistory((string) getenv('QUOALISE_PROVIDER'), $_GET['series'], $start, $start->modify('+7 days'));
    echo json_encode(['times' => $data->timestamps(), 'values' => $data->values(), 'kWh' => ($data->energyWh() ?? 0) / 1000]);
} catch (NotAuthorizedException) {
    http_response_code(403);
    echo json_encode(['error' => 'Nobody has consented to this meter being read here.']);
} catch (QuoaliseException $error) {
    http_response_code($error->isTemporary ? 503 : 502);
    error_log($error->getMessage());
    echo json_encode(['error' => 'The readings cannot be had at the moment.']);
}
