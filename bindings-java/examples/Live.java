import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import quoalise.Client;
import quoalise.Event;
import quoalise.Hole;
import quoalise.Listener;
import quoalise.Push;
import quoalise.Reading;

/**
 * New readings as they come: {@code java -cp quoalise.jar Live.java PROVIDER SERIES HOW_MANY}.
 *
 * <p>A push counts as received when the next one is asked for: what fails half-way comes again.
 */
public class Live {
    public static void main(String[] arguments) throws InterruptedException {
        String provider = arguments[0];
        String series = arguments[1];
        CountDownLatch left = new CountDownLatch(Integer.parseInt(arguments[2]));
        CountDownLatch over = new CountDownLatch(1);
        try (Client client = account().connect()) {
            client.subscribe(provider, series);
            Listener listener = client.listen();
            listener.publisher().subscribe(new Flow.Subscriber<Event>() {
                private Flow.Subscription subscription;

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    this.subscription = subscription;
                    subscription.request(1);
                }

                @Override
                public void onNext(Event event) {
                    if (event instanceof Push push) {
                        show(push);
                        left.countDown();
                    } else if (event instanceof Hole hole) {
                        // The server forgot the session: what it may have swallowed is in the provider's history.
                        System.out.println(client.fill(hole, provider, series));
                    }
                    if (left.getCount() > 0) {
                        subscription.request(1);
                    } else {
                        subscription.cancel();
                        over.countDown();
                    }
                }

                @Override
                public void onError(Throwable error) {
                    error.printStackTrace();
                    over.countDown();
                }

                @Override
                public void onComplete() {
                    over.countDown();
                }
            });
            over.await();
        }
    }

    private static void show(Push push) {
        for (Reading reading : push.data()) {
            System.out.println(reading.time() + " " + reading.number() + " " + reading.unit().orElse(""));
        }
    }

    /** Whose account it is, the environment says, as for the {@code quoalise} command. */
    private static Client.Builder account() {
        Client.Builder builder = Client.builder(System.getenv("QUOALISE_USER"), System.getenv("QUOALISE_PASSWORD"));
        String address = System.getenv("QUOALISE_ADDRESS");
        String caFile = System.getenv("QUOALISE_CA_FILE");
        return builder.address(address).caFile(caFile == null ? null : Path.of(caFile));
    }
}
