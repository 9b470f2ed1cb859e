{% from "macros.java" import declared, names, call %}
// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ class.doc|javadoc(0) }}
public final class {{ class.name }}{% if class.context or class.items or class.union %} implements {% endif %}
{%- if class.union %}{{ class.union }}{% endif %}
{%- if class.context %}AutoCloseable{% endif %}
{%- if class.items %}{% if class.context %}, {% endif %}Iterable<{{ class.items }}>{% endif %} {
    final Handle handle;
{% if class.is_async %}
    // What it came from does not end before it, though nobody may have that any more.
    private final Handle source;
{% endif %}
    private final Executor executor;

    private {{ class.name }}(In in) {
        handle = in.handle();
{% if class.is_async %}
        source = in.source();
{% endif %}
        executor = in.executor();
    }

    static {{ class.name }} read(In in) {
        return new {{ class.name }}(in);
    }

{% for method in class.methods %}
{% if method.is_constructor %}
    {{ method.doc|javadoc(4) }}
    public static {{ class.name }} {{ method.name }}({{ declared(method.parameters, 45, 4) }}) {
        return builder({{ names(method.parameters) }}).{{ method.name }}();
    }

    /**
     * What {@link #{{ method.name }}} does, with something changed.
     *
{% for argument in method.doc.arguments %}
     * @param {{ argument[0] }} {{ argument[1] }}
{% endfor %}
     * @return a builder with the defaults
     */
    public static Builder builder({{ declared(method.parameters, 40, 4) }}) {
        return new Builder({{ names(method.parameters) }});
    }

    {{ method.options.doc|javadoc(4) }}
    public static final class Builder {
{% for parameter in method.parameters %}
        private final {{ parameter.annotation }} {{ parameter.name }};
{% endfor %}
        private Executor executor = Operations.DEFAULT_EXECUTOR;
{% for field in method.options.fields %}
        private {{ field.kept }} {{ field.name }}{% if field.default %} = {{ field.default }}{% endif %};
{% endfor %}

        private Builder({{ declared(method.parameters, 30, 8) }}) {
{% for parameter in method.parameters %}
            this.{{ parameter.name }} = Objects.requireNonNull({{ parameter.name }}, "{{ parameter.name }}");
{% endfor %}
        }

{% for field in method.options.fields %}
        {{ field.doc|javadoc(8)|replace("\n         */", "\n         * @return this builder\n         */") }}
        public Builder {{ field.name }}({{ field.given }} {{ field.name }}) {
            this.{{ field.name }} = {{ field.name }};
            return this;
        }

{% endfor %}
        /**
         * Where futures are completed, and what hangs on them runs: where {@link java.util.concurrent.CompletableFuture}
         * does by default. What waits does not need it.
         *
         * @param executor the executor
         * @return this builder
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        {{ method.doc|itself|javadoc(8) }}
        public {{ class.name }} {{ method.name }}() {
            return call{{ method.name|pascal }}().await();
        }

        /**
         * As {@link #{{ method.name }}}, without waiting. Cancelling the future gives it up.
         *
         * @return a future of {{ method.doc.returns }}
         */
        public CompletableFuture<{{ class.name }}> {{ method.name }}Async() {
            return call{{ method.name|pascal }}().async();
        }

        private Call<{{ class.name }}> call{{ method.name|pascal }}() {
{{ call(method, "null", "executor", 12) }}        }
    }

{% elif method.is_iterator %}
    {{ method.doc|javadoc(4) }}
    public {{ method.returns }} {{ method.name }}() {
        return call{{ method.name|pascal }}().await();
    }

    /**
     * As {@link #{{ method.name }}()}, for so long at the most. When nothing came, nothing is lost either.
     *
     * @param timeout how long to wait
     * @return {{ method.doc.returns }}
     * @throws TimeoutException when nothing came within that time
     */
    public {{ method.returns }} {{ method.name }}(Duration timeout) throws TimeoutException {
        Objects.requireNonNull(timeout, "timeout");
        return call{{ method.name|pascal }}().await(timeout);
    }

    /**
     * As {@link #{{ method.name }}()}, without waiting. Cancelling the future stops waiting, and nothing is lost.
     *
     * @return a future of {{ method.doc.returns }}
     */
    public CompletableFuture<{{ method.boxed }}> {{ method.name }}Async() {
        return call{{ method.name|pascal }}().async();
    }

    private Call<{{ method.boxed }}> call{{ method.name|pascal }}() {
{{ call(method, "handle", "executor", 8) }}    }

    /**
     * For a loop: what {@link #{{ method.name }}()} gives, until there is nothing.
     *
     * @return an iterator; all share what comes
     */
    @Override
    public Iterator<{{ class.items }}> iterator() {
        return Items.iterator(this::{{ method.name }});
    }

    /**
     * For one subscriber, which may be of Reactor, RxJava or the like: what {@link #{{ method.name }}()} gives, asked for only
     * when the subscriber has asked. Cancelling the subscription closes this.
     *
     * @return a publisher
     */
    public Flow.Publisher<{{ class.items }}> publisher() {
        return Items.publisher(call{{ method.name|pascal }}(), this::{{ class.context }}Async, executor);
    }

{% elif method.is_async %}
{% set is_close = class.context == method.name %}
{% if is_close and method.name == "close" %}
    {{ method.doc|closing|javadoc(4) }}
    @Override
    public void close() {
        callClose().close();
    }
{% else %}
    {{ method.doc|javadoc(4) }}
    public {{ method.returns }} {{ method.name }}({{ declared(method.parameters, 30 + method.name|length, 4) }}) {
        {{ "return " if method.returns != "void" else "" }}call{{ method.name|pascal }}({{ names(method.parameters) }}).await();
    }
{% if method.shorter %}

    {{ method.shorter.doc|javadoc(4) }}
    public {{ method.returns }} {{ method.name }}({{ declared(method.shorter.parameters, 30 + method.name|length, 4) }}) {
        {{ "return " if method.returns != "void" else "" }}{{ method.name }}({{ method.shorter.called|join(", ") }});
    }
{% endif %}
{% endif %}

    {{ method.doc|later(method.name)|javadoc(4) }}
    public CompletableFuture<{{ method.boxed }}> {{ method.name }}Async({{ declared(method.parameters, 50 + method.name|length, 4) }}) {
        return call{{ method.name|pascal }}({{ names(method.parameters) }}).async();
    }
{% if method.shorter %}

    {{ method.shorter.doc|later(method.name)|javadoc(4) }}
    public CompletableFuture<{{ method.boxed }}> {{ method.name }}Async({{ declared(method.shorter.parameters, 50 + method.name|length, 4) }}) {
        return {{ method.name }}Async({{ method.shorter.called|join(", ") }});
    }
{% endif %}

    private Call<{{ method.boxed }}> call{{ method.name|pascal }}({{ declared(method.parameters, 40 + method.name|length, 4) }}) {
{{ call(method, "handle", "executor", 8) }}    }

{% if is_close and method.name != "close" %}
    /**
     * Does what {@link #{{ method.name }}()} does, at the end of a {@code try}. A thread that is interrupted does not wait for
     * it. It goes on by itself then.
     */
    @Override
    public void close() {
        call{{ method.name|pascal }}().close();
    }

{% endif %}
{% else %}
    {{ method.doc|javadoc(4) }}
    public {{ method.returns }} {{ method.name }}({{ declared(method.parameters, 30 + method.name|length, 4) }}) {
        {{ "return " if method.returns != "void" else "" }}call{{ method.name|pascal }}({{ names(method.parameters) }}).now();
    }

    private Call<{{ method.boxed }}> call{{ method.name|pascal }}({{ declared(method.parameters, 40 + method.name|length, 4) }}) {
{{ call(method, "handle", "executor", 8) }}    }

{% endif %}
{% endfor %}
{% if not class.is_async %}
    @Override
    public String toString() {
        return "{{ class.name }}["
{% for method in class.methods if not method.parameters %}
                + "{% if not loop.first %}, {% endif %}{{ method.name }}=" + {{ method.name }}()
{% endfor %}
                + "]";
    }
{% endif %}
}
