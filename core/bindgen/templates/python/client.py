# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""What waits until it is done. :mod:`quoalise.aio` has the same for asyncio."""

from __future__ import annotations

from . import _native
from ._error import Error
from ._errors import UsedAfterFork

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta, tzinfo
    from os import PathLike

    from typing_extensions import Self

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

{% for class in clients %}
class {{ class.name }}:
    {{ class.doc|docstring(4) }}

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.{{ class.name }}) -> None:
        self._native = native

{% for method in class.methods %}
{% if method.is_constructor %}
    @classmethod
    def {{ method.name }}(cls{{ parameters(method) }}) -> {{ class.name }}:
        {{ method.doc|docstring(8) }}
        return cls(_native.{{ class.name }}.{{ method.name }}({{ natives(method) }}).wait())

{% elif method.is_iterator %}
    def {{ method.name }}(self, timeout: timedelta | float | None = None) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
        while self._native.ready().wait(timeout):
            item = self._native.take()
            if item is not None:
                return item
        return None

    def __iter__(self) -> {{ class.name }}:
        return self

    def __next__(self) -> {{ method.item }}:
        item = self.{{ method.name }}()
        if item is None:
            raise StopIteration
        return item

{% elif method.is_property %}
    @property
    def {{ method.name }}(self) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
        return self._native.{{ method.name }}()

{% else %}
    def {{ method.name }}(self{{ parameters(method) }}) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
{% if method.wrapped %}
        return {{ method.wrapped }}(self._native.{{ method.name }}({{ natives(method) }}){% if method.is_async %}.wait(){% endif %})
{% else %}
        return self._native.{{ method.name }}({{ natives(method) }}){% if method.is_async %}.wait(){% endif %}{% if method.taken %}.take(){% endif %}

{% endif %}

{% endif %}
{% endfor %}
{% if class.context %}
    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.{{ class.context }}()
        except UsedAfterFork:
            pass  # it is not a fork's to end
        except Error:
            # What went wrong before says more.
            if kind is None:
                raise

{% endif %}
{% endfor %}
