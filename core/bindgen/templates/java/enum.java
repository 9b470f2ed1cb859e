// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ enum.doc|javadoc(0) }}
public enum {{ enum.name }} {
{% for variant in enum.variants %}
    {{ variant.doc|javadoc(4) }}
    {{ variant.name }}{% if loop.last %};{% else %},{% endif %}

{% endfor %}
    static {{ enum.name }} read(In in) {
        return in.oneOf(values());
    }
}
