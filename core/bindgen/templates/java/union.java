// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ union.doc|javadoc(0) }}
public sealed interface {{ union.name }} permits {% for member in union.members %}{{ member.class }}{% if not loop.last %}, {% endif %}{% endfor %} {}
