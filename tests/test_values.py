"""Value classes behave like the data classes of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import operator
import pickle

import pytest

from pfocr_lint import dataclass as ours


def declared(maker, field):
    """Return the same classes, made by either decorator."""

    @maker(frozen=True, slots=True, order=True)
    class Pair:
        first: int
        second: int = 2

    @maker(frozen=True)
    class Base:
        a: object
        b: tuple = ()

        @property
        def both(self):
            return self.a, self.b

    @maker(frozen=True)
    class Below(Base):
        c: str = "c"
        b: tuple = (1,)
        d: dict = field(default_factory=dict, compare=False)

    @maker
    class Open:
        a: int
        b: dict = field(default_factory=dict)

        def __repr__(self):
            return "open"

    return {"Pair": Pair, "Base": Base, "Below": Below, "Open": Open}


OURS, LIBRARY = declared(ours.dataclass, ours.field), declared(dataclasses.dataclass, dataclasses.field)
CALLS = [
    ("Pair", (1,), {}), ("Pair", (1, 2), {}), ("Pair", (), {"second": 0, "first": 1}), ("Pair", (2, 1), {}),
    ("Pair", (), {}), ("Pair", (1, 2, 3), {}), ("Pair", (1,), {"first": 1}), ("Pair", (1,), {"third": 1}),
    ("Base", (1,), {}), ("Base", ([],), {"b": (3,)}), ("Below", (1,), {}), ("Below", (1, (), "x", {"y": 1}), {}),
    ("Below", (1,), {"d": {"z": 1}}), ("Open", (1,), {}), ("Open", (1, {"k": 1}), {}),
]  # fmt: skip


def outcome(what):
    """Return the result of a call, or the class of its exception (AttributeError for a frozen value)."""
    try:
        return what()
    except (AttributeError, TypeError) as error:
        return AttributeError if isinstance(error, AttributeError) else TypeError


def made(classes):
    return [outcome(lambda call=call: classes[call[0]](*call[1], **call[2])) for call in CALLS]


def behaviour(value):
    """Return all observable properties of a value."""
    if isinstance(value, type):
        return value
    cls = type(value)
    return (
        repr(value).rpartition(".")[2], cls.__match_args__, hasattr(value, "__dict__"), getattr(value, "both", None),
        outcome(lambda: hash(value) == hash(copy.copy(value))), [each.name for each in dataclasses.fields(value)],
        dataclasses.asdict(value), copy.deepcopy(value) == value, outcome(lambda: setattr(value, cls.__match_args__[0], 5)),
        outcome(lambda: setattr(value, "other", 5)) is None, outcome(lambda: delattr(value, cls.__match_args__[0])),
    )  # fmt: skip


def test_values_are_as_data_classes_are():
    assert [behaviour(value) for value in made(OURS)] == [behaviour(value) for value in made(LIBRARY)]


@pytest.mark.parametrize("compare", [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge])
def test_values_compare_as_data_classes_do(compare):
    def table(classes):
        found = [value for value in made(classes) if not isinstance(value, type)]
        return [[outcome(lambda a=a, b=b: compare(a, b)) for a in found] for b in found]

    assert table(OURS) == table(LIBRARY)


def test_replace_gives_another_value():
    for module, classes in ((ours, OURS), (dataclasses, OURS), (dataclasses, LIBRARY)):
        old = classes["Below"](1, d={"k": 1})
        new = module.replace(old, c="new")
        assert (new.a, new.b, new.c, new.d, type(new), old.c) == (1, (1,), "new", {"k": 1}, classes["Below"], "c")
        with pytest.raises(TypeError):
            module.replace(old, e=1)


def test_a_default_that_is_made_is_made_for_each_value():
    one, two = OURS["Open"](1), OURS["Open"](1)
    one.b["k"] = 1
    assert two.b == {}


@ours.dataclass(frozen=True, slots=True)
class Sent:
    text: str
    more: tuple = ()


def test_values_can_be_sent_to_other_processes():
    assert pickle.loads(pickle.dumps(Sent("x", (Sent("y"),)))) == Sent("x", (Sent("y"),))
