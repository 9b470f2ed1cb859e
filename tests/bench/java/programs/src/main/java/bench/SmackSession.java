package bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.xml.namespace.QName;
import org.jivesoftware.smack.filter.StanzaExtensionFilter;
import org.jivesoftware.smack.packet.ExtensionElement;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.IqData;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.provider.ExtensionElementProvider;
import org.jivesoftware.smack.provider.IqProvider;
import org.jivesoftware.smack.provider.ProviderManager;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jivesoftware.smack.xml.XmlPullParser;
import org.jivesoftware.smack.xml.XmlPullParserException;
import org.jivesoftware.smackx.xdata.FormField;
import org.jivesoftware.smackx.xdata.packet.DataForm;
import org.jxmpp.jid.EntityBareJid;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;

/** Histories fetched and pushes heard the way of Smack: a provider for the element, by its own pull parser, an object a record. */
final class SmackSession implements Peer {
    private static final String COMMANDS = "http://jabber.org/protocol/commands";
    private static final String QUOALISE = "urn:quoalise:0";
    private static final String SENML = "urn:ietf:params:xml:ns:senml";

    private final BlockingQueue<Readings> pushes = new LinkedBlockingQueue<>();
    private Account account;
    private XMPPTCPConnection connection;

    record Reading(String name, Instant time, String unit, double value) {}

    /** The element of a history, and of a push. */
    record Readings(List<Reading> all) implements ExtensionElement {
        static final QName NAME = new QName(QUOALISE, "quoalise");

        @Override
        public String getElementName() {
            return NAME.getLocalPart();
        }

        @Override
        public String getNamespace() {
            return NAME.getNamespaceURI();
        }

        @Override
        public CharSequence toXML(XmlEnvironment environment) {
            throw new UnsupportedOperationException("it is only read");
        }
    }

    static final class ReadingsProvider extends ExtensionElementProvider<Readings> {
        @Override
        public Readings parse(XmlPullParser parser, int depth, XmlEnvironment environment)
                throws XmlPullParserException, IOException {
            List<Reading> all = new ArrayList<>();
            String baseName = "";
            double baseTime = 0;
            String unit = null;
            while (true) {
                switch (parser.next()) {
                    case START_ELEMENT -> {
                        if (!parser.getName().equals("senml") || !parser.getNamespace().equals(SENML)) {
                            continue;
                        }
                        String name = "";
                        double time = 0;
                        double value = Double.NaN;
                        for (int i = 0; i < parser.getAttributeCount(); i++) {
                            String text = parser.getAttributeValue(i);
                            switch (parser.getAttributeName(i)) {
                                case "bn" -> baseName = text;
                                case "bt" -> baseTime = Double.parseDouble(text);
                                case "bu" -> unit = text;
                                case "n" -> name = text;
                                case "t" -> time = Double.parseDouble(text);
                                case "v" -> value = Double.parseDouble(text);
                                default -> {}
                            }
                        }
                        Instant at = Instant.ofEpochMilli(Math.round((baseTime + time) * 1_000));
                        all.add(new Reading(name.isEmpty() ? baseName : baseName + name, at, unit, value));
                    }
                    case END_ELEMENT -> {
                        if (parser.getDepth() == depth) {
                            return new Readings(all);
                        }
                    }
                    default -> {}
                }
            }
        }
    }

    /** An ad-hoc command, with more than the forms that Smack's own takes from the answer. */
    static final class Command extends IQ {
        private final String node;
        private final DataForm form;
        private final Readings readings;

        private Command(String node, DataForm form, Readings readings) {
            super("command", COMMANDS);
            this.node = node;
            this.form = form;
            this.readings = readings;
        }

        @Override
        protected IQChildElementXmlStringBuilder getIQChildElementBuilder(IQChildElementXmlStringBuilder xml) {
            xml.attribute("node", node).attribute("action", "execute").rightAngleBracket();
            xml.append(form.toXML(XmlEnvironment.EMPTY));
            return xml;
        }
    }

    static final class CommandProvider extends IqProvider<Command> {
        private final ReadingsProvider provider = new ReadingsProvider();

        @Override
        public Command parse(XmlPullParser parser, int depth, IqData data, XmlEnvironment environment)
                throws XmlPullParserException, IOException {
            String node = parser.getAttributeValue("", "node");
            Readings readings = null;
            while (true) {
                switch (parser.next()) {
                    case START_ELEMENT -> {
                        if (parser.getName().equals("quoalise") && parser.getNamespace().equals(QUOALISE)) {
                            readings = provider.parse(parser, parser.getDepth(), environment);
                        }
                    }
                    case END_ELEMENT -> {
                        if (parser.getDepth() == depth) {
                            return new Command(node, null, readings);
                        }
                    }
                    default -> {}
                }
            }
        }
    }

    @Override
    public void connect(Account account) throws Exception {
        this.account = account;
        ProviderManager.addIQProvider("command", COMMANDS, new CommandProvider());
        ProviderManager.addExtensionProvider("quoalise", QUOALISE, new ReadingsProvider());
        EntityBareJid jid = JidCreate.entityBareFrom(account.jid());
        connection = new XMPPTCPConnection(XMPPTCPConnectionConfiguration.builder()
                .setXmppAddressAndPassword(jid, account.password())
                .setHost(account.host())
                .setPort(account.port())
                .setCustomX509TrustManager(trust(account))
                .setSendPresence(false)
                .build());
        connection.setReplyTimeout(60_000);
        connection.connect().login();
        available(-1);
    }

    private static X509TrustManager trust(Account account) throws Exception {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (InputStream file = Files.newInputStream(account.ca())) {
            roots.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    private void available(int priority) throws Exception {
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildPresenceStanza()
                .ofType(Presence.Type.available)
                .setPriority(priority)
                .build());
    }

    private Command command(String node) throws Exception {
        DataForm form = DataForm.builder(DataForm.Type.submit)
                .addField(FormField.textSingleBuilder("identifier").setValue(account.identifier()).build())
                .build();
        Jid provider = JidCreate.from(account.provider());
        Command command = new Command(node, form, null);
        command.setTo(provider);
        command.setType(IQ.Type.set);
        return connection.sendIqRequestAndWaitForResponse(command);
    }

    @Override
    public void fetch() throws Exception {
        look(command("get_history").readings, RECORDS);
    }

    private static void look(Readings readings, int wanted) {
        double sum = 0;
        int count = 0;
        for (Reading reading : readings.all()) {
            sum += reading.value();
            count++;
        }
        Peer.check(count, wanted, sum);
    }

    @Override
    public void listen() throws Exception {
        connection.addSyncStanzaListener(
                stanza -> pushes.add((Readings) stanza.getExtension(Readings.NAME)),
                stanza -> stanza instanceof Message && new StanzaExtensionFilter(QUOALISE).accept(stanza));
        available(1);
        command("subscribe");
    }

    @Override
    public void pushes(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Readings readings = pushes.poll(60, TimeUnit.SECONDS);
            if (readings == null) {
                throw new IllegalStateException("no push came");
            }
            look(readings, PUSHED);
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.disconnect();
        }
    }

    public static void main(String... arguments) throws Exception {
        Peer.run(new SmackSession());
    }
}
