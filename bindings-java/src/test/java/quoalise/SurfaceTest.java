package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the library really has, beside what core/src/ffi says of itself. */
class SurfaceTest {
    /** Whose methods are Java's own manners: columns, buffers. */
    private static final Set<String> BY_HAND = Set.of("Data", "Error");

    /** What Java calls otherwise (uniffi.toml). */
    private static final Map<String, String> RENAMED = Map.of("Error.message", "reason");

    /** What an object has beside: for loops, for the end of a `try`, for Flow. */
    private static final Map<String, Set<String>> BESIDE = Map.of(
            "Client", Set.of("builder"),
            "Execution", Set.of("close"),
            "Listener", Set.of("iterator", "publisher"),
            "States", Set.of("iterator", "publisher"));

    private static JsonObject model;

    @BeforeAll
    static void read() throws Exception {
        Process bindgen = new ProcessBuilder(
                        Server.TARGET.resolve("quoalise-bindgen").toString(),
                        Server.TARGET.resolve("libquoalise.rlib").toString(),
                        "--model")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Reader told = new InputStreamReader(bindgen.getInputStream(), StandardCharsets.UTF_8)) {
            model = JsonParser.parseReader(told).getAsJsonObject();
        }
        assertEquals(0, bindgen.waitFor());
    }

    private static Class<?> type(String name) {
        try {
            Class<?> type = Class.forName("quoalise." + name);
            assertTrue(Modifier.isPublic(type.getModifiers()), name);
            return type;
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(missing);
        }
    }

    private static Stream<JsonObject> list(JsonObject of, String name) {
        return StreamSupport.stream(of.getAsJsonArray(name).spliterator(), false).map(JsonElement::getAsJsonObject);
    }

    private static Set<Map.Entry<String, JsonElement>> entries(String name) {
        return model.getAsJsonObject(name).entrySet();
    }

    private static String name(JsonObject of) {
        return of.get("name").getAsString();
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("_")) {
            camel.append(camel.isEmpty() ? word : word.substring(0, 1).toUpperCase() + word.substring(1));
        }
        return camel.toString();
    }

    private static String shouted(String name) {
        return name.replaceAll("(?<=.)([A-Z])", "_$1").toUpperCase();
    }

    /** The record of options that an argument is, or null. */
    private static String options(JsonObject argument) {
        boolean is = name(argument).equals("options") && argument.get("kind").isJsonObject();
        return is ? argument.getAsJsonObject("kind").get("Record").getAsString() : null;
    }

    private static Set<String> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Method> methods(Class<?> type, String name) {
        List<Method> found = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name) && Modifier.isPublic(method.getModifiers()))
                .toList();
        assertTrue(!found.isEmpty(), type + " has no " + name);
        return found;
    }

    @Test
    void objects() {
        Set<String> known = Set.of("Client", "Data", "Error", "Execution", "Hole", "Listener", "States");
        assertEquals(known, model.getAsJsonObject("objects").keySet());
        for (Map.Entry<String, JsonElement> entry : entries("objects")) {
            String name = entry.getKey();
            if (BY_HAND.contains(name)) {
                continue;
            }
            Class<?> type = type(name);
            JsonObject told = entry.getValue().getAsJsonObject();
            Set<String> wanted = new TreeSet<>(BESIDE.getOrDefault(name, Set.of()));
            list(told, "constructors").forEach(constructor -> {
                wanted.add(camel(name(constructor)));
                checkBuilder(type, constructor);
            });
            list(told, "methods").forEach(method -> {
                String java = camel(name(method));
                wanted.add(java);
                int arguments = method.getAsJsonArray("arguments").size();
                List<Method> real = methods(type, java);
                assertTrue(real.stream().anyMatch(one -> one.getParameterCount() == arguments), name + "." + java);
                if (method.get("is_async").getAsBoolean()) {
                    wanted.add(java + "Async");
                    List<Method> later = methods(type, java + "Async");
                    assertTrue(later.stream().anyMatch(one -> one.getParameterCount() == arguments));
                    later.forEach(one -> assertEquals(CompletableFuture.class, one.getReturnType()));
                }
            });
            assertEquals(wanted, methods(type), name);
        }
    }

    private static void checkBuilder(Class<?> type, JsonObject constructor) {
        Set<String> wanted = new TreeSet<>(Set.of("executor", "connect", "connectAsync"));
        list(constructor, "arguments").forEach(argument -> {
            String options = options(argument);
            if (options != null) {
                list(model.getAsJsonObject("records").getAsJsonObject(options), "fields")
                        .forEach(field -> wanted.add(camel(name(field))));
            }
        });
        assertEquals(wanted, methods(type(type.getSimpleName() + "$Builder")));
    }

    @Test
    void errorsHaveEveryField() {
        Set<String> wanted = new TreeSet<>();
        list(model.getAsJsonObject("objects").getAsJsonObject("Error"), "methods").forEach(method ->
                wanted.add(RENAMED.getOrDefault("Error." + name(method), camel(name(method)))));
        assertEquals(wanted, methods(QuoaliseException.class));
    }

    @Test
    void enums() {
        for (Map.Entry<String, JsonElement> entry : entries("enums")) {
            List<String> wanted = list(entry.getValue().getAsJsonObject(), "variants")
                    .map(variant -> shouted(name(variant)))
                    .toList();
            List<String> real = Arrays.stream(type(entry.getKey()).getEnumConstants())
                    .map(one -> ((Enum<?>) one).name())
                    .toList();
            assertEquals(wanted, real, entry.getKey());
        }
    }

    @Test
    void records() {
        Set<String> optional = new TreeSet<>();
        List<JsonObject> callables = new ArrayList<>(list(model, "functions").toList());
        entries("objects").forEach(entry -> {
            list(entry.getValue().getAsJsonObject(), "methods").forEach(callables::add);
            list(entry.getValue().getAsJsonObject(), "constructors").forEach(callables::add);
        });
        callables.forEach(callable -> list(callable, "arguments").forEach(argument -> {
            if (options(argument) != null) {
                optional.add(options(argument));
            }
        }));
        for (Map.Entry<String, JsonElement> entry : entries("records")) {
            String name = entry.getKey();
            List<String> fields = list(entry.getValue().getAsJsonObject(), "fields")
                    .map(field -> camel(name(field)))
                    .toList();
            if (!optional.contains(name)) {
                List<String> real = Arrays.stream(type(name).getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList();
                assertEquals(fields, real, name);
            } else if (!name.equals("ConnectOptions")) {
                Set<String> wanted = new TreeSet<>(fields);
                wanted.add("defaults");
                assertEquals(wanted, methods(type(name)), name);
            }
        }
    }

    @Test
    void unions() {
        for (Map.Entry<String, JsonElement> entry : entries("unions")) {
            Set<String> wanted = list(entry.getValue().getAsJsonObject(), "members")
                    .map(member -> member.getAsJsonObject("kind").entrySet().iterator().next().getValue().getAsString())
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> real = Arrays.stream(type(entry.getKey()).getPermittedSubclasses())
                    .map(Class::getSimpleName)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(wanted, real);
        }
    }

    @Test
    void functions() {
        Set<String> wanted = new TreeSet<>();
        list(model, "functions").forEach(function -> {
            wanted.add(camel(name(function)));
            int arguments = function.getAsJsonArray("arguments").size();
            assertTrue(methods(Codec.class, camel(name(function))).stream()
                    .anyMatch(one -> one.getParameterCount() == arguments));
        });
        assertEquals(wanted, methods(Codec.class));
    }
}
