package bench;

import quoalise.Client;
import quoalise.Data;
import quoalise.Event;
import quoalise.ListenOptions;
import quoalise.Listener;
import quoalise.Push;
import quoalise.Reading;

/** Histories fetched and pushes heard by this library. */
final class OurSession implements Peer {
    private Account account;
    private Client client;
    private Listener events;

    @Override
    public void connect(Account account) {
        this.account = account;
        client = Client.builder(account.jid(), account.password())
                .address(account.host() + ":" + account.port())
                .caFile(account.ca())
                .connect();
    }

    @Override
    public void fetch() {
        look(client.getHistory(account.provider(), account.identifier()), RECORDS);
    }

    private static void look(Data data, int wanted) {
        double sum = 0;
        int count = 0;
        for (Reading reading : data.readings()) {
            sum += reading.number();
            count++;
        }
        Peer.check(count, wanted, sum);
    }

    @Override
    public void listen() {
        client.subscribe(account.provider(), account.identifier());
        events = client.listen(ListenOptions.defaults().capacity(1_000));
    }

    @Override
    public void pushes(int count) {
        int missing = count;
        for (Event event : events) {
            if (event instanceof Push push) {
                look(push.data(), PUSHED);
                missing--;
                if (missing == 0) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }

    public static void main(String... arguments) throws Exception {
        Peer.run(new OurSession());
    }
}
