"""PF1, the part about what stands in place of a text: what YAML reads as no text, and what means that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pfocr_lint.diagnostic import DropItem, Finding, Fix, SetValue
from pfocr_lint.pointer import name_of, parent_of, split
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.document import Record
from pfocr_lint.rules.declaration import Bad, Good, Trigger, rule
from pfocr_lint.rules.fields import failures_of, written
from pfocr_lint.rules.value_ends import cut_off, with_its_rest
from pfocr_lint.schema import validator
from pfocr_lint.schema.implicit import Implicit
from pfocr_lint.schema.kinds import Kind

_READ_AS = {"boolean": "true or false", "date": "a date", "symbol": "a symbol", "special value": "a special value"}


@rule(
    "PF105",
    fix="safe",
    owns=("*:scalar",),
    trigger=Trigger.FAILURE,
    bad=[
        Bad(text=("year: '2022'", "year: 2022"), message="YAML reads year as the number 2022", fixed={}, key="/year"),
        Bad(text=("- AKT1", "- On"), message="as true or false", fixed={"schema-jsonld/keywords": ["PTEN", "On", "Glucose"]}),
        Bad(text=("- AKT1", "- nO"), message="as true or false", fixed={"schema-jsonld/keywords": ["PTEN", "nO", "Glucose"]}),
        Bad(text=("- AKT1", "- 2001-1-4"),
            message="as a date", fixed={"schema-jsonld/keywords": ["PTEN", "2001-1-4", "Glucose"]}),
        Bad(text=("- AKT1", "- 12:30"), message="as the number", fixed={"schema-jsonld/keywords": ["PTEN", "12:30", "Glucose"]}),
        Bad(text=("- AKT1", "- 1,000"), message="as the number", fixed={"schema-jsonld/keywords": ["PTEN", "1,000", "Glucose"]}),
        Bad(text=("- AKT1", "- 2001-12-14"),
            message="a date", fixed={"schema-jsonld/keywords": ["PTEN", "2001-12-14", "Glucose"]}),
        Bad(text=("ncbi: '9606'", "ncbi: 09606"), kind=Kind.ORGANISM, message="as the number", fixed={"ncbi": "09606"}),
    ],
    good=[Good({"schema-jsonld/keywords": ["On", "NO", "1433", "12:30", "y", "2001-12-14"]})],
)  # fmt: skip
def unquoted_scalar(record: Record) -> Iterator[Finding]:
    """
    YAML 1.1 reads an unquoted text as something else.

    `On`, `NO`, `0123`, `12:30`, `1_000`, `2001-12-14`: to Jekyll these are a boolean, numbers and a date, unless they are
    quoted. The fix keeps what was written, in quotes.
    """
    for violation in failures_of(record, "PF105"):
        text, value = written(record, violation.key), violation.value
        kind = _READ_AS.get("boolean" if isinstance(value, bool) else getattr(value, "kind", ""))
        if kind is None:
            shown = "" if isinstance(value, Implicit) or str(value) == text else f", {quote(value)}"
            kind = f"the number {quote(text)[1:-1]}{shown}"
        yield Finding(
            violation.key,
            f"YAML reads {name_of(violation.key)} as {kind}; text that looks like that needs single quotes",
            fix=Fix(f"write it as {quote(text)}", (SetValue(violation.key, text),)),
        )


_FOLLOWING = ("/figid_alias", "/redirect_from")  # never '', and made of other fields


def _emptied(key: str) -> Fix:
    return Fix("set it to ''", (SetValue(key, ""),))


@lru_cache(1_024)  # most findings of the real database are five of these
def _leaked(kind: Kind, key: str, value: str) -> Finding | None:
    """The finding for a word that stands for a missing value, where the format has '' for it; else None."""
    if not validator.allows(kind, key, ""):
        return None
    return Finding(key, f"{name_of(key)} is {quote(value)}, which stands for a missing value", fix=_emptied(key))


@rule(
    "PF106",
    fix="safe or unsafe",
    owns=("*:sentinel", "*:null"),
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"doi": ".na.character"}, message="doi is '.na.character'", fixed={"doi": ""}, key="/doi"),
        Bad({"keywords": "NULL"}, message="stands for a missing value", fixed={"keywords": ""}),
        Bad(text=("publisher_name: MDPI", "publisher_name:"), message="publisher_name is empty", fixed={"publisher_name": ""}),
        Bad(text=("publisher_name: MDPI", "publisher_name: ~"), message="publisher_name is empty", fixed={"publisher_name": ""}),
        Bad({"schema-jsonld/keywords": ["PTEN", ".na.character"]}, message="item 2", fixed={"schema-jsonld/keywords": ["PTEN"]}),
        Bad({"caption": ".na.character", "schema-jsonld/description": ".na.character"}, message="caption is '.na.character'"),
        Bad({"organisms": [".na.character"]}, message="item 1"),
        Bad({"image": ".na.character"}, kind=Kind.ORGANISM, message="image", fixed={"image": ""}),
        Bad(text=("publisher_name: MDPI", "publisher_name: #1 Press"), message="empty, since '#1 Press' is a comment",
            unsafe=True, fixed={"publisher_name": "#1 Press"}),
        Bad({"figid_alias": ".na.character"}, message="figid_alias is '.na.character'", fixed={}),
        Bad({"figid": "PMC9405586_x", "figid_alias": ".na.character"}, name="PMC9405586_x",
            message="figid_alias", also=("PF104",)),
    ],
    good=[Good({"organisms": ["NA"]}), Good({"doi": "", "publisher_name": ""}), Good({"schema-jsonld/keywords": ["na", "Nan"]})],
)  # fmt: skip
def missing_value_sentinel(record: Record) -> Iterator[Finding]:
    """
    A missing value leaked into the record.

    R writes `.na.character` and similar words where it has no text; an empty value and `~` are null to YAML. Where the format
    has `''` for unknown, the fix sets it. In a list it drops the item. Elsewhere the value has to be found.

    A text that begins with `#` is a comment to YAML, so that the entry is empty. The unsafe fix puts single quotes round it: it
    may also be a note.
    """
    dropped: dict[str, int] = {}
    for violation in failures_of(record, "PF106"):
        key, parent = violation.key, parent_of(violation.key)
        fix = None
        if key == "/schema-jsonld/description" and violation.value == record.value("/caption"):
            continue  # a true copy: what is wrong with the caption is reported for the caption
        if key[-1].isdecimal() and split(key)[-1].isdecimal() and isinstance(holder := record.value(parent), list):
            dropped[parent] = dropped.get(parent, 0) + 1
            if validator.allows(record.kind, parent, []) or dropped[parent] < len(holder):
                fix = Fix("drop the item", (DropItem(key),))
        elif type(violation.value) is str and (leaked := _leaked(record.kind, key, violation.value)) is not None:
            yield leaked
            continue
        elif validator.allows(record.kind, key, ""):
            fix = _emptied(key)
        elif key in _FOLLOWING and (value := derived.value(record, key)) is not None:
            fix = Fix(f"set it to {quote(value)}", (SetValue(key, value),))
        what = "empty" if violation.value is None else f"{quote(violation.value)}, which stands for a missing value"
        if violation.value is None and (rest := cut_off(record, key)):
            what, fix = f"empty, since {quote(rest)} is a comment; put single quotes round the text", with_its_rest(record, key)
        yield Finding(key, f"{name_of(key)} is {what}", fix=fix)
