// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ error.doc|javadoc(0) }}
public {% if not error.kind %}abstract sealed{% elif error.children %}sealed{% else %}final{% endif %} class {{ error.name }} extends {{ error.parent }}
{%- if error.children %}

        permits {{ error.children|commas(16, 8) }}{% endif %} {
    @Serial
    private static final long serialVersionUID = 1L;

{% if error.kind %}
    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public {{ error.name }}(String message) {
        super(ErrorKind.{{ error.kind }}, message);
    }

{% endif %}
{% if error.children %}
    {{ error.name }}(ErrorKind kind, String message) {
        super(kind, message);
    }

{% endif %}
    {{ error.name }}(Told told) {
        super(told);
    }
}
