"""PF1: does each field fit the schema?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pfocr_lint import derive, judge
from pfocr_lint.diagnostic import (
    AddKey,
    DropItem,
    Finding,
    Fix,
    Related,
    RenameKey,
    Safety,
    SetValue,
    join,
    name_of,
    parent_of,
    quote,
    split,
)
from pfocr_lint.ondemand import difflib, expression
from pfocr_lint.record import Kind, Record, Violation
from pfocr_lint.rule import MISSING, Bad, Cue, Good, rule
from pfocr_lint.rules.ends import cut_off, overrun, said
from pfocr_lint.scalars import Implicit

MANY = 50  # of so many unknown keys none is a misspelling


def _failures(record: Record, code: str) -> tuple[Violation, ...]:
    return tuple(record.failures.get(code, ()))


def lacks_ner(record: Record) -> bool:
    """Whether the line ``organisms_ner:`` went: its items then stand among the organisms, and only PF101 speaks."""
    return any(violation.key == "/organisms_ner" for violation in _failures(record, "PF101"))


def _siblings(violation: Violation, violations: Iterable[Violation]) -> list[str]:
    """The last tokens of the violations in the same mapping."""
    return [split(v.key)[-1] for v in violations if parent_of(v.key) == parent_of(violation.key)]


def near_missing(record: Record, unknown: Violation) -> str | None:
    """The one missing key that this unknown key, and no other, is a misspelling of; None when there is none."""
    near = _near(record, unknown)
    if near is None:
        return None
    others = (v for v in _failures(record, "PF102") if v is not unknown and parent_of(v.key) == parent_of(unknown.key))
    return None if any(_near(record, each) == near for each in others) else near


def _near(record: Record, unknown: Violation) -> str | None:
    if len(_failures(record, "PF102")) > MANY:
        return None
    missing = _siblings(unknown, _failures(record, "PF101"))
    if not missing:
        return None
    name = split(unknown.key)[-1]
    if name.partition(":")[0] in missing:
        return name.partition(":")[0]
    near = difflib.get_close_matches(name.lower().replace("_", "-"), [key.lower().replace("_", "-") for key in missing], 3, 0.75)
    found = [key for key in missing if key.lower().replace("_", "-") in near]
    return found[0] if len(found) == 1 else None


@rule(
    "PF101",
    fix="safe",
    owns=("*:required",),
    cue=Cue.FAILURE,
    bad=[
        Bad({"figid_alias": MISSING}, says="figid_alias is missing", fixed={}, key="/figid_alias"),
        Bad({"redirect_from": MISSING}, says="redirect_from is missing", fixed={}),
        Bad({"figtype": MISSING}, says="figtype is missing", fixed={}),
        Bad({"ndex": MISSING}, says="ndex is missing", fixed={}),
        Bad({"schema-jsonld/description": MISSING}, says="schema-jsonld/description is missing", fixed={}),
        Bad({"schema-jsonld/creator": MISSING}, says="schema-jsonld/creator is missing", fixed={}),
        Bad({"caption": MISSING}, says="caption is missing"),
        Bad({"doi": MISSING}, says="doi is missing"),
        Bad({"latin": MISSING}, kind=Kind.ORGANISM, says="latin is missing"),
        Bad({"organisms_ner": ["NA", "Mus musculus"]}, text=("organisms_ner:\n", ""), says="organisms_ner is missing"),
        Bad(
            {"chemicals": [{"word": "PLGA", "source": "MESH", "identifier": "C043435"}]},
            text=("chemicals:\n", ""),
            kind=Kind.FIGURE_2021,
            says="chemicals is missing",
        ),
    ],
    good=[
        Good(),
        Good({"image": MISSING}, kind=Kind.ORGANISM),
        Good({"figtype": MISSING}, kind=Kind.FIGURE_2021),
    ],
)
def missing_key(record: Record) -> Iterator[Finding]:
    """
    A key that every record has is missing.

    A key that is constant, or that follows from other fields, is added at its place in the format's order. Anything
    else has to come from the paper.
    """
    taken = {join(parent_of(v.key), near) for v in _failures(record, "PF102") if (near := near_missing(record, v))}
    for violation in _failures(record, "PF101"):
        if violation.key in taken:
            continue
        value = derive.value(record, violation.key)
        fix = None
        if value is not None and judge.allows(record.kind, violation.key, value):
            fix = Fix(f"add {name_of(violation.key)} with {quote(value)}", (AddKey(violation.key, value),))
        yield Finding(violation.key, f"{name_of(violation.key)} is missing", fix=fix)


@rule(
    "PF102",
    fix="unsafe",
    owns=("*:additionalProperties",),
    cue=Cue.FAILURE,
    bad=[
        Bad(text=("figtitle:", "fig_title:"), says="unknown key 'fig_title', nearest is 'figtitle'", unsafe=True, fixed={},
            key="/fig_title"),
        Bad(text=("publisher_name: MDPI\n", "publisher: |- # the\n  MDPI\n"), says="'publisher_name'", unsafe=True,
            fixed="publisher_name: |- # the\n  MDPI\n"),
        Bad({"comment": "checked"}, says="unknown key 'comment'"),
        Bad(text=("publisher_name: MDPI", "publisher_name:'The Review: MDPI'"), says="want a space behind the colon"),
        Bad({"schema-jsonld/publisher": "WikiPathways"}, says="unknown key 'publisher' in schema-jsonld"),
    ],
    good=[Good({"wpid": "WP5283"})],
)  # fmt: skip
def unknown_key(record: Record) -> Iterator[Finding]:
    """
    The format has no such key.

    Where the name is near to exactly one key that is missing, it is taken for a misspelling of that one; otherwise
    the message names the nearest key of the format, if there is one.
    """
    for violation in _failures(record, "PF102"):
        if not record.canonical and record.is_torn(record.span(violation.key, on_key=True).start):
            continue  # it is part of a text that a separator tears (PF010)
        parent, name = parent_of(violation.key), split(violation.key)[-1]
        missing = near_missing(record, violation)
        few = len(_failures(record, "PF102")) <= MANY
        near = [missing] if missing else [] if not few else difflib.get_close_matches(name, violation.wanted, 1, 0.75)
        where = f" in {name_of(parent)}" if parent else ""
        glued = missing is not None and name.startswith(f"{missing}:")
        hint = "; want a space behind the colon" if glued else f", nearest is {quote(near[0])}" if near else ""
        fix = None
        if missing and not glued:
            fix = Fix(f"rename it to {missing}", (RenameKey(violation.key, missing),), Safety.UNSAFE)
        yield Finding(violation.key, f"unknown key {quote(name)}{where}{hint}", fix=fix, on_key=True)


# What parts the items of a list that is written as a text; '2,3-DPG' is one, and so is 'A/Puerto Rico/8'.
_SEVERAL = expression(r",(?![0-9])|(?<![0-9]),|[;|\n]|^-|\s(?:and|or|[+&/])\s|(?<=\w{4})/(?=\w{4})", re.I)
_GLUED = expression(r"-\w")  # items have their dashes in front, and a space is missing
# What to do about several organisms in one text.
ONE_PER_LINE = "write one organism per line, each beginning with '- '"
_WANTED = {"array": "a list", "object": "a mapping", "number": "a number", "string": "text"}


@rule(
    "PF103",
    fix="safe",
    owns=("*:type",),
    cue=Cue.FAILURE,
    bad=[
        Bad(
            {"organisms": "Homo sapiens"}, says="organisms is 'Homo sapiens', want a list", fixed={"organisms": ["Homo sapiens"]}
        ),
        Bad({"organisms": "Homo sapiens"}, kind=Kind.FIGURE_2021, says="want a list", fixed={"organisms": ["Homo sapiens"]}),
        Bad(
            {"organisms": "Homo sapiens, Mus musculus"},
            says="organisms is 'Homo sapiens, Mus musculus', want a list; write one organism per line, each beginning with '- '",
        ),
        Bad({"organisms": "Homo sapiens and Mus musculus"}, says="want a list"),
        Bad({"organisms": "Homo sapiens + Mus musculus"}, says="want a list"),
        Bad({"organisms": "Homo sapiens & Mus musculus"}, says="want a list"),
        Bad({"schema-jsonld/keywords": "AKT1,PTEN"}, says="want a list"),
        Bad({"schema-jsonld/keywords": "AKT1/PTEN"}, says="want a list"),
        Bad({"organisms": "-Homo sapiens"}, says="want a list; a space is missing behind the dash"),
        Bad(text=("organisms:\n- Homo sapiens\n- Mus", "organisms:\n  Homo sapiens\n  Mus"), says="want a list"),
        Bad({"schema-jsonld/keywords": "Na+/K+-ATPase"}, says="want a list", fixed={"schema-jsonld/keywords": ["Na+/K+-ATPase"]}),
        Bad({"schema-jsonld/keywords": "2,3-DPG"}, says="want a list", fixed={"schema-jsonld/keywords": ["2,3-DPG"]}),
        Bad({"year": ["2022"]}, says="year is a list, want text"),
        Bad({"automl_pathway": "high"}, says="automl_pathway is 'high', want a number"),
    ],
    good=[Good({"organisms": ["Homo sapiens"]}), Good({"automl_pathway": 1})],
)
def wrong_type(record: Record) -> Iterator[Finding]:
    """
    A value is of the wrong type.

    R has no list of one item, so a script that reads and rewrites a file turns `- Homo sapiens` into a plain text;
    that is mended, unless a comma in it, an `and`, or another line, says that it may be several. Other mix-ups have to be
    looked at.
    """
    for violation in _failures(record, "PF103"):
        value, fix, hint = violation.value, None, ""
        if violation.wanted == "array" and isinstance(value, (str, int, float, Implicit)) and str(value).strip():
            item = _written(record, violation.key)
            several = record.lines_of(violation.key) > 1 or _SEVERAL.search(item)
            if judge.allows(record.kind, violation.key, [item]) and not several:
                fix = Fix("make it a list of one item", (SetValue(violation.key, [item]),))
            elif several and name_of(violation.key).startswith("organisms"):
                hint = f"; {ONE_PER_LINE}"
        wanted = _WANTED.get(str(violation.wanted), str(violation.wanted))
        glued = violation.wanted == "array" and isinstance(value, str) and _GLUED.match(value)
        hint = "; a space is missing behind the dash" if glued else hint
        yield Finding(violation.key, f"{name_of(violation.key)} is {quote(value)}, want {wanted}{hint}", fix=fix)


def _written(record: Record, key: str) -> str:
    """A scalar as it is written, whatever YAML reads in it."""
    entry = record.entries.get(key)
    return str(entry.node.value) if entry is not None else str(record.value(key))


_FORMS = {
    "figid": "PMC id, '__', stem of filename",
    "pmcid": "'PMC' and digits",
    "filename": "letters, digits, '_', '.', '-', and '.jpg'",
    "image_filename": "letters, digits, '_', '.', '-', and '.jpg'",
    "year": "four digits or ''",
    "ndex": "a lower-case UUID or ''",
    "wpid": "'WP' and digits",
    "pmc_ranked_result_index": "digits",
    "entrez": "digits",
    "ncbi": "digits or ''",
}


@rule(
    "PF104",
    fix="safe",
    owns=(
        "*:const", "*:enum", "*:pattern", "*:minimum", "*:maximum", "*:minItems", "*:maxItems", "*:minLength", "*:maxLength",
    ),
    cue=Cue.FAILURE,
    bad=[
        Bad({"seo": "Creative Work"}, says="seo is 'Creative Work', want 'CreativeWork'", fixed={}, key="/seo"),
        Bad({"schema-jsonld/license": "CC-BY"}, says="want 'CC0'", fixed={}),
        Bad({"figtype": "Figur"}, says="nearest is 'Figure'", fixed={}),
        Bad({"pmcid": "9405586"}, says="pmcid is '9405586', want 'PMC' and digits"),
        Bad({"year": "22"}, says="want four digits or ''"),
        Bad({"automl_pathway": 1.5}, says="want at most 1"),
        Bad({"organisms": []}, says="organisms is an empty list, want at least 1 item"),
        Bad({"papertitle": ""}, says="papertitle is '', want some text"),
        Bad({"figid_alias": ""}, says="figid_alias is '', want some text", fixed={}),
        Bad({"ncbi": "9606a"}, kind=Kind.ORGANISM, says="want digits or ''"),
        Bad(text=("figtype: Figure\n", "figtype: Figure\n  - PTEN\n"), says="figtype is 'Figure' and more text that"),
        Bad({"figtype": "Supplemental figure redrawn"}, says="figtype is 'Supplemental figure' and more text"),
        Bad({"schema-jsonld/license": "CC0 Figure redrawn with permission"}, says="elsewhere: 'Figure redrawn with permission'"),
        Bad(text=("seo: CreativeWork\n", "seo: Creative\n  Work\n"), says="its further lines belong elsewhere"),
        Bad({"schema-jsonld/name": "Two " * 30 + "words"}, says="its further lines belong elsewhere"),
    ],
    good=[Good({"year": ""}), Good({"ndex": "d252d405-de8d-11ea-99da-0ac135e8bacf"}), Good({"schema-jsonld/keywords": []})],
)  # fmt: skip
def invalid_value(record: Record) -> Iterator[Finding]:
    """
    A value is of the right type, but not one that the format allows.

    Where only one value is allowed, as a constant or because other fields determine it, it is set; but not in the place of a
    text that runs on behind the right value or over several lines, as it does where a key was moved: it belongs elsewhere.
    """
    for violation in _failures(record, "PF104"):
        fix = None
        value = violation.wanted if violation.keyword == "const" else None
        if violation.keyword in ("enum", "minLength") and record.kind is not Kind.ORGANISM:
            value = derive.value(record, violation.key)
        if value is not None and judge.allows(record.kind, violation.key, value):
            fix = Fix(f"set it to {quote(value)}", (SetValue(violation.key, value),))
        message = f"{name_of(violation.key)} is {quote(violation.value)}, want {_allowed(violation)}"
        if isinstance(violation.value, str) and violation.keyword in ("const", "enum"):
            more = overrun(violation.value, [violation.wanted] if violation.keyword == "const" else violation.wanted)
            if more is not None:
                message, fix = said(violation.key, *more), None
            elif record.lines_of(violation.key) > 1:
                message, fix = f"{message}; its further lines belong elsewhere", None
        yield Finding(violation.key, message, fix=fix)


def _allowed(violation: Violation) -> str:
    """What a violation's keyword allows, with the nearest value of an enumeration."""
    wanted = violation.wanted
    if violation.keyword == "const":
        return quote(wanted)
    if violation.keyword == "enum":
        near = difflib.get_close_matches(str(violation.value), wanted, 1, 0.6)
        hint = f"; nearest is {quote(near[0])}" if near else ""
        return f"one of {', '.join(quote(value) for value in wanted)}{hint}"
    if violation.keyword == "pattern":
        return _FORMS.get(split(violation.key)[-1], str(wanted))
    if violation.keyword == "minLength":
        return "some text" if wanted == 1 else f"at least {wanted} characters"
    counts = {"minItems": "at least {} item", "maxItems": "at most {} items", "minimum": "at least {}", "maximum": "at most {}"}
    return counts.get(violation.keyword, violation.keyword + " {}").format(wanted)


_READ_AS = {"boolean": "true or false", "date": "a date", "symbol": "a symbol", "special value": "a special value"}


@rule(
    "PF105",
    fix="safe",
    owns=("*:scalar",),
    cue=Cue.FAILURE,
    bad=[
        Bad(text=("year: '2022'", "year: 2022"), says="YAML reads year as the number 2022", fixed={}, key="/year"),
        Bad(text=("- AKT1", "- On"), says="as true or false", fixed={"schema-jsonld/keywords": ["PTEN", "On", "Glucose"]}),
        Bad(text=("- AKT1", "- nO"), says="as true or false", fixed={"schema-jsonld/keywords": ["PTEN", "nO", "Glucose"]}),
        Bad(text=("- AKT1", "- 2001-1-4"), says="as a date", fixed={"schema-jsonld/keywords": ["PTEN", "2001-1-4", "Glucose"]}),
        Bad(text=("- AKT1", "- 12:30"), says="as the number", fixed={"schema-jsonld/keywords": ["PTEN", "12:30", "Glucose"]}),
        Bad(text=("- AKT1", "- 1,000"), says="as the number", fixed={"schema-jsonld/keywords": ["PTEN", "1,000", "Glucose"]}),
        Bad(text=("- AKT1", "- 2001-12-14"), says="a date", fixed={"schema-jsonld/keywords": ["PTEN", "2001-12-14", "Glucose"]}),
        Bad(text=("ncbi: '9606'", "ncbi: 09606"), kind=Kind.ORGANISM, says="as the number", fixed={"ncbi": "09606"}),
    ],
    good=[Good({"schema-jsonld/keywords": ["On", "NO", "1433", "12:30", "y", "2001-12-14"]})],
)  # fmt: skip
def unquoted_scalar(record: Record) -> Iterator[Finding]:
    """
    A text without quotes that YAML 1.1 reads as something else.

    `On`, `NO`, `0123`, `12:30`, `1_000`, `2001-12-14`: to Jekyll these are a boolean, numbers and a date, unless they are
    quoted. What was written is kept, in quotes.
    """
    for violation in _failures(record, "PF105"):
        text, value = _written(record, violation.key), violation.value
        kind = _READ_AS.get("boolean" if isinstance(value, bool) else getattr(value, "kind", ""))
        if kind is None:
            shown = "" if isinstance(value, Implicit) or str(value) == text else f", {quote(value)}"
            kind = f"the number {quote(text)[1:-1]}{shown}"
        yield Finding(
            violation.key,
            f"YAML reads {name_of(violation.key)} as {kind}; text that looks like that needs quotes",
            fix=Fix(f"write it as {quote(text)}", (SetValue(violation.key, text),)),
        )


_FOLLOWING = ("/figid_alias", "/redirect_from")  # never '', and made of other fields


@rule(
    "PF106",
    fix="safe",
    owns=("*:sentinel", "*:null"),
    cue=Cue.FAILURE,
    bad=[
        Bad({"doi": ".na.character"}, says="doi is '.na.character'", fixed={"doi": ""}, key="/doi"),
        Bad({"keywords": "NULL"}, says="stands for a missing value", fixed={"keywords": ""}),
        Bad(text=("publisher_name: MDPI", "publisher_name:"), says="publisher_name is empty", fixed={"publisher_name": ""}),
        Bad(text=("publisher_name: MDPI", "publisher_name: ~"), says="publisher_name is empty", fixed={"publisher_name": ""}),
        Bad({"schema-jsonld/keywords": ["PTEN", ".na.character"]}, says="item 2", fixed={"schema-jsonld/keywords": ["PTEN"]}),
        Bad({"caption": ".na.character", "schema-jsonld/description": ".na.character"}, says="caption is '.na.character'"),
        Bad({"organisms": [".na.character"]}, says="item 1"),
        Bad({"image": ".na.character"}, kind=Kind.ORGANISM, says="image", fixed={"image": ""}),
        Bad(text=("publisher_name: MDPI", "publisher_name: #1 Press"), says="empty, since '#1 Press' is a comment"),
        Bad({"figid_alias": ".na.character"}, says="figid_alias is '.na.character'", fixed={}),
        Bad({"figid": "PMC9405586_x", "figid_alias": ".na.character"}, name="PMC9405586_x", says="figid_alias", also=("PF104",)),
    ],
    good=[Good({"organisms": ["NA"]}), Good({"doi": "", "publisher_name": ""}), Good({"schema-jsonld/keywords": ["na", "Nan"]})],
)  # fmt: skip
def missing_value_sentinel(record: Record) -> Iterator[Finding]:
    """
    A missing value has leaked into the record.

    R writes `.na.character` and its kin where it has no text; an empty value and `~` are null to YAML. Where the
    format has `''` for unknown, that is set; an item of a list is dropped; elsewhere the value has to be found.
    """
    dropped: dict[str, int] = {}
    for violation in _failures(record, "PF106"):
        key, parent = violation.key, parent_of(violation.key)
        fix = None
        if key == "/schema-jsonld/description" and violation.value == record.value("/caption"):
            continue  # a true copy: what is wrong with the caption is said of the caption
        if split(key)[-1].isdecimal() and isinstance(holder := record.value(parent), list):
            dropped[parent] = dropped.get(parent, 0) + 1
            if judge.allows(record.kind, parent, []) or dropped[parent] < len(holder):
                fix = Fix("drop the item", (DropItem(key),))
        elif judge.allows(record.kind, key, ""):
            fix = Fix("set it to ''", (SetValue(key, ""),))
        elif key in _FOLLOWING and (value := derive.value(record, key)) is not None:
            fix = Fix(f"set it to {quote(value)}", (SetValue(key, value),))
        what = "empty" if violation.value is None else f"{quote(violation.value)}, which stands for a missing value"
        if violation.value is None and (rest := cut_off(record, key)):
            what, fix = f"empty, since {quote(rest)} is a comment; put quotes round the text", None
        yield Finding(key, f"{name_of(key)} is {what}", fix=fix)


@rule(
    "PF107",
    severity="warning",
    fix="safe",
    owns=("*:uniqueItems",),
    cue=Cue.FAILURE,
    bad=[
        Bad({"schema-jsonld/keywords": ["PTEN", "AKT1", "PTEN"]}, says="'PTEN' stands twice",
            fixed={"schema-jsonld/keywords": ["PTEN", "AKT1"]}, key="/schema-jsonld/keywords/2"),
        Bad({"organisms": ["Homo sapiens", "Homo sapiens"]}, says="stands twice", fixed={"organisms": ["Homo sapiens"]}),
        Bad({"keywords": ["bone", "bone"]}, kind=Kind.FETCHED, says="stands twice", fixed={"keywords": ["bone"]}),
    ],
    good=[Good({"schema-jsonld/keywords": ["ATM", "Atm"]})],
)  # fmt: skip
def duplicate_item(record: Record) -> Iterator[Finding]:
    """
    An item stands more than once in a list.

    Only items that are equal to the letter count: ATM and Atm are genes of two organisms. The first stays.
    """
    for violation in _failures(record, "PF107"):
        if violation.key == "/organisms" and lacks_ner(record):
            continue  # what the two lists share is in one of them
        first: dict[Any, int] = {}
        for index, item in enumerate(violation.value):
            if not isinstance(item, str):
                continue
            key = join(violation.key, index)
            if key in record.invalid:
                continue
            if item in first:
                yield Finding(
                    key,
                    f"{quote(item)} stands twice in {name_of(violation.key)}",
                    fix=Fix("drop the later one", (DropItem(key),)),
                    related=(Related(join(violation.key, first[item]), "first here"),),
                )
            else:
                first[item] = index


@rule(
    "PF108",
    severity="warning",
    default=False,
    kinds=frozenset({Kind.FIGURE_2021}),
    bad=[Bad(kind=Kind.FIGURE_2021, says="2021 dialect")],
)
def old_dialect(record: Record) -> Iterator[Finding]:
    """
    The record is written in the dialect of 2021.

    It is recognised by `pathway_score` or `genes`. Both dialects are checked; this rule only says which files are
    still in the older one.
    """
    key = "/pathway_score" if record.value("/pathway_score") is not None else "/genes"
    yield Finding(key, "the record is in the 2021 dialect", on_key=True)
