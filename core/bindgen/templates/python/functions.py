# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""What needs no client."""

from __future__ import annotations

from . import _native

__all__ = [{% for function in functions %}"{{ function.name }}", {% endfor %}]

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta, tzinfo
    from os import PathLike

    from ._enums import {% for enum in enums %}{{ enum.name }}{% if not loop.last %}, {% endif %}{% endfor %}

    from ._native import {{ by_hand_names }}{% for class in values %}, {{ class.name }}{% endfor %}

    from ._records import {% for record in records %}{{ record.name }}, {% endfor %}{% for union in unions %}{{ union.name }}, {% endfor %}FieldValue

{% macro parameters(method) %}
{% for argument in method.arguments %}
{% if argument.keyword_only and (loop.first or not loop.previtem.keyword_only) %}, *{% endif %}, {{ argument.name }}: {{ argument.annotation }}{% if argument.default is not none %} = {{ argument.default }}{% endif %}
{% endfor %}
{% endmacro %}
{% macro natives(method) %}
{% for argument in method.arguments %}{{ argument.native }}{% if not loop.last %}, {% endif %}{% endfor %}
{% endmacro %}

{% for function in functions %}
def {{ function.name }}({% for argument in function.arguments %}{% if argument.keyword_only and (loop.first or not loop.previtem.keyword_only) %}*, {% endif %}{{ argument.name }}: {{ argument.annotation }}{% if argument.default is not none %} = {{ argument.default }}{% endif %}, {% endfor %}) -> {{ function.returns }}:
    {{ function.doc|docstring(4) }}
    return _native.{{ function.name }}({{ natives(function) }})


{% endfor %}
