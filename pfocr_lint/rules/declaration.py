"""What a rule is, and the decorators that declare one: code, documentation and examples in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Finding, Note, Placed, Severity
from pfocr_lint.lazy_import import difflib
from pfocr_lint.schema.kinds import MAPPINGS, Kind

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.facts import Repository
    from pfocr_lint.record.values import Values

CheckValues: TypeAlias = "Callable[[Values], Iterable[Finding]]"
CheckRecord: TypeAlias = "Callable[[Record], Iterable[Finding]]"
Compare: TypeAlias = "Callable[[Repository], Iterable[Placed | Note]]"


class Trigger(Enum):
    """What must be true of a record before a rule can find anything in it, beside :class:`InTexts` and :class:`When`."""

    FORM = "the text is not in the pipeline's own form, which the fast parser reads"
    FAILURE = "a value fails the schema"
    TEXT = "the rule reads the text: it always needs the reference path"
    DISAGREEMENT = "a value is not the one that follows from others (see derived.agrees)"


@dataclass(frozen=True)
class InTexts:
    """
    One of some expressions matches in a text of the record.

    ``patterns`` are pairs: the one literal character with which each match begins, and the expression. Python finds a character
    five times faster than an expression. ``non_ascii`` are expressions of characters outside ASCII alone; they are searched for
    in these characters first. Texts are as :func:`pfocr_lint.record.texts.joined` gives them, each between two line breaks.
    """

    patterns: tuple[tuple[str, str], ...] = ()
    non_ascii: tuple[str, ...] = ()


@dataclass(frozen=True)
class When:
    """
    ``test`` is true of the values of some fields, each given as a path (``schema-jsonld/description``).

    It is called only where the record fits its schema. :data:`SYNONYMS` among the fields gives the organisms' other names.
    """

    fields: tuple[str, ...]
    test: Callable[..., Any]


SYNONYMS = "synonyms"  # in When.fields: no field of a record, but the settings' record.synonyms.Synonyms


class _Missing:
    """Stands in an example's values for a key that is not there."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


@dataclass(frozen=True)
class TableFile:
    """A mention table in an example: its sort, its text, and its figure (None: the clean record)."""

    sort: str
    text: str
    figid: str | None = None


@dataclass(frozen=True)
class Good:
    """
    A record in which the rule finds nothing: the kind's clean record with some values changed.

    ``values`` maps paths (``schema-jsonld/description``) to values, :data:`MISSING` to take a key away;
    ``text`` is (old, new) in the record's text; ``name`` is another file name; ``table`` is a table in the record's stead.
    ``beside`` are other files of the repository, for rules that compare records.
    """

    values: Mapping[str, Any] | None = None
    text: tuple[str, str] | None = None
    kind: Kind = Kind.FIGURE
    name: str | None = None
    table: TableFile | None = None
    beside: tuple[Good | TableFile, ...] = ()


@dataclass(frozen=True)
class Bad(Good):
    """
    A record with exactly one finding of the rule, and none of other rules except those in ``also``.

    ``message`` is a part of the finding's message. ``fixed`` are the values after the fix, ``{}`` for the clean record itself,
    None where no fix is offered; a str stands for the old ``text``, of a table it is all. ``unsafe``: the fix is not safe.
    """

    message: str = ""
    fixed: Mapping[str, Any] | str | None = None
    unsafe: bool = False
    key: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """
    A rule of the catalogue.

    ``owns`` names the schema failures that it reports, as ``key:keyword`` with ``*`` for any key. ``default`` is False for a rule
    that runs only when its own code or name is selected. ``waivable`` is False where a comment inside the file cannot switch it
    off. ``compare`` is the function of a rule that compares records, instead of ``check``, or beside it: then it repeats those
    findings of ``check`` to which other records add something. ``pages_only`` says that it needs the organism pages and no other
    record, so that it runs also where only files are named.

    ``trigger`` says what must be present for the rule to find anything, so that the fast path need not run it on other records.
    None: it runs on every record. Whether a trigger misses a finding is tested (``tests/test_triggers.py``).
    """

    code: str
    name: str
    severity: Severity
    check: Callable[[Any], Iterable[Finding]]
    compare: Compare | None
    pages_only: bool
    kinds: frozenset[Kind]
    owns: tuple[str, ...]
    default: bool
    waivable: bool
    fix: str
    bad: tuple[Bad, ...]
    good: tuple[Good, ...]
    trigger: Trigger | InTexts | When | None = None

    @property
    def only_compares(self) -> bool:
        """Whether the rule finds nothing in one record alone."""
        return self.compare is not None and self.check is _nothing

    @property
    def summary(self) -> str:
        """The first sentence of its documentation."""
        return self._text.partition("\n")[0]

    @property
    def documentation(self) -> str:
        """The rest of its documentation, each paragraph on one line."""
        return re.sub(r"(?<!\n)\n(?!\n)", " ", self._text.partition("\n")[2].strip())

    @property
    def _text(self) -> str:
        from inspect import cleandoc  # 12 ms, which only a page of the handbook is worth

        documented = self.compare if self.compare is not None and self.only_compares else self.check
        return cleandoc(documented.__doc__ or "")


DECLARED: list[Rule] = []


@overload
def rule(
    code: str,
    *,
    severity: str = ...,
    fix: str = ...,
    kinds: frozenset[Kind] = ...,
    owns: tuple[str, ...] = ...,
    default: bool = ...,
    waivable: bool = ...,
    trigger: Literal[Trigger.FORM, Trigger.FAILURE, Trigger.TEXT],
    bad: Iterable[Bad] = ...,
    good: Iterable[Good] = ...,
) -> Callable[[CheckRecord], CheckRecord]: ...


@overload
def rule(
    code: str,
    *,
    severity: str = ...,
    fix: str = ...,
    kinds: frozenset[Kind] = ...,
    owns: tuple[str, ...] = ...,
    default: bool = ...,
    waivable: bool = ...,
    compare: Compare | None = ...,
    trigger: InTexts | When | Literal[Trigger.DISAGREEMENT] | None = ...,
    bad: Iterable[Bad] = ...,
    good: Iterable[Good] = ...,
) -> Callable[[CheckValues], CheckValues]: ...


def rule(
    code: str,
    *,
    severity: str = "error",
    fix: str = "none",
    kinds: frozenset[Kind] = MAPPINGS,
    owns: tuple[str, ...] = (),
    default: bool = True,
    waivable: bool = True,
    compare: Compare | None = None,
    trigger: Trigger | InTexts | When | None = None,
    bad: Iterable[Bad] = (),
    good: Iterable[Good] = (),
) -> Callable[[Any], Any]:
    """
    Declare a rule: the function's name is the rule's name, its docstring the documentation, its examples the tests.

    ``fix`` is ``none``, ``safe``, ``unsafe`` or ``safe or unsafe``: what the rule may offer. What the function may use is its
    parameter's type: :class:`Values` (no text, no positions), or :class:`Record` with the triggers FORM, FAILURE and TEXT, which
    the fast path runs only where it has the text. ``compare`` repeats findings of the function, where other records add a fix.
    """

    def declare(check: Callable[[Any], Iterable[Finding]]) -> Callable[[Any], Iterable[Finding]]:
        extra = {"owns": owns, "default": default, "waivable": waivable, "trigger": trigger}
        DECLARED.append(_made(check, code, severity, fix, kinds, bad, good, check=check, compare=compare, **extra))
        return check

    return declare


def repository_rule(
    code: str,
    *,
    severity: str = "error",
    fix: str = "none",
    kinds: frozenset[Kind],
    pages_only: bool = False,
    bad: Iterable[Bad] = (),
    good: Iterable[Good] = (),
) -> Callable[[Compare], Compare]:
    """Declare a rule that compares records: it sees the facts of all of them."""

    def declare(compare: Compare) -> Compare:
        extra = {"check": _nothing, "compare": compare, "pages_only": pages_only}
        DECLARED.append(_made(compare, code, severity, fix, kinds, bad, good, **extra))
        return compare

    return declare


def _nothing(_: Record) -> Iterable[Finding]:
    return ()


def _made(
    function: Callable[..., Any],
    code: str,
    severity: str,
    fix: str,
    kinds: frozenset[Kind],
    bad: Iterable[Bad],
    good: Iterable[Good],
    **parts: Any,
) -> Rule:
    return Rule(
        code=code,
        name=function.__name__.replace("_", "-"),
        severity=Severity(severity),
        kinds=kinds,
        fix=fix,
        bad=tuple(bad),
        good=tuple(good),
        **{"owns": (), "default": True, "waivable": True, "pages_only": False, **parts},
    )


_DIGITS = str.maketrans("OIL", "011")  # what is typed for them


def nearest(name: str) -> str | None:
    """
    The code, prefix or name of a rule that was probably meant; None where there is none so near, or several.

    One digit for another is no slip that says which rule was meant.
    """
    slug = re.sub(r"[\W_]+", "-", name[:100].lower())
    plain = slug.replace("-", "").upper()
    if plain.startswith("PF"):
        plain = "PF" + plain[2:].translate(_DIGITS)
        if plain != name and any(rule.code.startswith(plain) for rule in DECLARED):
            return plain
    parts = re.fullmatch(r"([A-Z]{0,3})([0-9]{3,4})", plain)
    if parts is not None:
        near = [rule.code for rule in DECLARED if _is_slip(parts[1], parts[2], rule.code[2:])]
        return near[0] if len(near) == 1 else None
    names = [rule.name for rule in DECLARED]
    found = [slug] if slug in names else difflib.get_close_matches(slug, names, 1, 0.8)
    return found[0] if found else None


def _is_slip(letters: str, digits: str, code: str) -> bool:
    """Whether the letters are ``PF`` and the digits nearly a code's (two swapped, one too many), or the other way round."""
    if letters == "PF":
        swapped = (digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1))
        shorter = (digits[:at] + digits[at + 1 :] for at in range(len(digits)))
        return code in swapped or code in shorter
    return digits == code and (letters in ("", "FP") or re.fullmatch("P|F|.F|P.|.PF|P.F|PF.", letters) is not None)
