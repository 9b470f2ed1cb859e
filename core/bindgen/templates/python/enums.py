# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""Names of which one holds. Each is a text too, and may be given as one."""

from __future__ import annotations

from enum import Enum

__all__ = [{% for enum in enums %}"{{ enum.name }}", {% endfor %}]


class _Name(str, Enum):
    """A name of the protocol, or of this library."""

    def __str__(self) -> str:
        return str(self.value)


{% for enum in enums %}
class {{ enum.name }}(_Name):
    {{ enum.doc|docstring(4) }}

{% for variant in enum.variants %}
    {{ variant.name }} = "{{ variant.value }}"
{% if variant.doc.body %}
    {{ variant.doc|docstring(4) }}
{% endif %}
{% endfor %}


{% endfor %}
