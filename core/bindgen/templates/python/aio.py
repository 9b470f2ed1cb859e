# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""The same as :mod:`quoalise`, for asyncio.

::

    async with quoalise.aio.connect("app@example.org", "secret") as client:
        data = await client.get_history(provider, identifier)

        async with client.listen() as events:
            async for event in events:
                ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _native
from ._asyncio import Opening, run
from ._error import Error
from ._errors import UsedAfterFork

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta, tzinfo
    from os import PathLike

    from typing_extensions import Self

    from ._enums import {% for enum in enums %}{{ enum.name }}{% if not loop.last %}, {% endif %}{% endfor %}

    from ._native import {{ by_hand_names }}{% for class in values %}, {{ class.name }}{% endfor %}

    from ._records import {% for record in records %}{{ record.name }}, {% endfor %}{% for union in unions %}{{ union.name }}, {% endfor %}FieldValue

__all__ = [{% for class in clients %}"{{ class.name }}", {% endfor %}"connect"]

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
    def {{ method.name }}(cls{{ parameters(method) }}) -> Opening[_native.{{ class.name }}, {{ class.name }}]:
        {{ method.doc|docstring(8) }}
        return Opening(_native.{{ class.name }}.{{ method.name }}({{ natives(method) }}), cls)

{% elif method.is_iterator %}
    async def {{ method.name }}(self) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
        while await run(self._native.ready(), often=True):
            item = self._native.take()
            if item is not None:
                return item
        return None

    def __aiter__(self) -> {{ class.name }}:
        return self

    async def __anext__(self) -> {{ method.item }}:
        item = await self.{{ method.name }}()
        if item is None:
            raise StopAsyncIteration
        return item

{% elif method.is_property %}
    @property
    def {{ method.name }}(self) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
        return self._native.{{ method.name }}()

{% elif method.is_async and method.opens %}
    def {{ method.name }}(self{{ parameters(method) }}) -> Opening[_native.{{ method.wrapped }}, {{ method.wrapped }}]:
        {{ method.doc|docstring(8) }}
        return Opening(self._native.{{ method.name }}({{ natives(method) }}), {{ method.wrapped }})

{% elif method.is_async %}
    async def {{ method.name }}(self{{ parameters(method) }}) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
        return {% if method.taken %}({% endif %}await run(self._native.{{ method.name }}({{ natives(method) }})){% if method.taken %}).take(){% endif %}


{% else %}
    def {{ method.name }}(self{{ parameters(method) }}) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}
{% if method.wrapped %}
        return {{ method.wrapped }}(self._native.{{ method.name }}({{ natives(method) }}))
{% else %}
        return self._native.{{ method.name }}({{ natives(method) }})
{% endif %}

{% endif %}
{% endfor %}
{% if class.context %}
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        try:
            await self.{{ class.context }}()
        except UsedAfterFork:
            pass  # it is not a fork's to end
        except Error:
            # What went wrong before says more.
            if kind is None:
                raise

{% endif %}
{% endfor %}
connect = Client.connect
