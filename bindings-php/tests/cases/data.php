<?php

/**
 * Data: readings, columns, JSON.
 */

declare(strict_types=1);

const TABLE = "time,value,unit,name\n2022-01-10T00:00:00Z,412,W,a\n2022-01-10T00:30:00.25Z,,W,a\n2022-01-10T01:00:00Z,7.5,W,b\n";

test('data: is a list of readings', function () {
    $data = Quoalise\loads(TABLE);
    same(3, count($data));
    same([0, 1, 2], array_keys(iterator_to_array($data)));
    same(['a', 'a', 'b'], array_map(fn ($reading) => $reading->name, iterator_to_array($data)));
    same([true, false, false], [isset($data[0]), isset($data[3]), isset($data[-1])]);
    same(7.5, $data[2]->value);
    same(null, $data[1]->value);
    same('2022-01-10T00:30:00.250000 UTC', $data[1]->time->format('Y-m-d\TH:i:s.u e'));
    foreach ([3, -1, PHP_INT_MAX, PHP_INT_MIN] as $row) {
        raises(\OutOfBoundsException::class, fn () => $data[$row]);
    }
    raises(\TypeError::class, fn () => $data['0']);
    raises(Quoalise\Exception\InvalidArgumentException::class, function () use ($data) {
        $data[0] = 1;
    });
    // Two loops over the same do not know of each other.
    $pairs = 0;
    foreach ($data as $one) {
        foreach ($data as $other) {
            $pairs++;
        }
    }
    same(9, $pairs);
    $loop = $data->getIterator();
    foreach ($loop as $_) {
    }
    raises(\OutOfBoundsException::class, fn () => $loop->current());
});

test('data: has columns', function () {
    $data = Quoalise\loads(TABLE);
    same([412.0, null, 7.5], $data->values());
    same([1641772800.0, 1641774600.25, 1641776400.0], $data->timestamps());
    same($data[1]->time->format('c u'), $data->times()[1]->format('c u'));
    same([['a', 'b'], ['W']], [$data->names(), $data->units()]);
    same([], Quoalise\loads('time,value,unit,name')->values());
});

test('data: is JSON, and can be kept', function () {
    $data = Quoalise\loads(TABLE);
    $json = json_decode(json_encode($data), true);
    same([412, '2022-01-10T00:00:00+00:00'], [$json['records'][0]['value'], $json['records'][0]['time']]);
    same('2022-01-10T01:00:00+01:00', json_decode($data->toJson('Europe/Paris'))->records[0]->time);
    same($data->toJson('Europe/Paris'), $data->toJson(new \DateTimeZone('Europe/Paris')));
    same($data->toJson('Asia/Kolkata'), $data->toJson(new \DateTimeZone('+05:30')));
    raises(Quoalise\Exception\InvalidArgumentException::class, fn () => $data->toJson('Europe/Nowhere'));
    $again = unserialize(serialize($data));
    same($data->toJson(), $again->toJson());
    raises(Quoalise\Exception\MalformedDataException::class, fn () => unserialize('O:13:"Quoalise\Data":1:{s:8:"quoalise";s:1:"<";}'));
    raises(Quoalise\Exception\InvalidArgumentException::class, fn () => unserialize('O:13:"Quoalise\Data":0:{}'));
});

test('data: times are understood in any zone, and any class of PHP', function () {
    $now = fn (\DateTimeInterface $now) => Quoalise\loads('[{"n":"a","v":1,"t":0}]', now: $now)->timestamps()[0];
    foreach (['2022-03-27T01:59:59.5+01:00', '1969-12-31T23:59:59.25 UTC', '2022-01-01 Europe/Paris', '1900-01-01 Europe/Paris'] as $text) {
        $expected = (new \DateTimeImmutable($text))->getTimestamp() + (int) (new \DateTimeImmutable($text))->format('u') / 1e6;
        same((float) $expected, $now(new \DateTimeImmutable($text)), $text);
        same((float) $expected, $now(new \DateTime($text)), $text);
    }
});

test('data: times are in UTC', function () {
    $data = Quoalise\loads("time,value\n0001-01-01T00:00:00Z,1\n2022-03-27T01:30:00.25Z,2\n9999-12-30T12:00:00Z,3\n");
    $written = array_map(fn ($time) => $time->format('Y-m-d\TH:i:s.u e'), $data->times());
    same(['0001-01-01T00:00:00.000000 UTC', '2022-03-27T01:30:00.250000 UTC', '9999-12-30T12:00:00.000000 UTC'], $written);
    same('UTC', $data[1]->time->getTimezone()->getName());
});

test('data: equal is what holds the same', function () {
    $other = Quoalise\loads(str_replace('412', '413', TABLE));
    same(true, Quoalise\loads(TABLE) == Quoalise\loads(TABLE));
    same(false, Quoalise\loads(TABLE) == $other);
    same(false, in_array($other, [Quoalise\loads(TABLE)], false));
});

test('data: what is no row is not set', function () {
    $data = Quoalise\loads(TABLE);
    same([true, false, false, false], [isset($data[0]), isset($data[-1]), isset($data['x']), isset($data[100_000])]);
});

test('data: none is made into another', function () {
    $data = Quoalise\loads(TABLE);
    $kept = $data->__serialize();
    raises(Quoalise\Exception\InvalidArgumentException::class, fn () => $data->__unserialize($kept));
});

test('data: handlers of signals wait until a column is there', function () {
    $told = script(<<<'PHP'
        $data = Quoalise\loads("time,value\n" . implode('', array_map(
            fn ($row) => gmdate('Y-m-d\TH:i:s\Z', $row * 60) . ",1\n",
            range(1, 60_000),
        )));
        [$inside, $thrown, $parent] = [false, [], getmypid()];
        pcntl_async_signals(true);
        pcntl_signal(SIGUSR1, function () use (&$inside) {
            if ($inside) {
                $inside = false;
                throw new DomainException('enough');
            }
        });
        $child = pcntl_fork();
        if ($child === 0) {
            for ($i = 0; $i < 100; $i++) {
                usleep(1000);
                posix_kill($parent, SIGUSR1);
            }
            posix_kill(getmypid(), SIGKILL);
        }
        while (pcntl_waitpid($child, $status, WNOHANG) !== $child) {
            try {
                $inside = true;
                $data->times();
            } catch (Throwable $error) {
                $thrown[$error::class . ': ' . $error->getMessage()] = true;
            } finally {
                $inside = false;
            }
        }
        echo implode("\n", array_keys($thrown)), "\n";
        PHP);
    same("DomainException: enough\n", $told);
});

test('data: var_dump shows no readings', function () {
    ob_start();
    var_dump(Quoalise\loads(TABLE));
    print_r(Quoalise\loads(TABLE));
    same(false, str_contains(ob_get_clean(), '412'));
});

test('data: texts have to be UTF-8, and bytes need not', function () {
    $error = raises(
        Quoalise\Exception\InvalidArgumentException::class,
        fn () => Quoalise\loads('', name: "\xff"),
    );
    same(false, str_contains($error->getMessage(), "\xff"));
    raises(Quoalise\Exception\MalformedDataException::class, fn () => Quoalise\loads("\xff"));
});

test('data: what cannot be kept says why', function () {
    $data = Quoalise\loads("time,value\n1978-07-04T21:24:15Z,1\n");
    $error = raises(Quoalise\Exception\MalformedDataException::class, fn () => serialize($data));
    same(true, str_contains($error->getMessage(), '1978-07-04T21:24:16Z'), $error->getMessage());
    same(1, count(unserialize(serialize(Quoalise\loads("time,value\n1978-07-04T21:24:16Z,1\n")))));
});
