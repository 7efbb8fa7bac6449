"""PF1: does each field fit the schema?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pfocr_lint.diagnostic import AddKey, DropItem, Finding, Fix, Related, RenameKey, Safety, SetValue
from pfocr_lint.lazy_import import difflib
from pfocr_lint.pointer import join, name_of, parent_of, split
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.document import Record
from pfocr_lint.record.list_items import DASH, MARK, SEVERAL
from pfocr_lint.record.values import Values
from pfocr_lint.rules import missing_spaces
from pfocr_lint.rules.declaration import MISSING, Bad, Good, Trigger, rule
from pfocr_lint.rules.value_ends import doubled_keys, overrun, said
from pfocr_lint.schema import validator
from pfocr_lint.schema.implicit import Implicit
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.schema.validator import Violation

MANY = 50  # of so many unknown keys none is a misspelling


def failures_of(record: Values, code: str) -> tuple[Violation, ...]:
    """The schema failures of a record that a rule reports."""
    return tuple(record.failures.get(code, ()))


def lacks_ner(record: Values) -> bool:
    """Whether the line ``organisms_ner:`` went: its items then stand among the organisms, and only PF101 speaks."""
    return any(violation.key == "/organisms_ner" for violation in failures_of(record, "PF101"))


def _siblings(violation: Violation, violations: Iterable[Violation]) -> list[str]:
    """The last tokens of the violations in the same mapping."""
    return [split(v.key)[-1] for v in violations if parent_of(v.key) == parent_of(violation.key)]


def near_missing(record: Values, unknown: Violation) -> str | None:
    """The one missing key that this unknown key, and no other, is a misspelling of; None when there is none."""
    near = _near(record, unknown)
    if near is None:
        return None
    others = (v for v in failures_of(record, "PF102") if v is not unknown and parent_of(v.key) == parent_of(unknown.key))
    return None if any(_near(record, each) == near for each in others) else near


def _near(record: Values, unknown: Violation) -> str | None:
    if len(failures_of(record, "PF102")) > MANY:
        return None
    missing = _siblings(unknown, failures_of(record, "PF101"))
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
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"figid_alias": MISSING}, message="figid_alias is missing", fixed={}, key="/figid_alias"),
        Bad({"redirect_from": MISSING}, message="redirect_from is missing", fixed={}),
        Bad({"figtype": MISSING}, message="figtype is missing", fixed={}),
        Bad({"ndex": MISSING}, message="ndex is missing", fixed={}),
        Bad({"schema-jsonld/description": MISSING}, message="schema-jsonld/description is missing", fixed={}),
        Bad({"schema-jsonld/creator": MISSING}, message="schema-jsonld/creator is missing", fixed={}),
        Bad({"caption": MISSING}, message="caption is missing"),
        Bad({"doi": MISSING}, message="doi is missing"),
        Bad({"latin": MISSING}, kind=Kind.ORGANISM, message="latin is missing"),
        Bad({"organisms_ner": ["NA", "Mus musculus"]}, text=("organisms_ner:\n", ""), message="organisms_ner is missing"),
        Bad(
            {"chemicals": [{"word": "PLGA", "source": "MESH", "identifier": "C043435"}]},
            text=("chemicals:\n", ""),
            kind=Kind.FIGURE_2021,
            message="chemicals is missing",
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

    A key that is constant, or that follows from other fields, is added at its place in the format's order. Any other value
    has to come from the paper.
    """
    taken = {join(parent_of(v.key), near) for v in failures_of(record, "PF102") if (near := near_missing(record, v))}
    for violation in failures_of(record, "PF101"):
        if violation.key in taken:
            continue
        value = derived.value(record, violation.key)
        fix = None
        if value is not None and validator.allows(record.kind, violation.key, value):
            fix = Fix(f"add {name_of(violation.key)} with {quote(value)}", (AddKey(violation.key, value),))
        yield Finding(violation.key, f"{name_of(violation.key)} is missing", fix=fix)


@rule(
    "PF102",
    fix="unsafe",
    owns=("*:additionalProperties",),
    trigger=Trigger.FAILURE,
    bad=[
        Bad(text=("figtitle:", "fig_title:"), message="unknown key 'fig_title'; did you mean 'figtitle'?", unsafe=True, fixed={},
            key="/fig_title"),
        Bad(text=("publisher_name: MDPI\n", "publisher: |- # the\n  MDPI\n"), message="'publisher_name'", unsafe=True,
            fixed="publisher_name: |- # the\n  MDPI\n"),
        Bad({"comment": "checked"}, message="unknown key 'comment'"),
        Bad(text=("publisher_name: MDPI", "publisher_name:'The Review: MDPI'"), unsafe=True,
            message="a space is missing behind 'publisher_name:'", fixed="publisher_name: 'The Review: MDPI'"),
        Bad(text=("publisher_name: MDPI", "publisher_name:The Review: MDPI"),
            message="a space is missing behind 'publisher_name:'"),
        Bad({"schema-jsonld/publisher": "WikiPathways"}, message="unknown key 'publisher' in schema-jsonld"),
    ],
    good=[Good({"wpid": "WP5283"})],
)  # fmt: skip
def unknown_key(record: Record) -> Iterator[Finding]:
    """
    The format has no such key.

    If the name is close to exactly one missing key, it counts as a misspelling of that key. Otherwise the message names the
    closest key of the format, if there is one.
    """
    for violation in failures_of(record, "PF102"):
        if not record.canonical and record.is_torn(record.span(violation.key, on_key=True).start):
            continue  # it is part of a text that a separator tears (PF010)
        parent, name = parent_of(violation.key), split(violation.key)[-1]
        missing = near_missing(record, violation)
        few = len(failures_of(record, "PF102")) <= MANY
        near = [missing] if missing else [] if not few else difflib.get_close_matches(name, violation.wanted, 1, 0.75)
        where = f" in {name_of(parent)}" if parent else ""
        glued = missing is not None and name.startswith(f"{missing}:")
        hint = f"; did you mean {quote(near[0])}?" if near else ""
        fix = None
        if missing and glued:
            hint, fix = f"; a space is missing behind '{missing}:'", missing_spaces.after_colon(record, violation.key, missing)
        elif missing:
            fix = Fix(f"rename it to {missing}", (RenameKey(violation.key, missing),), Safety.UNSAFE)
        if fix is not None and _holds_doubled(record, violation.key):
            fix = None  # which of two values is meant is decided first (PF006)
        yield Finding(violation.key, f"unknown key {quote(name)}{where}{hint}", fix=fix, on_key=True)


def _holds_doubled(record: Record, key: str) -> bool:
    """Whether a key stands twice, or another does in its block."""
    doubled = doubled_keys(record)
    start, end = (record.span(key, on_key=True).start, record.span(key).end) if doubled else (0, 0)
    return any(start <= place.start <= end for place in doubled)


# What to do about several organisms in one text.
ONE_PER_LINE = "write one organism per line, each beginning with '- '"
_WANTED = {"array": "a list", "object": "a mapping", "number": "a number", "string": "text"}


@rule(
    "PF103",
    fix="safe",
    owns=("*:type",),
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"organisms": "Homo sapiens"}, message="organisms is 'Homo sapiens', want a list",
            fixed={"organisms": ["Homo sapiens"]}),
        Bad({"organisms": "Homo sapiens, Mus musculus"}, kind=Kind.FIGURE_2021, message="want a list; write one organism"),
        Bad(
            {"organisms": "Homo sapiens, Mus musculus"},
            message="is 'Homo sapiens, Mus musculus', want a list; write one organism per line, each beginning with '- '",
        ),
        Bad({"organisms": "Homo sapiens and Mus musculus"}, message="want a list"),
        Bad({"organisms": "Homo sapiens + Mus musculus"}, message="want a list"),
        Bad({"organisms": "Homo sapiens & Mus musculus"}, message="want a list"),
        Bad({"schema-jsonld/keywords": "AKT1,PTEN"}, message="want a list"),
        Bad({"schema-jsonld/keywords": "AKT1/PTEN"}, message="want a list"),
        Bad({"organisms": "-Homo sapiens"}, message="want a list; a space is missing behind the dash",
            fixed={"organisms": ["Homo sapiens"]}),
        Bad(text=("organisms:\n- Homo sapiens\n- Mus", "organisms:\n  -Homo sapiens\n  -Mus"), message="want a list", fixed={}),
        Bad(text=("organisms:\n- Homo sapiens\n- Mus", "organisms:\n  Homo sapiens\n  Mus"), message="want a list"),
        Bad({"schema-jsonld/keywords": "Na+/K+-ATPase"},
            message="want a list", fixed={"schema-jsonld/keywords": ["Na+/K+-ATPase"]}),
        Bad({"schema-jsonld/keywords": "2,3-DPG"}, message="want a list", fixed={"schema-jsonld/keywords": ["2,3-DPG"]}),
        Bad({"year": ["2022"]}, message="year is a list, want text"),
        Bad({"automl_pathway": "high"}, message="automl_pathway is 'high', want a number"),
    ],
    good=[
        Good({"organisms": ["Homo sapiens"]}), Good({"automl_pathway": 1}),
        Good({"organisms": "Homo sapiens"}, kind=Kind.FIGURE_2021),
    ],
)  # fmt: skip
def wrong_type(record: Record) -> Iterator[Finding]:
    """
    A value has the wrong type.

    R has no list of one item, so a script that reads and rewrites a file turns `- Homo sapiens` into plain text. The fix
    makes it a list again, unless a comma, an `and` or a second line shows that it may be several items. Other wrong types
    need a person. In the 2021 dialect the organisms may be one name as plain text, because the site reads both.
    """
    for violation in failures_of(record, "PF103"):
        value, fix, hint = violation.value, None, ""
        if violation.wanted == "array" and isinstance(value, (str, int, float, Implicit)) and str(value).strip():
            item = written(record, violation.key)
            several = record.lines_of(violation.key) > 1 or SEVERAL.search(item)
            if validator.allows(record.kind, violation.key, [item]) and not several:
                fix = Fix("make it a list of one item", (SetValue(violation.key, [item]),))
            elif several and name_of(violation.key).startswith("organisms"):
                hint = f"; {ONE_PER_LINE}"
        wanted = _WANTED.get(str(violation.wanted), str(violation.wanted))
        if violation.wanted == "array" and isinstance(value, str) and (mark := MARK.match(value)):
            hint, fix = f"; an item begins with a hyphen and a space, not with {quote(mark[0].strip())}", None
        elif violation.wanted == "array" and isinstance(value, str) and DASH.match(value):
            hint, fix = "; a space is missing behind the dash", missing_spaces.after_dashes(record, violation.key)
        yield Finding(violation.key, f"{name_of(violation.key)} is {quote(value)}, want {wanted}{hint}", fix=fix)


def written(record: Record, key: str) -> str:
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
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"seo": "Creative Work"}, message="seo is 'Creative Work', want 'CreativeWork'", fixed={}, key="/seo"),
        Bad({"schema-jsonld/license": "CC-BY"}, message="want 'CC0'", fixed={}),
        Bad({"figtype": "Figur"}, message="did you mean 'Figure'?", fixed={}),
        Bad({"pmcid": "9405586"}, message="pmcid is '9405586', want 'PMC' and digits"),
        Bad({"year": "22"}, message="want four digits or ''"),
        Bad({"automl_pathway": 1.5}, message="want at most 1"),
        Bad({"organisms": []}, message="organisms is an empty list, want at least 1 item"),
        Bad({"papertitle": ""}, message="papertitle is '', want some text"),
        Bad({"figid_alias": ""}, message="figid_alias is '', want some text", fixed={}),
        Bad({"ncbi": "9606a"}, kind=Kind.ORGANISM, message="want digits or ''"),
        Bad(text=("figtype: Figure\n", "figtype: Figure\n  - PTEN\n"), message="figtype is 'Figure' and more text that"),
        Bad({"figtype": "Supplemental figure redrawn"}, message="figtype is 'Supplemental figure' and more text"),
        Bad({"schema-jsonld/license": "CC0 Figure redrawn with permission"},
            message="elsewhere: 'Figure redrawn with permission'"),
        Bad(text=("seo: CreativeWork\n", "seo: Creative\n  Work\n"), message="its further lines belong elsewhere"),
        Bad({"schema-jsonld/name": "Two " * 30 + "words"}, message="its further lines belong elsewhere"),
    ],
    good=[Good({"year": ""}), Good({"ndex": "d252d405-de8d-11ea-99da-0ac135e8bacf"}), Good({"schema-jsonld/keywords": []})],
)  # fmt: skip
def invalid_value(record: Record) -> Iterator[Finding]:
    """
    A value has the right type, but the format does not allow it.

    If only one value is allowed, as a constant or because other fields determine it, the fix sets it. It does not replace a
    right value with more text behind it, or a value on several lines, as after a moved key: that text belongs elsewhere.
    """
    for violation in failures_of(record, "PF104"):
        fix = None
        value = violation.wanted if violation.keyword == "const" else None
        if violation.keyword in ("enum", "minLength") and record.kind is not Kind.ORGANISM:
            value = derived.value(record, violation.key)
        if value is not None and validator.allows(record.kind, violation.key, value):
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
        hint = f"; did you mean {quote(near[0])}?" if near else ""
        return f"one of {', '.join(quote(value) for value in wanted)}{hint}"
    if violation.keyword == "pattern":
        return _FORMS.get(split(violation.key)[-1], str(wanted))
    if violation.keyword == "minLength":
        return "some text" if wanted == 1 else f"at least {wanted} characters"
    counts = {"minItems": "at least {} item", "maxItems": "at most {} items", "minimum": "at least {}", "maximum": "at most {}"}
    return counts.get(violation.keyword, violation.keyword + " {}").format(wanted)


@rule(
    "PF107",
    severity="warning",
    fix="safe",
    owns=("*:uniqueItems",),
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"schema-jsonld/keywords": ["PTEN", "AKT1", "PTEN"]}, message="'PTEN' appears twice",
            fixed={"schema-jsonld/keywords": ["PTEN", "AKT1"]}, key="/schema-jsonld/keywords/2"),
        Bad({"organisms": ["Homo sapiens", "Homo sapiens"]}, message="appears twice", fixed={"organisms": ["Homo sapiens"]}),
        Bad({"keywords": ["bone", "bone"]}, kind=Kind.FETCHED, message="appears twice", fixed={"keywords": ["bone"]}),
    ],
    good=[Good({"schema-jsonld/keywords": ["ATM", "Atm"]})],
)  # fmt: skip
def duplicate_item(record: Record) -> Iterator[Finding]:
    """
    An item appears more than once in a list.

    Only identical items count: ATM and Atm are genes of two organisms. The first one stays.
    """
    for violation in failures_of(record, "PF107"):
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
                    f"{quote(item)} appears twice in {name_of(violation.key)}",
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
    bad=[Bad(kind=Kind.FIGURE_2021, message="2021 dialect")],
)
def old_dialect(record: Values) -> Iterator[Finding]:
    """
    The record is written in the dialect of 2021.

    Its keys `pathway_score` or `genes` show it. Both dialects are checked; this rule only lists the files that are still in
    the older one.
    """
    key = "/pathway_score" if record.value("/pathway_score") is not None else "/genes"
    yield Finding(key, "the record is in the 2021 dialect", on_key=True)
