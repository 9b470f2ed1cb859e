// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ union.doc|javadoc(0) }}
{% set items = namespace(all=[]) %}
{% for member in union.members %}{% set items.all = items.all + [member.class] %}{% endfor %}
public sealed interface {{ union.name }}
        permits {{ items.all|commas(16, 8) }} {}
