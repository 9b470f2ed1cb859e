<?php

// Written by `make bindings` from core/src/ffi and uniffi.toml, and by-hand.stub.php.
//
// What the extension has, for people, their editors and PHPStan. It is no code to be run.

namespace Quoalise {
    /**
     * What a requester wants of a command.
     */
    enum Action: string
    {
        case Execute = 'execute';

        case Next = 'next';

        case Prev = 'prev';

        case Complete = 'complete';

        case Cancel = 'cancel';
    }

    /**
     * Whether a provider is there.
     */
    enum Availability: string
    {
        /**
         * It answers.
         */
        case Online = 'online';

        /**
         * Its server says that nobody is at this address.
         */
        case Offline = 'offline';

        /**
         * Its server cannot be reached from ours.
         */
        case Unreachable = 'unreachable';

        /**
         * Neither it nor its server answers; it may have been cut off a moment ago.
         */
        case NoAnswer = 'no-answer';
    }

    /**
     * How things stand with a connection.
     */
    enum Connection: string
    {
        /**
         * It is being made: at first, and again after an interruption.
         */
        case Connecting = 'connecting';

        /**
         * It is there.
         */
        case Online = 'online';

        /**
         * It was lost, and is going to be made anew by itself.
         */
        case Interrupted = 'interrupted';

        /**
         * It is there again, and the server has kept everything meanwhile (XEP-0198).
         */
        case Resumed = 'resumed';

        /**
         * It is there again, but the server no longer knew of the old session: what was sent to it since may be lost.
         */
        case Reset = 'reset';

        /**
         * It is over for good.
         */
        case Closed = 'closed';
    }

    /**
     * Which way energy flows through a usage point.
     */
    enum Direction: string
    {
        /**
         * From the grid.
         */
        case Consumption = 'consumption';

        /**
         * Into the grid.
         */
        case Production = 'production';
    }

    /**
     * What went wrong, to branch on. `docs/errors.md` lists each with what to do.
     */
    enum ErrorKind: string
    {
        /**
         * An argument that cannot be right; nothing was sent.
         */
        case InvalidArgument = 'invalid-argument';

        /**
         * No XMPP server is known for the domain, or the server reached does not serve it (`host-unknown`).
         */
        case UnknownHost = 'unknown-host';

        /**
         * No address of the server accepts connections.
         */
        case Unreachable = 'unreachable';

        /**
         * The server did not get through connecting and logging in within the deadline.
         */
        case ConnectTimeout = 'connect-timeout';

        /**
         * The server's certificate is not valid for the domain, or not signed by a known authority.
         */
        case CertificateRefused = 'certificate-refused';

        /**
         * The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP.
         */
        case UnsuitableServer = 'unsuitable-server';

        /**
         * The server refused the account or the password.
         */
        case LoginRefused = 'login-refused';

        /**
         * The connection was lost; whether the request was carried out is not known.
         */
        case ConnectionLost = 'connection-lost';

        /**
         * Another session of the account took the address of this one; it is over.
         */
        case Replaced = 'replaced';

        /**
         * The peer is there, or may be, and did not answer within the deadline.
         */
        case NoAnswer = 'no-answer';

        /**
         * The provider does not know this account, or has no valid consent (`not-authorized`, `forbidden`).
         */
        case NotAuthorized = 'not-authorized';

        /**
         * The provider refuses the identifier, the series or the period (`bad-request`).
         */
        case BadRequest = 'bad-request';

        /**
         * The answer would be larger than the provider or a server lets through; ask for a shorter period.
         */
        case TooLarge = 'too-large';

        /**
         * The provider has no such command (`item-not-found`).
         */
        case NoSuchCommand = 'no-such-command';

        /**
         * Nobody is at the provider's address (`service-unavailable`, `recipient-unavailable`).
         */
        case ProviderOffline = 'provider-offline';

        /**
         * The provider's server could not be reached from ours (`remote-server-not-found`, `remote-server-timeout`).
         */
        case ServerUnreachable = 'server-unreachable';

        /**
         * The provider no longer knows the session of a command of several stages; begin the command again.
         */
        case SessionExpired = 'session-expired';

        /**
         * The command was carried out and failed; the provider's note says why.
         */
        case CommandFailed = 'command-failed';

        /**
         * The system behind the provider refused: issuer, code and text are its own.
         */
        case UpstreamError = 'upstream-error';

        /**
         * A limit of the provider or of a server was reached; try again later.
         */
        case LimitReached = 'limit-reached';

        /**
         * The answer cannot be understood.
         */
        case MalformedAnswer = 'malformed-answer';

        /**
         * Data given to be read or written are not what they should be.
         */
        case MalformedData = 'malformed-data';

        /**
         * The client was closed.
         */
        case Closed = 'closed';

        /**
         * The client was made in another process, and this is a fork of it; make a new one here.
         */
        case UsedAfterFork = 'used-after-fork';
    }

    /**
     * The type of a `Field` (XEP-0004 section 3.3).
     */
    enum FieldType: string
    {
        case Boolean = 'boolean';

        case Fixed = 'fixed';

        case Hidden = 'hidden';

        case JidMulti = 'jid-multi';

        case JidSingle = 'jid-single';

        case ListMulti = 'list-multi';

        case ListSingle = 'list-single';

        case TextMulti = 'text-multi';

        case TextPrivate = 'text-private';

        case TextSingle = 'text-single';
    }

    /**
     * A representation of readings.
     */
    enum Format: string
    {
        /**
         * The Quoalise payload in XML, by itself or in a stanza.
         */
        case Quoalise = 'quoalise';

        /**
         * SenML in XML (RFC 8428).
         */
        case SenmlXml = 'senml-xml';

        /**
         * SenML in JSON (RFC 8428).
         */
        case SenmlJson = 'senml-json';

        /**
         * SenML in JSON, resolved (RFC 8428 section 4.6): to be read by programs that know no base fields.
         */
        case Resolved = 'resolved';

        /**
         * Metadata and a list of records, as the reference program prints them: one object a line and series. Written
         * only.
         */
        case Json = 'json';

        /**
         * A table `time,value,unit,name`; what is read may also be a load curve as Enedis SGE exports it.
         */
        case Csv = 'csv';
    }

    /**
     * How bad a `Note` is.
     */
    enum NoteType: string
    {
        case Info = 'info';

        case Warn = 'warn';

        case Error = 'error';
    }

    /**
     * How the connection is protected.
     */
    enum Security: string
    {
        /**
         * STARTTLS on a given address; where the server is found by DNS, what its SRV records say.
         */
        case StartTls = 'start-tls';

        /**
         * TLS from the first byte (XEP-0368).
         */
        case DirectTls = 'direct-tls';

        /**
         * No TLS at all. Only towards this very machine, and only because it was asked for; the password is still
         * proved by SCRAM.
         */
        case NoneOnLoopback = 'none-on-loopback';
    }

    /**
     * Which end of its interval a reading is stamped at.
     */
    enum Stamp: string
    {
        /**
         * The start, as in SenML, and in the load curves of large consumers (Enedis' segments C1 to C4).
         */
        case Start = 'start';

        /**
         * The end, as in the load curves of Linky meters (segment C5).
         */
        case End = 'end';
    }

    /**
     * How a command is doing.
     */
    enum Status: string
    {
        case Executing = 'executing';

        case Completed = 'completed';

        case Canceled = 'canceled';
    }

    /**
     * What to do with what comes when nobody takes it.
     */
    enum WhenFull: string
    {
        /**
         * Nothing more is read for a second; then the server is asked to keep it, as for an account that is away, until
         * half of what waits was taken, and answers to requests go on coming meanwhile. How much a server keeps is for
         * its operator to say (ejabberd's own limit is 100 messages).
         *
         * What was on its way already still comes in, as does all at once what it had kept: of that, 10,000 messages or
         * 64 MiB wait here at the most, and then nothing more is read, answers included, until some are taken.
         */
        case Wait = 'wait';

        /**
         * The oldest are given up, counted, and told as `Event::overflow()`.
         */
        case DropOldest = 'drop-oldest';
    }

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

    /**
     * Where a person gives consent, and what the notice of it will bring back.
     */
    final class Authorization
    {
        /**
         * Where to send the person's browser.
         */
        public readonly string $uri;

        /**
         * What the notice of consent brings back.
         */
        public readonly string $state;

        /**
         * The name given in the request.
         */
        public readonly string $name;

        /**
         * Who was asked.
         */
        public readonly string $provider;
    }

    /**
     * A command a provider offers.
     */
    final class CommandInfo
    {
        /**
         * What it is asked for by.
         */
        public readonly string $node;

        /**
         * What it is called, for people; the node where it has no name.
         */
        public readonly string $name;
    }

    /**
     * How things stand with a connection, and why.
     */
    final class ConnectionState
    {
        /**
         * How they stand.
         */
        public readonly Connection $connection;

        /**
         * What happened, where it was interrupted, or closed from the other side.
         */
        public readonly ?Exception\QuoaliseException $error;

        /**
         * After a reset: all that was sent before is here.
         */
        public readonly ?\DateTimeImmutable $since;
    }

    /**
     * The notice that a person has consented.
     *
     * It says so by the provider's word, which is trusted. Whether it is about a request of *yours* is another matter:
     * where `request` is there, it answers that one of this client. Where it is not, look for the `state` among those
     * you have stored, and pass over the notice if it is not there.
     */
    final class Consent
    {
        /**
         * Who sent it, resource included.
         */
        public readonly string $sender;

        /**
         * The stanza's id, where it has one.
         */
        public readonly ?string $id;

        /**
         * When it was sent.
         */
        public readonly \DateTimeImmutable $sent;

        /**
         * Whether a server kept it while this account was away.
         */
        public readonly bool $delayed;

        /**
         * Whether it was given before.
         */
        public readonly bool $repeated;

        /**
         * The usage points consented for, at least one, as the provider writes them (14 digits).
         *
         * @var list<string>
         */
        public readonly array $usagePoints;

        /**
         * What came back of the request's state.
         */
        public readonly ?string $state;

        /**
         * Which request of this client it answers: the latest to the same provider with this state.
         */
        public readonly ?Authorization $request;

        /**
         * What the message says in words, where it does.
         */
        public readonly ?string $body;

        /**
         * What else was in the message, as XML.
         *
         * @var list<string>
         */
        public readonly array $other;
    }

    /**
     * A field of a form.
     */
    final class Field
    {
        /**
         * The name; empty for some fixed texts.
         */
        public readonly string $name;

        /**
         * The type; text-single where none is given.
         */
        public readonly FieldType $kind;

        /**
         * The label for humans.
         */
        public readonly ?string $label;

        /**
         * A longer explanation for humans.
         */
        public readonly ?string $description;

        /**
         * Whether it must be filled in.
         */
        public readonly bool $required;

        /**
         * The value or values, or the default.
         *
         * @var list<string>
         */
        public readonly array $values;

        /**
         * What may be chosen from.
         *
         * @var list<FieldOption>
         */
        public readonly array $options;

        /**
         * What a value must look like, beyond the type (XEP-0122).
         */
        public readonly ?Validation $validation;
    }

    /**
     * What may be chosen for a field.
     */
    final class FieldOption
    {
        /**
         * The label for humans.
         */
        public readonly ?string $label;

        /**
         * The value.
         */
        public readonly string $value;
    }

    /**
     * A form (XEP-0004).
     */
    final class Form
    {
        /**
         * A title for humans.
         */
        public readonly ?string $title;

        /**
         * Instructions for humans.
         */
        public readonly ?string $instructions;

        /**
         * The fields, in order.
         *
         * @var list<Field>
         */
        public readonly array $fields;
    }

    /**
     * The connection was lost, and is being made anew by itself. The server keeps what comes meanwhile.
     */
    final class Interrupted
    {
        /**
         * What happened.
         */
        public readonly Exception\QuoaliseException $error;
    }

    /**
     * A trusted provider sent something that cannot be read.
     */
    final class Malformed
    {
        /**
         * Who sent it.
         */
        public readonly string $sender;

        /**
         * What is wrong with it.
         */
        public readonly Exception\QuoaliseException $error;
    }

    /**
     * What is measured, and how.
     */
    final class Measurement
    {
        /**
         * `active-power`, `active-energy-index`, `load-profile`, …
         */
        public readonly ?string $name;

        /**
         * `consumption` or `production`.
         */
        public readonly ?string $direction;

        /**
         * `power`, `energy`, `voltage`, …
         */
        public readonly ?string $quantity;

        /**
         * The kind of quantity: `electrical`, …
         */
        public readonly ?string $kind;

        /**
         * `active`, `reactive`, …
         */
        public readonly ?string $subtype;

        /**
         * The unit: `W`, `Wh`, `VA`, …
         */
        public readonly ?string $unit;

        /**
         * How each value stands for its interval.
         */
        public readonly ?string $aggregation;

        /**
         * How long the interval of a value is; it begins at the record's time.
         */
        public readonly ?string $samplingInterval;

        /**
         * Whether the distributor has corrected the values.
         */
        public readonly ?bool $corrected;

        /**
         * Whether the values are estimated rather than measured.
         */
        public readonly ?bool $estimated;
    }

    /**
     * After a loss it was looked whether the subscriptions made by this client are still there, and this one is not.
     */
    final class NotSubscribed
    {
        /**
         * Where.
         */
        public readonly string $provider;

        /**
         * To what.
         */
        public readonly string $identifier;

        /**
         * Why the provider will not have it.
         */
        public readonly Exception\QuoaliseException $error;
    }

    /**
     * A note beside a command's answer.
     */
    final class Note
    {
        /**
         * How bad it is.
         */
        public readonly NoteType $kind;

        /**
         * What it says.
         */
        public readonly string $text;
    }

    /**
     * What came of a command that was completed.
     */
    final class Outcome
    {
        /**
         * The title of the result.
         */
        public readonly ?string $title;

        /**
         * A text about the result.
         */
        public readonly ?string $instructions;

        /**
         * The result's fields, in order; fixed ones are texts to read.
         *
         * @var list<Field>
         */
        public readonly array $fields;

        /**
         * The result's tables; there is mostly one at the most.
         *
         * @var list<Table>
         */
        public readonly array $tables;

        /**
         * What the provider says of it; no errors, which would have been the command's.
         *
         * @var list<Note>
         */
        public readonly array $notes;

        /**
         * Readings, where there are any.
         */
        public readonly ?Data $data;

        /**
         * Whatever else came, as XML.
         *
         * @var list<string>
         */
        public readonly array $other;

        /**
         * The fields that a value was given for and that no form had. They were only noticed after the command was
         * done; otherwise that is an error.
         *
         * @var list<string>
         */
        public readonly array $unused;
    }

    /**
     * So many pushes and notices were given up, because more came than were taken.
     */
    final class Overflow
    {
        /**
         * How many.
         */
        public readonly int $dropped;
    }

    /**
     * A trusted provider came, or went, as far as it says so itself. One whose network fails says nothing.
     */
    final class Presence
    {
        /**
         * Who, resource included.
         */
        public readonly string $sender;

        /**
         * Whether it is there.
         */
        public readonly bool $available;
    }

    /**
     * New data a provider sent by itself.
     */
    final class Push
    {
        /**
         * Who sent it, resource included.
         */
        public readonly string $sender;

        /**
         * The stanza's id, where it has one.
         */
        public readonly ?string $id;

        /**
         * When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in.
         */
        public readonly \DateTimeImmutable $sent;

        /**
         * Whether a server kept it while this account was away.
         */
        public readonly bool $delayed;

        /**
         * Whether it was given before, to this process or, with a journal, to one before, and nobody knows whether that
         * came to its end with it. One that was taken is not given again.
         */
        public readonly bool $repeated;

        /**
         * The data; those of several `quoalise` elements of one message follow each other.
         */
        public readonly Data $data;

        /**
         * What the message says in words, where it does; of several languages English, if it is among them.
         */
        public readonly ?string $body;

        /**
         * What else was in the message, as XML.
         *
         * @var list<string>
         */
        public readonly array $other;
    }

    /**
     * The connection is there again, and nothing was lost (XEP-0198). Where an interruption had its end before anybody
     * took that event, neither is told.
     */
    final class Resumed
    {
    }

    /**
     * What an account may do with a `Series`.
     */
    final class Rights
    {
        /**
         * It may ask for the history, or a part of it.
         */
        public readonly bool $getHistory;

        /**
         * It may subscribe.
         */
        public readonly bool $subscribe;
    }

    /**
     * A series a provider has: what can be read there, and by what name.
     */
    final class Series
    {
        /**
         * The name to ask for.
         */
        public readonly string $identifier;

        /**
         * What it is, in words.
         */
        public readonly ?string $title;

        /**
         * What is measured, in which unit, at which step.
         */
        public readonly Measurement $measurement;

        /**
         * The time of its first record.
         */
        public readonly ?\DateTimeImmutable $first;

        /**
         * The time of its last record: the start of the last interval that has a value.
         */
        public readonly ?\DateTimeImmutable $last;

        /**
         * What whoever asks may do with it.
         */
        public readonly Rights $rights;
    }

    /**
     * A result in rows.
     */
    final class Table
    {
        /**
         * Names, types and labels of the columns.
         *
         * @var list<Field>
         */
        public readonly array $columns;

        /**
         * A list of values for each column, in the columns' order.
         *
         * @var list<list<list<string>>>
         */
        public readonly array $rows;
    }

    /**
     * What the values of a `Field` must look like (XEP-0122).
     */
    final class Validation
    {
        /**
         * The type of each value, such as `xs:integer` or `xs:dateTime`; `xs:string` where none is given.
         */
        public readonly ?string $datatype;

        /**
         * Whether values beside the options of a list may be given.
         */
        public readonly bool $open;

        /**
         * The least value.
         */
        public readonly ?string $min;

        /**
         * The greatest value.
         */
        public readonly ?string $max;

        /**
         * How many values of a list there must be at least.
         */
        public readonly ?int $least;

        /**
         * How many values of a list there may be.
         */
        public readonly ?int $most;
    }

    /**
     * A connected account: asks providers for history, subscribes, and listens.
     *
     * A client may be used from many threads and tasks at once; all share one session.
     */
    final class Client
    {
        /**
         * Connects and logs in: `account` is a JID (`name@example.org`, or with a resource to be asked for).
         *
         * Nothing is tried again by itself. A connection that is lost later is.
         *
         * @param array{account: string, password: string, address?: ?string, caFile?: ?string, caPem?: ?string,
         *     timeout?: ?float, connectTimeout?: ?float, priority?: ?int, security?: ?Security, allowPlain?: bool,
         *     reconnectFirst?: ?float, reconnectLongest?: ?float, deadAfter?: ?float, persistent?: ?string} $options
         *     `account`: a JID: `name@example.org`, or with a resource to be asked for; `password`: the account's
         *     password; `address`: The `host:port` to connect to (or `host`, port 5222) instead of asking the DNS. The
         *     certificate must still be the account's domain's; `caFile`: A PEM file with the authorities to trust
         *     instead of the system's; `caPem`: The authorities to trust instead of the system's, as PEM text;
         *     `timeout`: How long an answer may take. 120 s by default: servers throttle large answers to some
         *     kilobytes a second; `connectTimeout`: How long connecting and logging in may take, all in all. 30 s by
         *     default; `priority`: The priority of the presence: one of 0 and more while the client listens (1 by
         *     default), a negative one while it does not (-1 by default), so that pushes go to another session of the
         *     account that listens; `security`: How the connection is protected; `allowPlain`: Also allow PLAIN, which
         *     sends the password to the server inside TLS. For servers that cannot do SCRAM; `reconnectFirst`: How long
         *     to wait before a lost connection is tried anew, at first; then twice as long each time. 1 s by default;
         *     `reconnectLongest`: How long to wait between two tries at the most. 60 s by default; `deadAfter`: After
         *     how much silence a connection counts as dead, though the network does not say so. 30 s by default;
         *     `persistent`: a name under which this worker keeps the session for later requests that ask for it with
         *     the very same options
         * @return Client the client
         * @throws Exception\QuoaliseException `UnknownHostException`, `UnreachableException`,
         *     `ConnectTimeoutException`, `CertificateRefusedException`, `UnsuitableServerException`,
         *     `LoginRefusedException`; also `InvalidArgumentException` for a CA file that cannot be used.
         */
        public static function connect(#[\SensitiveParameter] array $options): Client {}

        /**
         * Asks a Data Connect proxy where a person can consent to this account reading their meter. Send the person's
         * browser to the `uri`; when they have agreed, the provider sends a notice, which `listen` gives as `Consent`.
         * Its messages are trusted from here on. `name` is who asks, as the person reads it.
         *
         * The request is remembered by this client (the last 10,000), and told with the notice that answers it. It is
         * remembered nowhere else: who listens in another process keeps the `state` and compares.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $name who asks, as the person reads it
         * @param string $description What is asked and what for, in HTML.
         * @param ?string $logoUrl The address of a logo; https only.
         * @param ?string $duration For how long: ISO 8601, such as `P1Y`. The provider's own by default.
         * @param ?string $redirectUri Where the browser is sent in the end, with `usagePoints` and `state` added to
         *     it.
         * @param ?string $state What the notice of consent brings back, so that it can be told which request it
         *     answers. It must not be guessable and not be used twice. A fresh one is drawn by default.
         * @param ?int $testClient Which made-up client (0 to 9) of the upstream's sandbox is to consent, instead of
         *     a person.
         * @return Authorization where the person consents
         * @throws Exception\QuoaliseException `InvalidArgumentException` for a request that cannot be right; else
         *     as `getHistory`.
         */
        public function authorizeUri(
            string $provider,
            string $name,
            string $description = '',
            ?string $logoUrl = null,
            ?string $duration = null,
            ?string $redirectUri = null,
            ?string $state = null,
            ?int $testClient = null
        ): Authorization {}

        /**
         * Whether a provider is there, within ten seconds.
         *
         * @param string $provider the full JID of the provider, resource included
         * @return Availability whether it is there
         * @throws Exception\QuoaliseException `InvalidArgumentException`, `ConnectionLostException`,
         *     `ClosedException`.
         */
        public function availability(string $provider): Availability {}

        /**
         * Begins a command by asking for its form. A command that has none is carried out at once.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $node the node of the command, as the provider lists it
         * @return Execution the command, at its first stage
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function begin(string $provider, string $node): Execution {}

        /**
         * Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting end
         * as `ClosedException`.
         *
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function close(): void {}

        /**
         * The commands a provider offers to this account (XEP-0050 section 2.2).
         *
         * @param string $provider the full JID of the provider, resource included
         * @return list<CommandInfo> the commands
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function commands(string $provider): array {}

        /**
         * Asks a Data Connect proxy for the energy of each day at a usage point, in Wh.
         *
         * As `loadCurve`, but the records' names are `urn:dev:prm:<usage point>_daily_<direction>`.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $usagePoint the 14 digits of the meter (PRM)
         * @param Direction $direction what is drawn from the grid, or what is fed into it
         * @param \DateTimeInterface|string $start where the period begins, included
         * @param \DateTimeInterface|string $end where the period ends, excluded
         * @return Data the readings
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function daily(
            string $provider,
            string $usagePoint,
            Direction $direction,
            \DateTimeInterface|string $start,
            \DateTimeInterface|string $end
        ): Data {}

        /**
         * How many messages of senders that are not trusted were dropped so far, unread: pushes and notices of consent.
         *
         * @return int how many messages of senders that are not trusted were dropped so far, unread: pushes and
         *     notices of consent
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function distrusted(): int {}

        /**
         * Asks a provider for what a hole in the pushes of a series may have swallowed: from its last record that was
         * pushed before the hole (which is among them), or where there was none, from a day before the hole, until now.
         * What does not fit into one answer is asked for in several, as far as the provider says what fits.
         *
         * @param Hole $hole the hole, as a listener told of it
         * @param string $provider the full JID of the provider, resource included
         * @param string $identifier the name of the series
         * @return Data the readings
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function fill(Hole $hole, string $provider, string $identifier): Data {}

        /**
         * Asks a provider for the values of a series over a period, in one answer.
         *
         * `provider` is its full JID, resource included; `identifier` the name of the series. The period is from
         * `start` (included) to `end` (excluded), either of which may be left to the provider; times are asked for with
         * the offset of their zone. Times of the records are the starts of their intervals, UTC; units are the
         * provider's (`W`, `Wh`, …). Gaps are records without a value.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $identifier the name of the series
         * @param ?\DateTimeInterface $start where the period begins, included; `null` leaves it to the provider
         * @param ?\DateTimeInterface $end where the period ends, excluded; `null` leaves it to the provider
         * @return Data the readings
         * @throws Exception\QuoaliseException `InvalidArgumentException`; the provider's answer
         *     (`NotAuthorizedException`, `BadRequestException`, `TooLargeException`, `NoSuchCommandException`,
         *     `CommandFailedException`, `UpstreamErrorException`, `LimitReachedException`, `MalformedAnswerException`);
         *     nobody there (`ProviderOfflineException`, `ServerUnreachableException`, `NoAnswerException`);
         *     `ConnectionLostException`, `ClosedException`.
         */
        public function getHistory(
            string $provider,
            string $identifier,
            ?\DateTimeInterface $start = null,
            ?\DateTimeInterface $end = null
        ): Data {}

        /**
         * The full JID the server gave this session. It may change when the server has lost the session.
         *
         * @return string the full JID the server gave this session
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function jid(): string {}

        /**
         * Listens to what trusted providers send by themselves: those of `trust`, `subscribe` and `authorizeUri`. What
         * the server kept meanwhile comes first.
         *
         * @param ?int $capacity How many messages may wait to be taken, or 16 MiB of them. 100 by default.
         * @param ?WhenFull $whenFull What happens when so many wait. By default the server keeps the rest.
         * @param ?string $journal A file, made if need be, that keeps which pushes were taken (not what they say)
         *     and how far the series go, so that the next process recognises what it gets again, and knows where to go
         *     on. For one listener at a time.
         * @return Listener the listener
         * @throws Exception\QuoaliseException `InvalidArgumentException` where this client is listening already, or
         *     the journal cannot be opened; `UnreachableException` where there is no connection for too long,
         *     `ClosedException`.
         */
        public function listen(
            ?int $capacity = null,
            ?WhenFull $whenFull = null,
            ?string $journal = null
        ): Listener {}

        /**
         * Asks a Data Connect proxy for the load curve of a usage point: mean power in W, by the step of the meter.
         *
         * `provider` is its full JID, `usagePoint` the 14 digits of the meter (PRM). The days, from `start` (included)
         * to `end` (excluded), are counted where the usage point is. The records' names are `urn:dev:prm:<usage
         * point>_<direction>_load`. Providers that do not know this command (`NoSuchCommandException`) may serve the
         * same by `getHistory`.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $usagePoint the 14 digits of the meter (PRM)
         * @param Direction $direction what is drawn from the grid, or what is fed into it
         * @param \DateTimeInterface|string $start where the period begins, included
         * @param \DateTimeInterface|string $end where the period ends, excluded
         * @return Data the readings
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function loadCurve(
            string $provider,
            string $usagePoint,
            Direction $direction,
            \DateTimeInterface|string $start,
            \DateTimeInterface|string $end
        ): Data {}

        /**
         * Carries a command out: asks for its form, fills the values in, as often as the provider has another stage,
         * and completes it. Fields without a value keep the default the provider gives them, but for the times of
         * Quoalise's own commands (as `startTime` of `getHistory`): without a value these are left out, as nobody saw
         * the default. Where something is missing or does not fit, the command is canceled.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $node the node of the command, as the provider lists it
         * @param ?array<string, string|int|float|bool|\DateTimeInterface|list<string>> $values values by field:
         *     texts, numbers, booleans, dates, times with their zone, or collections of texts; `null` for none
         * @return Outcome what came of it
         * @throws Exception\QuoaliseException `InvalidArgumentException` where a required field has no value, a
         *     value does not fit, or no stage has a field of that name; `SessionExpiredException`; as `getHistory`.
         */
        public function run(string $provider, string $node, ?array $values = null): Outcome {}

        /**
         * The series a provider has for this account, or those of them that `prefix` covers, as a subscription would.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param ?string $prefix what the names begin with; `null` for all
         * @return list<Series> the series
         * @throws Exception\QuoaliseException `NoSuchCommandException` where the provider does not tell; as
         *     `getHistory`.
         */
        public function series(string $provider, ?string $prefix = null): array {}

        /**
         * How things stand with the connection.
         *
         * @return ConnectionState how things stand with the connection
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function state(): ConnectionState {}

        /**
         * What becomes of the connection from now on.
         *
         * @return States what becomes of it
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function states(): States {}

        /**
         * Asks a provider to push new values of a series to this account from now on, also across reconnects. A prefix
         * covers all series below it. Its pushes are trusted from here on; also where it is not known whether the
         * subscription came about, as after `NoAnswerException`, and not where it was refused.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $identifier the name of the series, or the prefix of several
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function subscribe(string $provider, string $identifier): void {}

        /**
         * Takes pushes of this provider from now on, whatever its resource. Pushes of others are dropped and counted:
         * in a federation anybody can send anybody a message.
         *
         * @param string $provider a JID of the provider
         * @throws Exception\QuoaliseException `InvalidArgumentException` where it is no JID.
         */
        public function trust(string $provider): void {}

        /**
         * Ends a subscription.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $identifier the name of the series
         * @throws Exception\QuoaliseException As `getHistory`.
         */
        public function unsubscribe(string $provider, string $identifier): void {}

        /**
         * As `availability`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @return Pending<Availability>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function availabilityAsync(string $provider): Pending {}

        /**
         * As `commands`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @return Pending<list<CommandInfo>>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function commandsAsync(string $provider): Pending {}

        /**
         * As `daily`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $usagePoint the 14 digits of the meter (PRM)
         * @param Direction $direction what is drawn from the grid, or what is fed into it
         * @param \DateTimeInterface|string $start where the period begins, included
         * @param \DateTimeInterface|string $end where the period ends, excluded
         * @return Pending<Data>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function dailyAsync(
            string $provider,
            string $usagePoint,
            Direction $direction,
            \DateTimeInterface|string $start,
            \DateTimeInterface|string $end
        ): Pending {}

        /**
         * As `fill`, but without waiting for it.
         *
         * @param Hole $hole the hole, as a listener told of it
         * @param string $provider the full JID of the provider, resource included
         * @param string $identifier the name of the series
         * @return Pending<Data>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function fillAsync(Hole $hole, string $provider, string $identifier): Pending {}

        /**
         * As `getHistory`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $identifier the name of the series
         * @param ?\DateTimeInterface $start where the period begins, included; `null` leaves it to the provider
         * @param ?\DateTimeInterface $end where the period ends, excluded; `null` leaves it to the provider
         * @return Pending<Data>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function getHistoryAsync(
            string $provider,
            string $identifier,
            ?\DateTimeInterface $start = null,
            ?\DateTimeInterface $end = null
        ): Pending {}

        /**
         * As `loadCurve`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $usagePoint the 14 digits of the meter (PRM)
         * @param Direction $direction what is drawn from the grid, or what is fed into it
         * @param \DateTimeInterface|string $start where the period begins, included
         * @param \DateTimeInterface|string $end where the period ends, excluded
         * @return Pending<Data>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function loadCurveAsync(
            string $provider,
            string $usagePoint,
            Direction $direction,
            \DateTimeInterface|string $start,
            \DateTimeInterface|string $end
        ): Pending {}

        /**
         * As `run`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param string $node the node of the command, as the provider lists it
         * @param ?array<string, string|int|float|bool|\DateTimeInterface|list<string>> $values values by field:
         *     texts, numbers, booleans, dates, times with their zone, or collections of texts; `null` for none
         * @return Pending<Outcome>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function runAsync(string $provider, string $node, ?array $values = null): Pending {}

        /**
         * As `series`, but without waiting for it.
         *
         * @param string $provider the full JID of the provider, resource included
         * @param ?string $prefix what the names begin with; `null` for all
         * @return Pending<list<Series>>
         * @throws Exception\QuoaliseException for arguments that cannot be right
         */
        public function seriesAsync(string $provider, ?string $prefix = null): Pending {}

        /**
         * What this process has of persistent sessions: how many it keeps, and how often one was `opened`, was there
         * already (`reused`), was found broken (`replaced`), or was ended unused for too long or to make room (`dropped`).
         *
         * @return array{kept: int, opened: int, reused: int, replaced: int, dropped: int}
         */
        public static function stats(): array {}
    }

    /**
     * A command that has begun: the form of its present stage, and what may be done with it.
     *
     * A provider keeps what was filled in until the command is completed or canceled, or it has waited too long. An
     * execution that is dropped before its end is canceled, without waiting for the provider to say so.
     */
    final class Execution
    {
        /**
         * What may be done in the present stage, of `Action::Prev`, `Action::Next` and `Action::Complete`. To cancel is
         * always allowed.
         *
         * @return list<Action> what may be done in the present stage, of `Action::Prev`, `Action::Next` and
         *     `Action::Complete`
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function actions(): array {}

        /**
         * Gives up, and waits at most ten seconds for the provider to say that it knows. Whatever it kept is gone then.
         *
         * @throws Exception\QuoaliseException Those of the network. That the provider gave up before is none.
         */
        public function cancel(): void {}

        /**
         * Fills in the form and asks for the result. Later stages, if there are any, keep their defaults.
         *
         * @param ?array<string, string|int|float|bool|\DateTimeInterface|list<string>> $values values by field:
         *     texts, numbers, booleans, dates, times with their zone, or collections of texts
         * @throws Exception\QuoaliseException As `next`.
         */
        public function complete(?array $values = null): void {}

        /**
         * What the provider suggests to do: `Action::Next` or `Action::Complete`.
         *
         * @return ?Action what the provider suggests to do: `Action::Next` or `Action::Complete`
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function defaultAction(): ?Action {}

        /**
         * The form of the present stage, or of the result.
         *
         * @return ?Form the form of the present stage, or of the result
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function form(): ?Form {}

        /**
         * Fills in the form and asks for the next stage. Fields without a value keep their default.
         *
         * @param ?array<string, string|int|float|bool|\DateTimeInterface|list<string>> $values values by field:
         *     texts, numbers, booleans, dates, times with their zone, or collections of texts
         * @throws Exception\QuoaliseException `InvalidArgumentException` where a required field has no value, a
         *     value does not fit, there is no field of that name, or the provider allows no next stage: nothing was
         *     sent then, and the stage is as it was. `SessionExpiredException` where the provider waited too long.
         *     `CommandFailedException` where it gave up. As `Client::getHistory()`.
         */
        public function next(?array $values = null): void {}

        /**
         * What the provider says about the present stage. An error among them means that it does not take what was
         * filled in, and asks again.
         *
         * @return list<Note> what the provider says about the present stage
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function notes(): array {}

        /**
         * What came of it. The execution is over then.
         *
         * @return Outcome what came of it
         * @throws Exception\QuoaliseException `InvalidArgumentException` where it is not completed; it is canceled
         *     then. `MalformedAnswerException`.
         */
        public function outcome(): Outcome {}

        /**
         * Asks for the stage before.
         *
         * @throws Exception\QuoaliseException As `next`.
         */
        public function prev(): void {}

        /**
         * How far it is: `Status::Executing` while there is something to fill in.
         *
         * @return Status how far it is: `Status::Executing` while there is something to fill in
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function status(): Status {}
    }

    /**
     * A stretch of time in which pushes may have got lost: the connection is there again, but the server no longer knew
     * of the session. `Client::fill()` asks for what they may have told.
     *
     * Also first of all, where a process before this one did not come to a good end, as far as the journal knows.
     */
    final class Hole
    {
        /**
         * When it begins: what was sent before is here.
         *
         * @return \DateTimeImmutable when it begins: what was sent before is here
         */
        public function since(): \DateTimeImmutable {}

        /**
         * When it ends: what was sent after that comes again, or is here.
         *
         * @return \DateTimeImmutable when it ends: what was sent after that comes again, or is here
         */
        public function until(): \DateTimeImmutable {}
    }

    /**
     * The pushes of trusted providers, and what else they tell by themselves, in the order it came.
     *
     * While it lives, the session announces a priority that lets the server deliver pushes to it; closing it takes that
     * back, and later pushes are kept by the server for the next listener.
     *
     * A push counts as received only when it is *taken*: when the next event is asked for, or the listener is finished.
     * One that is in hand when the listener is closed, because storing it failed perhaps, is given again, to the next
     * listener, as `repeated`. The server keeps what it was not told of (XEP-0198): what was not taken comes again to
     * the next session of the same resource, and is late or has to be filled in where none was named.
     *
     * @implements \IteratorAggregate<int,
     *     Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed>
     */
    final class Listener implements \IteratorAggregate
    {
        /**
         * Stops listening.
         *
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function close(): void {}

        /**
         * Stops listening without losing anything: the server keeps what comes from here on, and what it had sent
         * before is given back, in order, and counts as taken.
         *
         * @return list<Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed> what was
         *     not taken
         * @throws Exception\QuoaliseException `ConnectionLostException`, `UnreachableException`, or
         *     `NoAnswerException` where the server does not answer within two seconds; `InvalidArgumentException` where
         *     the journal cannot be written. Then nothing more counts as taken: all of it comes to the next listener,
         *     the one in hand too, as `repeated`.
         */
        public function finish(): array {}

        /**
         * The next event; waits for it. Nothing when the listener or the client was closed. Asking for it says that the
         * one before is dealt with.
         *
         * @param ?float $timeout how many seconds to wait for it at the most; nothing came if there is `null` then
         * @return Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed|null the event,
         *     if there is one
         * @throws Exception\QuoaliseException `LoginRefusedException`, `ReplacedException`,
         *     `UnsuitableServerException` where the connection was lost for good, once what came before has been taken;
         *     `InvalidArgumentException` where the journal cannot be written, and then nothing is lost either.
         */
        public function next(?float $timeout = null): Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed|null {}

        /**
         * For `foreach`: waits for one after another, as `next` does, and ends where nothing more will come. A loop that is
         * left by `break` has not asked for the next one.
         *
         * @param ?float $timeout how many seconds to wait for each at the most; the loop ends where none came
         * @return Items<Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed>
         */
        public function getIterator(?float $timeout = null): Items {}
    }

    /**
     * What becomes of a connection.
     *
     * @implements \IteratorAggregate<int, ConnectionState>
     */
    final class States implements \IteratorAggregate
    {
        /**
         * Stops watching.
         *
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function close(): void {}

        /**
         * The next change; waits for it. Nothing once it is over for good and that was told. Of a great many that
         * nobody took meanwhile only the latest are told.
         *
         * @param ?float $timeout how many seconds to wait for it at the most; nothing came if there is `null` then
         * @return ?ConnectionState the change, if there is one
         * @throws Exception\QuoaliseException `UsedAfterForkException`.
         */
        public function next(?float $timeout = null): ?ConnectionState {}

        /**
         * For `foreach`: waits for one after another, as `next` does, and ends where nothing more will come. A loop that is
         * left by `break` has not asked for the next one.
         *
         * @param ?float $timeout how many seconds to wait for each at the most; the loop ends where none came
         * @return Items<ConnectionState>
         */
        public function getIterator(?float $timeout = null): Items {}
    }

    /**
     * Writes readings in a representation.
     *
     * @param Data $data the readings
     * @param Format $format the representation
     * @param bool $keepGaps Write SenML records without a value for gaps, which RFC 8428 forbids and Quoalise peers
     *     understand. Other representations always have them.
     * @param \DateTimeZone|string|null $zone For tables and JSON: the zone to write times in; UTC by default.
     * @return string the text
     * @throws Exception\QuoaliseException `MalformedDataException` for readings that SenML cannot carry: before
     *     1978, or with characters XML has no place for.
     */
    function dumps(
            Data $data,
            Format $format,
            bool $keepGaps = false,
            \DateTimeZone|string|null $zone = null
        ): string {}

    /**
     * Reads readings from any representation.
     *
     * @param string $content what is to be read
     * @param ?Format $format The representation; found out from how the text begins by default.
     * @param ?\DateTimeInterface $now What relative times count from; the present by default.
     * @param bool $strict Refuse what RFC 8428 refuses: records without a value, empty packs, stray content.
     * @param ?string $name For tables: the name of records that have none there; `value` by default.
     * @param ?string $unit For tables: the unit of records that have none there.
     * @param \DateTimeZone|string|null $zone For tables: the zone of times that come without an offset, which are
     *     refused by default.
     * @param ?Stamp $stamps For load curves of Enedis: which end of its interval a reading is stamped at; the end
     *     by default, as for a Linky meter.
     * @param ?float $step For load curves of Enedis: the length of an interval, where the file does not tell it.
     * @return Data the readings
     * @throws Exception\QuoaliseException `MalformedDataException`, which tells where, and never what was read;
     *     `InvalidArgumentException` for a representation that is only written.
     */
    function loads(
            string $content,
            ?Format $format = null,
            ?\DateTimeInterface $now = null,
            bool $strict = false,
            ?string $name = null,
            ?string $unit = null,
            \DateTimeZone|string|null $zone = null,
            ?Stamp $stamps = null,
            ?float $step = null
        ): Data {}
}

namespace Quoalise\Exception {
    /**
     * What was asked of whom, what went wrong, and what to do about it: `getMessage()` says all of that. It never holds
     * the password or a reading.
     */
    class QuoaliseException extends \RuntimeException
    {
        /**
         * For an upstream error: that system's code, such as `ADAM-ERR0123`, where it has one.
         */
        public readonly ?string $upstreamCode;

        /**
         * The standard condition of the stanza or stream error (RFC 6120 sections 4.9.3 and 8.3.3), where one came.
         */
        public readonly ?string $condition;

        /**
         * The end of that period, excluded.
         */
        public readonly ?\DateTimeImmutable $fittingEnd;

        /**
         * For an answer that would be too large: the start of the largest period that fits, where the provider told.
         */
        public readonly ?\DateTimeImmutable $fittingStart;

        /**
         * Whether the same request may succeed later without anybody changing anything.
         */
        public readonly bool $isTemporary;

        /**
         * For an upstream error: which system refused, such as `enedis-data-connect`.
         */
        public readonly ?string $issuer;

        /**
         * What kind of failure this is.
         */
        public readonly \Quoalise\ErrorKind $kind;

        /**
         * The sentence, without operation and remedy.
         */
        public readonly string $reason;

        /**
         * What was being done, and with whom.
         */
        public readonly ?string $operation;

        /**
         * What to do about it.
         */
        public readonly ?string $remedy;

        /**
         * When to try again at the earliest, where the peer told.
         */
        public readonly ?float $retryAfter;

        /**
         * The peer's own words, where it gave any.
         */
        public readonly ?string $text;
    }

    /**
     * There is no connection to the account's own server, or none any more.
     */
    class ConnectionFailedException extends QuoaliseException
    {
    }

    /**
     * The provider was asked and cannot be reached.
     */
    class ServiceUnavailableException extends QuoaliseException
    {
    }

    /**
     * An argument that cannot be right; nothing was sent.
     */
    class InvalidArgumentException extends QuoaliseException
    {
    }

    /**
     * No XMPP server is known for the domain, or the server reached does not serve it (`host-unknown`).
     */
    class UnknownHostException extends ConnectionFailedException
    {
    }

    /**
     * No address of the server accepts connections.
     */
    class UnreachableException extends ConnectionFailedException
    {
    }

    /**
     * The server did not get through connecting and logging in within the deadline.
     */
    class ConnectTimeoutException extends ConnectionFailedException
    {
    }

    /**
     * The server's certificate is not valid for the domain, or not signed by a known authority.
     */
    class CertificateRefusedException extends ConnectionFailedException
    {
    }

    /**
     * The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP.
     */
    class UnsuitableServerException extends ConnectionFailedException
    {
    }

    /**
     * The server refused the account or the password.
     */
    class LoginRefusedException extends ConnectionFailedException
    {
    }

    /**
     * The connection was lost; whether the request was carried out is not known.
     */
    class ConnectionLostException extends ConnectionFailedException
    {
    }

    /**
     * Another session of the account took the address of this one; it is over.
     */
    class ReplacedException extends ConnectionFailedException
    {
    }

    /**
     * The peer is there, or may be, and did not answer within the deadline.
     */
    class NoAnswerException extends ServiceUnavailableException
    {
    }

    /**
     * The provider does not know this account, or has no valid consent (`not-authorized`, `forbidden`).
     */
    class NotAuthorizedException extends QuoaliseException
    {
    }

    /**
     * The provider refuses the identifier, the series or the period (`bad-request`).
     */
    class BadRequestException extends QuoaliseException
    {
    }

    /**
     * Nobody is at the provider's address (`service-unavailable`, `recipient-unavailable`).
     */
    class ProviderOfflineException extends ServiceUnavailableException
    {
    }

    /**
     * The provider's server could not be reached from ours (`remote-server-not-found`, `remote-server-timeout`).
     */
    class ServerUnreachableException extends ServiceUnavailableException
    {
    }

    /**
     * The provider no longer knows the session of a command of several stages; begin the command again.
     */
    class SessionExpiredException extends QuoaliseException
    {
    }

    /**
     * The command was carried out and failed; the provider's note says why.
     */
    class CommandFailedException extends QuoaliseException
    {
    }

    /**
     * The system behind the provider refused: issuer, code and text are its own.
     */
    class UpstreamErrorException extends QuoaliseException
    {
    }

    /**
     * A limit of the provider or of a server was reached; try again later.
     */
    class LimitReachedException extends QuoaliseException
    {
    }

    /**
     * The answer cannot be understood.
     */
    class MalformedAnswerException extends QuoaliseException
    {
    }

    /**
     * Data given to be read or written are not what they should be.
     */
    class MalformedDataException extends QuoaliseException
    {
    }

    /**
     * The client was closed.
     */
    class ClosedException extends QuoaliseException
    {
    }

    /**
     * The client was made in another process, and this is a fork of it; make a new one here.
     */
    class UsedAfterForkException extends QuoaliseException
    {
    }

    /**
     * The answer would be larger than the provider or a server lets through; ask for a shorter period.
     */
    class TooLargeException extends BadRequestException
    {
    }

    /**
     * The provider has no such command (`item-not-found`).
     */
    class NoSuchCommandException extends BadRequestException
    {
    }
}