<?php

/**
 * What the PHP extension does, and PHP's own readers of XML, measured from within.
 *
 * Each command of standard input is one measurement; its answer is the CPU time it took, in seconds, of this whole process, unless
 * it says otherwise: `read FILE`, `decode N`, `xmlreader N`, `simplexml N`, `account JID PASSWORD ADDRESS CA PROVIDER IDENTIFIER`,
 * `week N` (pages that show a week, on a warm session), `warm N` (the same) and `cold N` (with a login each) in wall-clock seconds.
 */

declare(strict_types=1);

use Quoalise\Client;

const YEAR = 17_520;
const WEEK = 336;

final class Side
{
    private string $xml;
    private array $account;
    private string $provider;
    private string $identifier;

    public function read(string $file): void
    {
        $this->xml = file_get_contents($file);
    }

    public function decode(): void
    {
        $data = Quoalise\loads($this->xml);
        self::check($data->timestamps(), $data->values(), YEAR);
    }

    /** As somebody writes it who knows that a base may change half-way. */
    public function xmlreader(): void
    {
        $reader = XMLReader::XML($this->xml);
        $times = $values = [];
        $baseTime = $baseValue = 0.0;
        while ($reader->read()) {
            if ($reader->nodeType !== XMLReader::ELEMENT || $reader->localName !== 'senml') {
                continue;
            }
            $baseTime = (float) ($reader->getAttribute('bt') ?? $baseTime);
            $baseValue = (float) ($reader->getAttribute('bv') ?? $baseValue);
            $value = $reader->getAttribute('v');
            $times[] = $baseTime + (float) $reader->getAttribute('t');
            $values[] = $value === null ? null : $baseValue + (float) $value;
        }
        self::check($times, $values, YEAR);
    }

    public function simplexml(): void
    {
        $times = $values = [];
        $baseTime = $baseValue = 0.0;
        foreach (simplexml_load_string($this->xml)->senml as $record) {
            $baseTime = (float) ($record['bt'] ?? $baseTime);
            $baseValue = (float) ($record['bv'] ?? $baseValue);
            $value = $record['v'];
            $times[] = $baseTime + (float) $record['t'];
            $values[] = $value === null ? null : $baseValue + (float) $value;
        }
        self::check($times, $values, YEAR);
    }

    public function account(string $jid, string $password, string $address, string $ca, string $provider, string $identifier): void
    {
        $this->account = ['account' => $jid, 'password' => $password, 'address' => $address, 'caFile' => $ca];
        [$this->provider, $this->identifier] = [$provider, $identifier];
    }

    private function page(array $options): Client
    {
        $client = Client::connect([...$this->account, ...$options]);
        $start = new DateTimeImmutable('2022-01-10', new DateTimeZone('Europe/Paris'));
        $data = $client->getHistory($this->provider, $this->identifier, $start, $start->modify('+7 days'));
        self::check($data->timestamps(), $data->values(), WEEK);
        return $client;
    }

    public function week(): void
    {
        $this->page(['persistent' => 'page']);
    }

    public function cold(): void
    {
        $this->page([])->close();
    }

    private static function check(array $times, array $values, int $wanted): void
    {
        if (count($times) !== $wanted || count($values) !== $wanted) {
            throw new Exception(count($times) . " records, not $wanted");
        }
        // All of them start here, and half an hour is between two.
        if ($times[0] !== 1_641_769_200.0 || $times[$wanted - 1] !== $times[0] + 1800 * ($wanted - 1)) {
            throw new Exception('these are other times');
        }
    }
}

function cpu_seconds(): float
{
    $used = getrusage();
    return $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'] + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1e6;
}

function wall_seconds(): float
{
    return hrtime(true) / 1e9;
}

$side = new Side();
while (($line = fgets(STDIN)) !== false) {
    $words = explode(' ', trim($line));
    $command = array_shift($words);
    $clock = in_array($command, ['warm', 'cold'], true) ? wall_seconds(...) : cpu_seconds(...);
    $start = $clock();
    if (in_array($command, ['read', 'account'], true)) {
        $side->$command(...$words);
    } else {
        $do = $command === 'warm' ? $side->week(...) : $side->$command(...);
        for ($left = (int) $words[0]; $left > 0; $left--) {
            $do();
        }
    }
    echo $clock() - $start, "\n";
}
