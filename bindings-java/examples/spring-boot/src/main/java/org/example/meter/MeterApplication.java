package org.example.meter;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import quoalise.Client;

/** Shows the days of a meter. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class MeterApplication {
    /** What `application.properties` tells. */
    @ConfigurationProperties("meter")
    public record Meter(
            String account, String password, String address, String caFile, String provider, String series, ZoneId zone) {

        /** The password is nobody's business. */
        @Override
        public String toString() {
            return "Meter[account=" + account + ", provider=" + provider + "]";
        }
    }

    public static void main(String[] arguments) {
        SpringApplication.run(MeterApplication.class, arguments);
    }

    /** One for all requests: it stays connected, and Spring closes it in the end. */
    @Bean
    Client client(Meter meter) {
        Client.Builder builder = Client.builder(meter.account(), meter.password()).timeout(Duration.ofSeconds(20));
        if (!meter.address().isEmpty()) {
            builder.address(meter.address());
        }
        if (!meter.caFile().isEmpty()) {
            builder.caFile(Path.of(meter.caFile()));
        }
        return builder.connect();
    }
}
