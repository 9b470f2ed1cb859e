# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""What operations give."""

from __future__ import annotations

from ._struct import FieldValue, Struct

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Union

    from ._enums import {% for enum in enums %}{{ enum.name }}{% if not loop.last %}, {% endif %}{% endfor %}

    from ._error import Error
    from ._native import {{ by_hand_names }}{% for class in values %}, {{ class.name }}{% endfor %}


__all__ = [{% for record in records %}"{{ record.name }}", {% endfor %}"FieldValue"]

{% for record in records %}
class {{ record.name }}(Struct):
    {{ record.doc|docstring(4) }}

    __slots__ = ({% for field in record.fields %}"{{ field.name }}", {% endfor %})
    _hidden = frozenset({{ "(" }}{% for field in record.fields if field.hidden %}"{{ field.name }}", {% endfor %}{{ ")" }})

{% if record.fields %}
    if TYPE_CHECKING:
    {% for field in record.fields %}
        {{ field.name }}: {{ field.annotation }}
        {{ field.doc|docstring(8) }}
    {% endfor %}

        def __init__(self{% for field in record.fields %}, {{ field.name }}: {{ field.annotation }}{% endfor %}) -> None: ...
{% endif %}


{% endfor %}
if TYPE_CHECKING:
{% for union in unions %}
    {{ union.name }} = Union[{% for member in union.members %}{{ member.class }}, {% endfor %}]
    {{ union.doc|docstring(4) }}
{% endfor %}
else:

    def __getattr__(name: str) -> object:
        # Made when somebody asks: importing typing takes longer than all the rest.
{% for union in unions %}
        if name == "{{ union.name }}":
            from typing import Union

{% for member in union.members %}
{% for class in values if class.name == member.class %}
            from ._native import {{ class.name }}

{% endfor %}
{% endfor %}
            return Union[{% for member in union.members %}{{ member.class }}, {% endfor %}]
{% endfor %}
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
