# Written by `make bindings` from core/src/ffi and uniffi.toml.
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, Union, final, overload, type_check_only

import pandas
from typing_extensions import Never, Self, SupportsIndex

from ._enums import {% for enum in enums %}{{ enum.name }}{% if not loop.last %}, {% endif %}{% endfor %}

from ._reference import Sensml
from ._records import {% for record in records %}{{ record.name }}, {% endfor %}{% for union in unions %}{{ union.name }}, {% endfor %}FieldValue

_T = TypeVar("_T")

{% macro parameters(method) %}
{% for argument in method.arguments %}{{ argument.name }}: {{ argument.annotation }}, {% endfor %}
{% endmacro %}
{% macro result(method) %}
{% if method.taken %}Operation[Untaken[{{ method.returns }}]]{% elif method.is_async %}Operation[{{ method.returns }}]{% else %}{{ method.returns }}{% endif %}
{% endmacro %}
@final
class Operation(Generic[_T]):
    def wait(self, timeout: timedelta | float | None = None) -> _T: ...
    def poll(self) -> tuple[bool, _T | None]: ...
    def start(self, completions: Completions, future: object) -> None: ...
    def cancel(self) -> None: ...

@final
class Untaken(Generic[_T]):
    def take(self) -> _T: ...

@final
class Completions:
    def __new__(cls) -> Completions: ...
    def fileno(self) -> int: ...
    def drain(self) -> None: ...

{% for class in clients %}
@final
class {{ class.name }}:
{% for method in class.methods %}
{% if method.is_constructor %}
    @staticmethod
    def {{ method.name }}({{ parameters(method) }}) -> Operation[{{ class.name }}]: ...
{% elif method.is_iterator %}
    def ready(self) -> Operation[bool]: ...
    def take(self) -> {{ method.returns }}: ...
{% else %}
    def {{ method.name }}(self, {{ parameters(method) }}) -> {{ result(method) }}: ...
{% endif %}
{% endfor %}

{% endfor %}
{% for class in values %}
@final
class {{ class.name }}:
    {{ class.doc|docstring(4) }}

{% for method in class.methods %}
{% if method.is_property %}
    @property
{% endif %}
    def {{ method.name }}(self, {{ parameters(method) }}) -> {{ method.returns }}:
        {{ method.doc|docstring(8) }}

{% endfor %}

{% endfor %}
{% for function in functions %}
def {{ function.name }}({{ parameters(function) }}) -> {{ function.returns }}: ...
{% endfor %}

{{ by_hand }}
