package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classes of errors, by the table that all languages have (tests/errors.json). */
class ErrorsTest {
    private static final JsonObject TABLE = read();

    static JsonObject read() {
        try {
            String text = Files.readString(Path.of("../tests/errors.json"), StandardCharsets.UTF_8);
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (java.io.IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    static Stream<JsonObject> groups() {
        return TABLE.getAsJsonArray("groups").asList().stream().map(JsonElement::getAsJsonObject);
    }

    static Stream<JsonObject> kinds() {
        return TABLE.getAsJsonArray("kinds").asList().stream().map(JsonElement::getAsJsonObject);
    }

    static Stream<JsonObject> all() {
        return Stream.concat(groups(), kinds());
    }

    /** By group or kind. */
    private static Map<String, String> names() {
        Map<String, String> names = new HashMap<>();
        groups().forEach(group -> names.put(group.get("group").getAsString(), group.get("java").getAsString()));
        kinds().forEach(kind -> names.put(kind.get("kind").getAsString(), kind.get("java").getAsString()));
        return names;
    }

    private static Class<?> classOf(JsonObject entry) throws ClassNotFoundException {
        return Class.forName("quoalise." + entry.get("java").getAsString());
    }

    @ParameterizedTest
    @MethodSource("all")
    void theTree(JsonObject entry) throws Exception {
        Class<?> error = classOf(entry);
        String parent = entry.has("under")
                ? names().get(entry.get("under").getAsString())
                : TABLE.getAsJsonObject("base").get("java").getAsString();
        assertEquals(parent, error.getSuperclass().getSimpleName());
        assertTrue(QuoaliseException.class.isAssignableFrom(error));
        assertTrue(Modifier.isPublic(error.getModifiers()));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindArrivesAsItsClass(JsonObject entry) throws Exception {
        String kind = entry.get("kind").getAsString();
        QuoaliseException error = QuoaliseException.read(new In(Native.error(kind), Operations.DEFAULT_EXECUTOR));
        assertSame(classOf(entry), error.getClass());
        assertEquals(kind, error.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        assertEquals(entry.get("temporary").getAsBoolean(), error.isTemporary());
        assertEquals("made for a test", error.getMessage());
        assertEquals("made for a test", error.reason());
        QuoaliseException again = copy(error);
        assertSame(error.getClass(), again.getClass());
        assertSame(error.kind(), again.kind());
        assertEquals(error.getMessage(), again.getMessage());
        // As an application's test makes it.
        QuoaliseException made = (QuoaliseException)
                error.getClass().getConstructor(String.class).newInstance("as expected");
        assertSame(error.kind(), made.kind());
        assertEquals("as expected", made.getMessage());
        assertEquals(error.isTemporary(), made.isTemporary());
    }

    private static QuoaliseException copy(QuoaliseException error) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(error);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (QuoaliseException) in.readObject();
        }
    }

    @Test
    void thereIsNoOtherClass() {
        List<String> sealed = new ArrayList<>();
        collect(QuoaliseException.class, sealed);
        List<String> known = new ArrayList<>(names().values());
        Collections.sort(sealed);
        Collections.sort(known);
        assertEquals(known, sealed);
    }

    private static void collect(Class<?> of, List<String> names) {
        if (!of.isSealed()) {
            assertTrue(Modifier.isFinal(of.getModifiers()), of.getName());
            return;
        }
        assertNotNull(of.getPermittedSubclasses());
        for (Class<?> below : of.getPermittedSubclasses()) {
            names.add(below.getSimpleName());
            collect(below, names);
        }
    }
}
