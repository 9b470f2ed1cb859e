<?php

// What to connect with, from the environment: what the examples have in common.

declare(strict_types=1);

/** @return array{account: string, password: string, address: ?string, caFile: ?string} */
function account(): array
{
    return [
        'account' => (string) getenv('QUOALISE_USER'),
        'password' => trim((string) file_get_contents((string) getenv('QUOALISE_PASSWORD_FILE'))),
        'address' => getenv('QUOALISE_ADDRESS') ?: null,
        'caFile' => getenv('QUOALISE_CA_FILE') ?: null,
    ];
}
