/**
 * The readings of data, one after another.
 *
 * @implements \Iterator<int, Reading>
 */
final class Readings implements \Iterator
{
    /**
     * The present reading.
     *
     * @throws \OutOfBoundsException behind the last
     */
    public function current(): Reading {}

    /**
     * Its row, from 0.
     */
    public function key(): int {}

    public function next(): void {}

    public function rewind(): void {}

    public function valid(): bool {}
}

/**
 * The readings of one answer or push: of all its series, and what each series is.
 *
 * `$data[0]` is a reading, `foreach` goes over all of them, `values()` and `timestamps()` are columns for charts.
 * Nothing of it changes.
 *
 * @implements \IteratorAggregate<int, Reading>
 * @implements \ArrayAccess<int, Reading>
 */
final class Data implements \IteratorAggregate, \Countable, \ArrayAccess, \JsonSerializable
{
    /**
     * How many readings there are, gaps included.
     */
    public function count(): int {}

    /**
     * All readings, in the order they came.
     */
    public function getIterator(): Readings {}

    /**
     * @param int $offset
     */
    public function offsetExists(mixed $offset): bool {}

    /**
     * A reading, by its row from 0.
     *
     * @param int $offset
     * @throws \OutOfBoundsException where there is no such row
     */
    public function offsetGet(mixed $offset): Reading {}

    /**
     * @throws Exception\InvalidArgumentException always: readings do not change
     */
    public function offsetSet(mixed $offset, mixed $value): void {}

    /**
     * @throws Exception\InvalidArgumentException always: readings do not change
     */
    public function offsetUnset(mixed $offset): void {}

    /**
     * When each reading's interval begins, as seconds since 1970 UTC; exact to the microsecond.
     *
     * @return list<float>
     */
    public function timestamps(): array {}

    /**
     * When each reading's interval begins, in UTC.
     *
     * @return list<\DateTimeImmutable>
     */
    public function times(): array {}

    /**
     * The numbers, in the unit of each reading; `null` where there is none: for gaps, texts, booleans and bytes.
     *
     * @return list<?float>
     */
    public function values(): array {}

    /**
     * The names of the series, each once.
     *
     * @return list<string>
     */
    public function names(): array {}

    /**
     * The units there are, each once; `W` or `Wh` mostly.
     *
     * @return list<string>
     */
    public function units(): array {}

    /**
     * Each series that the provider described by itself, as data of its own. Mostly there is one.
     *
     * @return list<Data>
     */
    public function parts(): array {}

    /**
     * What the series is; of several, the first.
     */
    public function metadata(): Metadata {}

    /**
     * Which version of SenML's fields it says it has; 10 mostly.
     */
    public function version(): int {}

    /**
     * Where values are missing: readings that are gaps, and holes between readings that are further apart than the
     * interval of their series, as far as that is of fixed length.
     *
     * @return list<Gap>
     */
    public function missing(): array {}

    /**
     * The energy in Wh: mean power times its interval, or sums of energy, added up; gaps count as nothing. `null` where
     * that has no meaning: another quantity, no fixed interval, the index of a meter.
     */
    public function energyWh(): ?float {}

    /**
     * What `json_encode` writes: metadata and a list of records for each series, as the reference program has it; times
     * in UTC.
     *
     * @return array<string, mixed>|list<array<string, mixed>>
     */
    public function jsonSerialize(): array {}

    /**
     * The same as a text, with times in a zone.
     *
     * @param \DateTimeZone|string $zone as `Europe/Paris`
     * @throws Exception\InvalidArgumentException where there is no such zone
     */
    public function toJson(\DateTimeZone|string $zone = 'UTC'): string {}

    /**
     * The Quoalise payload, for `serialize`.
     *
     * @return array{quoalise: string}
     */
    public function __serialize(): array {}

    /**
     * @param array{quoalise: string} $data
     * @throws Exception\MalformedDataException
     */
    public function __unserialize(array $data): void {}

    /**
     * For `var_dump`: how much there is, and not what was measured.
     *
     * @return array{count: int}
     */
    public function __debugInfo(): array {}
}

/**
 * One reading: what a meter said of an interval.
 */
final class Reading
{
    /**
     * The name of the series.
     */
    public readonly string $name;

    /**
     * When its interval begins, in UTC.
     */
    public readonly \DateTimeImmutable $time;

    /**
     * The unit: `W`, `Wh`, …
     */
    public readonly ?string $unit;

    /**
     * The value; `null` for a gap. An integer only where it is beyond what a float holds.
     */
    public readonly float|int|string|bool|null $value;

    /**
     * Whether `value` is bytes, and no text.
     */
    public readonly bool $binary;

    /**
     * The integral of the value over time, in unit times seconds.
     */
    public readonly ?float $sum;

    /**
     * In how many seconds at the latest the next one is to come.
     */
    public readonly ?float $updateTime;

    /**
     * What else SenML may say of it.
     *
     * @var array<string, mixed>
     */
    public readonly array $other;
}

/**
 * A stretch of time in which a series has no values.
 */
final class Gap
{
    /**
     * The name of the series.
     */
    public readonly string $name;

    /**
     * Where the first missing interval begins, in UTC.
     */
    public readonly \DateTimeImmutable $start;

    /**
     * Where the last missing interval ends, in UTC.
     */
    public readonly \DateTimeImmutable $end;
}

/**
 * What a series is.
 */
final class Metadata
{
    /**
     * What measures: `electricity-meter`, …
     */
    public readonly ?string $deviceType;

    /**
     * Which device it is.
     */
    public readonly ?DeviceIdentifier $device;

    /**
     * What is measured.
     */
    public readonly Measurement $measurement;

    /**
     * Which tariff class it counts for.
     */
    public readonly ?Pricing $pricing;
}

/**
 * Which device it is.
 */
final class DeviceIdentifier
{
    /**
     * Who gave the number: `enedis`, …
     */
    public readonly ?string $authority;

    /**
     * What number it is: `prm`, …
     */
    public readonly ?string $kind;

    /**
     * The number.
     */
    public readonly ?string $value;
}

/**
 * A tariff class.
 */
final class Pricing
{
    /**
     * The code of the range of hours.
     */
    public readonly ?string $rangeCode;

    /**
     * What that is in words.
     */
    public readonly ?string $rangeDescription;

    /**
     * Whose ranges these are.
     */
    public readonly ?string $kind;

    /**
     * What that is in words.
     */
    public readonly ?string $kindDescription;
}

/**
 * What comes by and by, one after another: a loop over it waits for each.
 *
 * There is no way back: a loop that begins again goes on where the one before was left.
 *
 * @template-covariant T of object
 * @implements \Iterator<int, T>
 */
final class Items implements \Iterator
{
    /**
     * The present one.
     *
     * @return T
     * @throws \OutOfBoundsException where there is none
     */
    public function current(): object {}

    /**
     * How many came before it.
     */
    public function key(): int {}

    /**
     * Waits for the next one.
     *
     * @throws Exception\QuoaliseException
     */
    public function next(): void {}

    /**
     * Waits for the first one, unless it is there.
     *
     * @throws Exception\QuoaliseException
     */
    public function rewind(): void {}

    /**
     * Whether there is one; false where it has come to its end, or none came in time.
     */
    public function valid(): bool {}
}

/**
 * An operation on its way: for event loops as Revolt's or ReactPHP's, and for several questions at once.
 *
 * One that nobody holds any more is given up.
 *
 * @template-covariant T
 */
final class Pending
{
    /**
     * A stream that can be read from as soon as the operation is done, to be waited for with others, by `stream_select` or
     * an event loop. What is read from it says nothing more.
     *
     * @return resource
     */
    public function stream(): mixed {}

    /**
     * Whether `get` would not wait.
     */
    public function isReady(): bool {}

    /**
     * What came of it, once; waits for it where need be.
     *
     * @return T
     * @throws Exception\QuoaliseException what the operation throws; `InvalidArgumentException` where it was taken before,
     *     `ClosedException` where it was cancelled
     */
    public function get(): mixed {}

    /**
     * Gives it up. What the provider was asked to do, it may do all the same.
     */
    public function cancel(): void {}
}
