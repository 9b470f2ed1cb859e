// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ options.doc|javadoc(0) }}
public final class {{ options.name }} {
    private static final {{ options.name }} DEFAULTS = new {{ options.name }}();

{% for field in options.fields %}
    private {{ field.kept }} {{ field.name }}{% if field.default %} = {{ field.default }}{% endif %};
{% endfor %}

    private {{ options.name }}() {}

    private {{ options.name }}({{ options.name }} other) {
{% for field in options.fields %}
        {{ field.name }} = other.{{ field.name }};
{% endfor %}
    }

    /**
     * What holds where nothing is said.
     *
     * @return the defaults
     */
    public static {{ options.name }} defaults() {
        return DEFAULTS;
    }

{% for field in options.fields %}
    {{ field.doc|javadoc(4)|replace("\n     */", "\n     * @return these options with that changed\n     */") }}
    public {{ options.name }} {{ field.name }}({{ field.given }} {{ field.name }}) {
        {{ options.name }} changed = new {{ options.name }}(this);
        changed.{{ field.name }} = {{ field.name }};
        return changed;
    }

{% endfor %}
    void write(Out out) {
{% for field in options.fields %}
        {{ field.write }}
{% endfor %}
    }
}
