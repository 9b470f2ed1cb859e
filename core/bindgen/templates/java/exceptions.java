// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * What was asked of whom, what went wrong, and what to do about it.
 *
 * <p>The class tells the kind, as {@link #kind()} does. It never holds the password or a reading.
 */
public abstract sealed class {{ base }} extends RuntimeException
{% set items = namespace(all=[]) %}
{% for error in errors if error.parent == base %}{% set items.all = items.all + [error.name] %}{% endfor %}
        permits {{ items.all|commas(16, 8) }} {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What the library told of it. */
    private final Told told;

    {{ base }}(ErrorKind kind, String message) {
        super(message);
        told = new Told(kind, message);
    }

    {{ base }}(Told told) {
        super(told.whole);
        this.told = told;
    }

    /** What the library tells of an error. */
    static final class Told implements java.io.Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        private final String whole;
{% for field in error_fields %}
        private final {{ field.kept }} {{ field.name }};
{% endfor %}

        private Told(ErrorKind kind, String message) {
            whole = message;
{% for field in error_fields %}
{% if field.name == "kind" %}
            this.kind = kind;
{% elif field.rust == "message" %}
            {{ field.name }} = message;
{% elif field.rust == "is_temporary" %}
            {{ field.name }} = switch (kind) {
{% set kinds = namespace(all=[]) %}
{% for error in errors if error.temporary %}{% set kinds.all = kinds.all + [error.kind] %}{% endfor %}
                case {{ kinds.all|commas(40, 16) }} -> true;
                default -> false;
            };
{% else %}
            {{ field.name }} = null;
{% endif %}
{% endfor %}
        }

        private Told(In in) {
            whole = in.text();
{% for field in error_fields %}
            {{ field.name }} = {{ field.read }};
{% endfor %}
        }
    }

    static {{ base }} read(In in) {
        Told told = new Told(in);
        return switch (told.kind) {
{% for error in errors if error.kind %}
            case {{ error.kind }} -> new {{ error.name }}(told);
{% endfor %}
        };
    }
{% for field in error_fields %}

    {{ field.doc|javadoc(4) }}
    public {{ field.returns }} {{ field.name }}() {
        return {% if field.is_optional %}Optional.ofNullable(told.{{ field.name }}){% else %}told.{{ field.name }}{% endif %};
    }
{% endfor %}
}
