<?php

// What `greeting.rs` has added, as somebody with PHP sees it.

use Quoalise\Exception\InvalidArgumentException;
use Quoalise\Tone;
use function Quoalise\greet;

function same(mixed $found, mixed $expected): void
{
    if ($found != $expected) {
        throw new Error(var_export($found, true) . ' is not ' . var_export($expected, true));
    }
}

$noon = new DateTimeImmutable('2022-01-10T12:00:00Z');
$greeting = greet('Ada', Tone::Formal, $noon);
same($greeting::class, 'Quoalise\Greeting');
same([$greeting->text, $greeting->at], ['Good day, Ada', $noon]);
same(greet('Ada', Tone::Friendly)->text, 'Hi Ada');
try {
    greet('', Tone::Formal);
    throw new Error('nobody was greeted');
} catch (InvalidArgumentException $error) {
    same($error->remedy, 'Say whom');
}
