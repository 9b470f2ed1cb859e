# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""A class for each kind of error."""

from __future__ import annotations

from ._error import Error, UpstreamError

__all__ = [{% for error in error_groups + errors %}"{{ error.name }}", {% endfor %}]

{% for error in error_groups + errors if error.name != "UpstreamError" %}
class {{ error.name }}({{ error.bases|join(", ") }}):
    {{ error.doc|docstring(4) }}
{% if error.kind %}

    kind = "{{ error.kind }}"
{% endif %}


{% endfor %}
OF_KIND: dict[str, type[Error]] = {
{% for error in errors %}
    "{{ error.kind }}": {{ error.name }},
{% endfor %}
}
"""The class of each kind."""
