// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Reads interfaces, which can have no methods for this package alone. */
final class Unions {
    private Unions() {}
{% for union in unions %}

    static {{ union.name }} {{ union.name|camel }}(In in) {
        int member = in.int32();
        return switch (member) {
{% for member in union.members %}
            case {{ loop.index0 }} -> {{ member.class }}.read(in);
{% endfor %}
            default -> throw new IllegalStateException("no {{ union.name }} has the number " + member);
        };
    }
{% endfor %}
}
