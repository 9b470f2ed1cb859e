<?php

/**
 * The cases that every language runs: see tests/conformance/README.md.
 */

declare(strict_types=1);

use Quoalise\Client;
use Quoalise\Data;
use Quoalise\Exception\QuoaliseException;
use Quoalise\{Consent, Direction, Format, Malformed, Measurement, Metadata, Push, Reading};

foreach (glob(ROOT . '/tests/conformance/*.json') as $path) {
    $file = basename($path, '.json');
    foreach (json_decode(file_get_contents($path), true) as $case) {
        test("conformance: $file: {$case['case']}", fn () => (new Conformance($file, $case['case']))->run());
    }
}

/** Makes the calls of a case. */
final class Conformance
{
    private static ?array $told = null;
    private array $case;
    private ?Client $client = null;
    private mixed $listener = null;

    public function __construct(string $file, string $name)
    {
        if (!self::$told) {
            self::$told = Server::start('quoalise-conformance')->told;
        }
        $is = fn ($case) => $case['file'] === $file && $case['case'] === $name;
        $this->case = array_values(array_filter(self::$told['cases'], $is))[0];
    }

    public function run(): void
    {
        foreach ($this->case['calls'] as $call) {
            $make = fn () => $this->call($call['do'], $call['with'] ?? []);
            if (isset($call['fails'])) {
                self::check($call['fails'], $make);
                continue;
            }
            $found = $make();
            if (!self::same($found, $call['gives'] ?? null)) {
                fail("{$call['do']} gives " . json_encode($found) . "\n    and not " . json_encode($call['gives'] ?? null));
            }
        }
        $this->client?->close();
    }

    private static function check(array $expected, \Closure $make): void
    {
        $error = raises(self::classes()[$expected['kind']], $make);
        assert($error instanceof QuoaliseException);
        foreach ($expected as $name => $value) {
            $found = match ($name) {
                'kind' => $error->kind->value,
                'temporary' => $error->isTemporary,
                'code' => $error->upstreamCode,
                'fitting_period' => $error->fittingStart ? [micros($error->fittingStart), micros($error->fittingEnd)] : null,
                default => $error->$name,
            };
            same($value, $found, $name);
        }
    }

    private static function classes(): array
    {
        $table = json_decode(file_get_contents(ROOT . '/tests/errors.json'), true);
        return array_map(fn ($class) => "Quoalise\\Exception\\$class", array_column($table['kinds'], 'php', 'kind'));
    }

    private function connect(array $given): Client
    {
        $options = [
            'account' => $given['jid'] ?? $this->case['jid'],
            'password' => $given['password'] ?? $this->case['password'],
            'address' => $given['address'] ?? self::$told['address'],
            'timeout' => $this->case['patience'],
        ];
        return Client::connect($given['ca'] ?? true ? [...$options, 'caFile' => self::$told['ca_file']] : $options);
    }

    private function call(string $operation, array $given): mixed
    {
        switch ($operation) {
            case 'loads':
                return self::ofData(self::loads($given));
            case 'dumps':
                return Quoalise\dumps(self::loads($given), self::format($given['to']), keepGaps: $given['keep_gaps'] ?? false);
            case 'to_json':
                $made = json_decode(self::loads($given)->toJson($given['tz']), true);
                return array_is_list($made) ? $made : [$made];
            case 'connect':
                $this->client = $this->connect($given);
                return null;
        }
        $client = $this->client ??= $this->connect([]);
        $provider = $given['provider'] ?? $this->case['provider'];
        $time = fn ($name) => isset($given[$name]) ? new \DateTimeImmutable($given[$name]) : null;
        switch ($operation) {
            case 'get_history':
                return self::ofData($client->getHistory($provider, $given['identifier'], $time('start'), $time('end')));
            case 'load_curve':
            case 'daily':
                $method = $operation === 'daily' ? 'daily' : 'loadCurve';
                $direction = Direction::from($given['direction']);
                return self::ofData($client->$method($provider, $given['usage_point'], $direction, $given['start'], $given['end']));
            case 'subscribe':
            case 'unsubscribe':
                return $client->$operation($provider, $given['identifier']);
            case 'trust':
                return $client->trust($provider);
            case 'close':
                return $client->close();
            case 'listen':
                $this->listener = $client->listen();
                return null;
            case 'next':
                return $this->ofEvent($this->listener->next(60));
            case 'commands':
                return array_map(fn ($it) => ['node' => $it->node, 'name' => $it->name], $client->commands($provider));
            case 'run':
                return self::ofOutcome($client->run($provider, $given['node'], $given['values']));
            case 'authorize_uri':
                unset($given['provider']);
                $camel = fn ($name) => lcfirst(str_replace('_', '', ucwords($name, '_')));
                $answer = $client->authorizeUri($provider, ...array_combine(array_map($camel, array_keys($given)), $given));
                return ['uri' => $answer->uri, 'state' => $answer->state];
            case 'availability':
                return $client->availability($provider)->value;
            case 'series':
                return array_map(self::ofSeries(...), $client->series($provider, $given['prefix'] ?? null));
        }
        fail("there is no $operation");
    }

    private static function format(string $name): Format
    {
        return Format::from($name);
    }

    private static function loads(array $given): Data
    {
        $content = isset($given['hex']) ? hex2bin($given['hex']) : $given['text'];
        $now = isset($given['now']) ? new \DateTimeImmutable($given['now']) : null;
        return Quoalise\loads($content, self::format($given['format']), now: $now, strict: $given['strict'] ?? false);
    }

    private function ofEvent(object $event): array
    {
        $common = ['from' => $event->sender === $this->case['provider'] ? '$provider' : $event->sender];
        if ($event instanceof Malformed) {
            return ['event' => 'malformed', ...$common, 'kind' => $event->error->kind->value];
        }
        $common += [
            'id' => $event->id,
            'sent' => $event->delayed ? micros($event->sent) : null,
            'delayed' => $event->delayed,
            'repeated' => $event->repeated,
            'body' => $event->body,
        ];
        if ($event instanceof Push) {
            return self::present(['event' => 'push', ...$common, 'data' => self::ofData($event->data)]);
        }
        assert($event instanceof Consent);
        return self::present([
            'event' => 'consent',
            ...$common,
            'usage_points' => $event->usagePoints,
            'state' => $event->state,
            'answers' => $event->request !== null,
        ]);
    }

    /** Without what is absent, empty or false. */
    private static function present(array $found): array
    {
        $kept = ['records', 'metadata', 'corrected', 'estimated'];
        $is = fn ($value, $name) => $value !== null && (in_array($name, $kept, true) || !in_array($value, [false, '', []], true));
        return array_filter($found, $is, ARRAY_FILTER_USE_BOTH);
    }

    /** Equal, numbers as numbers, and no number as a boolean. */
    private static function same(mixed $one, mixed $other): bool
    {
        if (is_array($one) && is_array($other)) {
            $equal = fn ($key) => array_key_exists($key, $other) && self::same($one[$key], $other[$key]);
            return count($one) === count($other) && count(array_filter(array_keys($one), $equal)) === count($one);
        }
        $number = fn ($value) => is_int($value) || is_float($value);
        return $number($one) && $number($other) ? $one == $other : $one === $other;
    }

    private static function ofData(Data $data): array
    {
        return self::present([
            'series' => array_map(fn (Data $part) => self::present([
                'metadata' => self::ofMetadata($part->metadata()),
                'version' => $part->version() === 10 ? null : $part->version(),
                'records' => array_map(self::ofReading(...), iterator_to_array($part)),
            ]), $data->parts()),
            'missing' => array_map(fn ($gap) => [$gap->name, micros($gap->start), micros($gap->end)], $data->missing()),
            'energy_wh' => $data->energyWh() ?: null,
        ]);
    }

    private static function ofReading(Reading $reading): array
    {
        $value = $reading->value;
        if ($reading->binary) {
            $value = ['base64url' => rtrim(strtr(base64_encode($value), '+/', '-_'), '=')];
        }
        $more = self::present(['sum' => $reading->sum, 'update_time' => $reading->updateTime, 'other' => $reading->other]);
        return [$reading->name, micros($reading->time), $reading->unit, $value, ...($more ? [$more] : [])];
    }

    private static function ofMetadata(Metadata $metadata): array
    {
        $pricing = $metadata->pricing;
        return self::present([
            'device_type' => $metadata->deviceType,
            'device' => self::present((array) $metadata->device),
            'measurement' => self::ofMeasurement($metadata->measurement),
            'pricing' => $pricing ? self::present([
                'range_code' => $pricing->rangeCode,
                'range_description' => $pricing->rangeDescription,
                'kind' => $pricing->kind,
                'kind_description' => $pricing->kindDescription,
            ]) : null,
        ]);
    }

    private static function ofMeasurement(Measurement $measurement): array
    {
        $fields = (array) $measurement;
        $fields['sampling_interval'] = $fields['samplingInterval'];
        unset($fields['samplingInterval']);
        return self::present($fields);
    }

    private static function ofSeries(object $series): array
    {
        return self::present([
            'identifier' => $series->identifier,
            'title' => $series->title,
            'measurement' => self::ofMeasurement($series->measurement),
            'first' => $series->first ? micros($series->first) : null,
            'last' => $series->last ? micros($series->last) : null,
            'rights' => array_keys(array_filter([
                'get_history' => $series->rights->getHistory,
                'subscribe' => $series->rights->subscribe,
            ])),
        ]);
    }

    private static function ofOutcome(object $outcome): array
    {
        return self::present([
            'title' => $outcome->title,
            'instructions' => $outcome->instructions,
            'fields' => array_map(fn ($field) => self::present([
                'var' => $field->name,
                'type' => $field->kind->value,
                'values' => $field->values,
            ]), $outcome->fields),
            'tables' => array_map(fn ($table) => [
                'columns' => array_column($table->columns, 'name'),
                'rows' => $table->rows,
            ], $outcome->tables),
            'notes' => array_map(fn ($note) => ['type' => $note->kind->value, 'text' => $note->text], $outcome->notes),
            'data' => $outcome->data ? self::ofData($outcome->data) : null,
            'unused' => $outcome->unused,
        ]);
    }
}

function micros(\DateTimeInterface $time): int
{
    return $time->getTimestamp() * 1_000_000 + (int) $time->format('u');
}
