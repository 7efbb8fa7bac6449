"""
The part of :mod:`dataclasses` that this package uses, because the library takes too long to start.

The library compiles the methods of each class when the class is defined, 0.8 ms for five fields, and imports inspect with ast,
dis and tokenize for it. For the sixty classes here that is 32 ms of the 110 that one record takes (see docs/decisions.md). Here
the methods are closures, 0.03 ms a class. To a type checker, and to :func:`dataclasses.fields`, they are data classes.

Values that exist once for each record are named tuples. :func:`made` makes many of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["dataclass", "field", "made", "replace"]

Made = TypeVar("Made")


def made(kind: type[Made], *fields: Iterable[Any]) -> Iterator[Made]:
    """Named tuples of a class, from one iterable for each field, in a fifth of the time of calls of the class."""
    return map(partial(tuple.__new__, kind), zip(*fields))  # type: ignore[type-var]  # noqa: B905 - some repeat for ever


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:

    class _Field:
        """The options of a field."""

        def __init__(self, default_factory: Any, compare: bool = True) -> None:
            self.default_factory, self.compare = default_factory, compare

    field = _Field

    class _AsLibrary:
        """What ``dataclasses.fields``, ``asdict`` and ``replace`` read from a class: the library makes it on first use."""

        def __get__(self, _: Any, cls: type) -> Any:
            from dataclasses import field, make_dataclass

            absent = object()

            def library(default: Any) -> Any:
                if isinstance(default, _Field):
                    return field(default_factory=default.default_factory, compare=default.compare)
                return field() if default is absent else field(default=default)

            given = [(name, Any, library(cls.__field_defaults__.get(name, absent))) for name in cls.__match_args__]
            return make_dataclass(cls.__name__, given).__dataclass_fields__

    def dataclass(cls: type | None = None, *, frozen: bool = False, slots: bool = False, order: bool = False) -> Any:
        """The same as :func:`dataclasses.dataclass`, as far as it is used here."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, slots=slots, order=order)
        own, held = tuple(cls.__annotations__), cls.__dict__
        defaults = {**getattr(cls, "__field_defaults__", {}), **{name: held[name] for name in own if name in held}}
        names = tuple(dict.fromkeys((*getattr(cls, "__match_args__", ()), *own)))
        compared = [name for name in names if not isinstance(it := defaults.get(name), _Field) or it.compare]
        # a new class with all methods: adding one method to an existing class takes as long as making the class
        kept = {name: held[name] for name in held if name not in (*(own if slots else ()), "__dict__", "__weakref__")}
        return type(cls)(cls.__name__, cls.__bases__, {
            "__init__": _initial(names, defaults, frozen=frozen),
            "__repr__": _repr, "__reduce__": _reduced, "__replace__": replace,
            **_comparisons(compared, order=order),
            "__hash__": _hash(compared) if frozen else None,
            **({"__setattr__": _frozen, "__delattr__": _frozen} if frozen else {}),
            **kept, **({"__slots__": own} if slots else {}),
            "__match_args__": names, "__field_defaults__": defaults, "__dataclass_fields__": _AsLibrary(),
        })  # fmt: skip

    def replace(value: Any, /, **changes: Any) -> Any:
        """A value of the same class with other fields."""
        cls = type(value)
        return cls(**{**{name: getattr(value, name) for name in cls.__match_args__}, **changes})

    def _initial(names: tuple[str, ...], defaults: dict[str, Any], *, frozen: bool) -> Any:
        """``__init__``, compiled when the first value is made: a clean run makes no value of most classes."""

        def first(self: Any, *given: Any, **named: Any) -> None:
            known = {f"_{name}": value for name, value in defaults.items()}
            wanted = ", ".join(f"{name}=_{name}" if name in defaults else name for name in names)
            made = {name: f"_{name}.default_factory() if {name} is _{name} else {name}" for name in names}
            made.update({name: name for name in names if not isinstance(defaults.get(name), _Field)})
            lines = [f"_put(self, {name!r}, {made[name]})" if frozen else f"self.{name} = {made[name]}" for name in names]
            known["_put"] = object.__setattr__
            exec(f"def __init__(self, {wanted}):\n " + "\n ".join(lines), known)
            type(self).__init__ = known["__init__"]
            self.__init__(*given, **named)

        return first

    def _comparisons(compared: list[str], *, order: bool) -> dict[str, Any]:
        values = attrgetter(*compared)

        def equal(self: Any, other: Any) -> Any:
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def less(self: Any, other: Any) -> Any:
            return values(self) < values(other) if other.__class__ is self.__class__ else NotImplemented

        def no_more(self: Any, other: Any) -> Any:
            return values(self) <= values(other) if other.__class__ is self.__class__ else NotImplemented

        # Python turns a > b into b < a
        return {"__eq__": equal, **({"__lt__": less, "__le__": no_more} if order else {})}

    def _hash(compared: list[str]) -> Any:
        values = attrgetter(*compared)
        return lambda self: hash(values(self))

    def _repr(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__match_args__)})"

    def _reduced(self: Any) -> tuple[Any, ...]:
        """Pickles and copies the values alone, in a third of the time."""
        return type(self), tuple([getattr(self, name) for name in self.__match_args__])

    def _frozen(self: Any, name: str, *_: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} stays as it is")
