"""What records have in common."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from typing import Union

    FieldValue = Union[str, bool, int, float, datetime, date, Sequence[str]]
    """What a field of a form gets."""
else:
    FieldValue = object


class Struct:
    """Values with names. Those that may be personal are left out where it is shown."""

    __slots__ = ("__weakref__",)
    _hidden: frozenset[str] = frozenset()
    _setters: tuple[Callable[[object, object], None], ...] = ()

    def __init__(self, *values: object, **named: object) -> None:
        if len(values) == len(self._setters) and not named:
            # As all those of the core are made; thousands a second perhaps.
            for setter, value in zip(self._setters, values):
                setter(self, value)
            return
        fields = type(self).__slots__
        if len(values) > len(fields):
            raise TypeError(f"{type(self).__name__} has {len(fields)} fields, and {len(values)} were given")
        for field, value in zip(fields, values):
            object.__setattr__(self, field, value)
        for field in fields[len(values) :]:
            if field not in named:
                raise TypeError(f"{type(self).__name__} needs a value for {field!r}")
            object.__setattr__(self, field, named.pop(field))
        if named:
            raise TypeError(
                f"{type(self).__name__} has no field {next(iter(named))!r}, or it was given twice"
            )

    def __init_subclass__(cls) -> None:
        cls.__match_args__ = cls.__slots__  # type: ignore[attr-defined, misc, unused-ignore]
        cls._setters = tuple(getattr(cls, field).__set__ for field in cls.__slots__)

    def __setattr__(self, field: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, field: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        hidden = self._hidden
        shown = (
            f"{field}=…" if field in hidden else f"{field}={getattr(self, field)!r}"
            for field in type(self).__slots__
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._values()

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, field) for field in type(self).__slots__)
