package org.example.meter;

import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import org.example.meter.MeterApplication.Meter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import quoalise.Client;
import quoalise.Data;
import quoalise.NotAuthorizedException;
import quoalise.QuoaliseException;

/** A day's readings, as JSON for a chart. */
@RestController
class Days {
    /** Power in W by the start of its interval, in the meter's zone; null where a value is missing. */
    record Day(LocalDate date, OptionalDouble energyWh, List<Point> points) {}

    record Point(ZonedDateTime start, Double watts) {}

    private final Client client;
    private final Meter meter;

    Days(Client client, Meter meter) {
        this.client = client;
        this.meter = meter;
    }

    /** No thread of the server's waits for the provider. */
    @GetMapping("/days/{date}")
    CompletableFuture<Day> day(@PathVariable LocalDate date) {
        // Not 24 hours later: two days of the year are of another length.
        ZonedDateTime start = date.atStartOfDay(meter.zone());
        ZonedDateTime end = date.plusDays(1).atStartOfDay(meter.zone());
        return client.getHistoryAsync(meter.provider(), meter.series(), start, end).thenApply(data -> day(date, data));
    }

    private Day day(LocalDate date, Data data) {
        List<Point> points = data.readings().stream()
                .map(reading -> new Point(
                        reading.time().atZone(meter.zone()), Double.isNaN(reading.number()) ? null : reading.number()))
                .toList();
        return new Day(date, data.energyWh(), points);
    }

    /** What went wrong, and what to do about it: no reading and no password is ever in it. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> failed(QuoaliseException error) {
        HttpStatus status = error instanceof NotAuthorizedException ? HttpStatus.FORBIDDEN : HttpStatus.BAD_GATEWAY;
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
        error.retryAfter().ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, "" + wait.toSeconds()));
        return answer.body(ProblemDetail.forStatusAndDetail(status, error.getMessage()));
    }
}
