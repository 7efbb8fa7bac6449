"""PF0: is the file one readable mapping? Waivers inside the file do not reach these rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Finding, Fix, Span, TextEdit
from pfocr_lint.lazy_import import LazyModule, expression
from pfocr_lint.record.characters import SEPARATORS
from pfocr_lint.record.document import Record
from pfocr_lint.rules.declaration import Bad, Good, Trigger, rule
from pfocr_lint.schema.kinds import MAPPINGS, Kind

if TYPE_CHECKING:
    from pfocr_lint.record import repair
else:
    repair = LazyModule("pfocr_lint.record.repair")

ALL = MAPPINGS | {Kind.TABLE}

_SEPARATORS = f"\x0b\x0c{SEPARATORS}"

# Texts of the clean record in the examples.
_TITLE = "Properties of Leukemic Stem Cells in Regulating Drug Resistance"
_CAPTION = "Type #2 stromal cellular signaling facilitates leukemic stem cell (LSC) survival, quiescence, and drug resistance."

_PART = expression(r"[ ]*(?:- |['\"]?@?[A-Za-z_-]+['\"]?:|#|$|\n|\Z)")  # what may begin a line of its own

_REMOVE = "replace separators by a space, remove other control characters"

# Removing the second half of a letter that was read in the wrong encoding would hide that (PF308).
_MOJIBAKE = expression("[\u00c2-\u00f4][\u00a0-\u00bf]?[\u0080-\u009f]")


def _with_repair(record: Record, finding: Finding) -> Finding:
    """The finding on a record that YAML cannot read, with the fix of all its broken entries, and the place of each."""
    found = repair.repaired(record)
    if found is None:
        return finding
    return replace(finding, fix=found.fix, related=(*finding.related, *repair.others(record, found, finding.at)))


def _faults(record: Record, code: str) -> Iterator[Finding]:
    for fault in record.faults:
        if fault.code == code:
            yield Finding(None, fault.message, at=fault.span, fix=fault.fix, related=fault.related, compared=fault.compared)


@rule("PF001", kinds=ALL | {Kind.UNKNOWN}, waivable=False, trigger=Trigger.FORM)
def unreadable_file(record: Record) -> Iterator[Finding]:
    """
    The file cannot be opened.

    It does not exist, its permissions forbid reading it, it is not a regular file, or it is a link that leads out of the
    repository.
    """
    yield from _faults(record, "PF001")


@rule(
    "PF002",
    kinds=ALL,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[Bad(text=("publisher_name: MDPI", "publisher_name: MD\0PI"), message="NUL")],
    good=[Good({"figtitle": "Rôle of the μ-subunit in signalling"})],
)
def invalid_utf_8(record: Record) -> Iterator[Finding]:
    """
    The file is not UTF-8 text.

    A byte belongs to no UTF-8 character, or is NUL. The message names the byte, counted from 1. Editors that save in another
    encoding cause this: open the file in that encoding and save it as UTF-8.
    """
    yield from _faults(record, "PF002")


@rule(
    "PF003",
    fix="safe",
    kinds=ALL,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[Bad(text=("---\nfigid", "\ufeff---\nfigid"), message="byte order mark", fixed={})],
    good=[Good()],
)
def byte_order_mark(record: Record) -> Iterator[Finding]:
    """
    The file begins with a byte order mark.

    The site expects `---` in the very first byte of the file, and some of its readers do not skip the mark.
    """
    for finding in _faults(record, "PF003"):
        edits = tuple(change for change in finding.fix.changes if isinstance(change, TextEdit)) if finding.fix is not None else ()
        legible = record.data is not None or record.kind is Kind.TABLE or repair.edited(record, edits).data is not None
        yield finding if legible else replace(finding, fix=None)


@rule(
    "PF004",
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("---\nfigid", "figid"), message="want the opening fence '---'"),
        Bad(text=("---\nfigid", "\n---\nfigid"), message="the first line is ''"),
        Bad(
            text=("WikiPathways\n  keywords:\n  - PTEN\n  - AKT1\n  - Glucose\n---\n", "WikiPathways\n"), message="closing fence"
        ),
        Bad(text=("- Glucose\n---\n", "- Glucose\n---\n\nSee also: F2\n"), message="after the closing fence"),
        Bad(text=("- Glucose\n---\n", "- Glucose\n...\n"), message="'...' closes the front matter"),
    ],
    good=[Good()],
)
def broken_fence(record: Record) -> Iterator[Finding]:
    """
    The front matter is not fenced by `---` lines.

    A record is `---`, a YAML mapping, `---`, and nothing else. Without the first fence in the first byte the site shows no
    page. Text behind the second fence appears above the figure.
    """
    yield from _faults(record, "PF004")


@rule(
    "PF005",
    fix="safe or unsafe",
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(
            text=("figtitle: Properties", "figtitle: Review: Properties"),
            message="the text of 'figtitle' holds ': '; put single quotes",
            fixed={"figtitle": f"Review: {_TITLE}"},
        ),
        Bad(text=("pmcid: PMC9405586", "\tpmcid: PMC9405586"), message="a tab", fixed={}),
        Bad(
            text=("publisher_name: MDPI", "publisher_name: 'MDPI"),
            message="opened here and never closed",
            unsafe=True,
            fixed={"publisher_name": "'MDPI"},
        ),
        Bad(
            text=("publisher_name: MDPI", "publisher_name: 'L'Oréal'"),
            message="a single quote inside single quotes must be doubled",
            unsafe=True,
            fixed={"publisher_name": "L'Oréal"},
        ),
        Bad(
            text=("publisher_name: MDPI", "publisher_name: @MDPI"),
            message="text that begins with '@' needs single quotes",
            fixed={"publisher_name": "@MDPI"},
        ),
        Bad(text=("number: F1\n", "number: F1\nand more\n"), message="neither 'key: value' nor indented text"),
        Bad(
            text=("- Mus", "  - Mus"),
            message="'- Mus musculus' is indented too far: YAML reads it as part of the item above",
            unsafe=True,
            fixed={},
        ),
        Bad(text=("- Mus", "Mus"), message="'Mus musculus' is in the list 'organisms' without '- ' in front", fixed={}),
        Bad(text=("- Mus", "-Mus"), message="a space is missing behind the dash of '-Mus musculus'", fixed={}),
        Bad(text=("- Mus", "– Mus"), message="begins with '–' (U+2013), where YAML wants a hyphen", unsafe=True, fixed={}),
        Bad(text=("year: '2022'", "year:'2022'"), message="a space is missing behind 'year:'", fixed={}),
        Bad(
            text=("\n  quiescence, and drug resistance.\npaper", "\nquiescence, and drug resistance.\npaper"),
            message="the line 'quiescence, and drug resistance.' continues 'caption' and is not indented",
            fixed={},
        ),
        Bad(
            text=("papertitle: P", "papertitle: - P"),
            message="the text of 'papertitle' begins with '- '; put single quotes",
            fixed={"papertitle": f"- {_TITLE} in Acute and Chronic Myeloid Leukemias."},
        ),
        Bad(
            text=("figtitle: Prop", "figtitle: “A: B” prop"),
            message="YAML does not read “ and ” as quotes; put straight single quotes",
            unsafe=True,
            fixed={"figtitle": f"“A: B” p{_TITLE[1:]}"},
        ),
        Bad(text=("number: F1\n", " number: F1\n"), message="'number' is indented by 1 space, want 0"),
        Bad(text=("    name: WikiPathways\n", "     name: WikiPathways\n"), message="'name' is indented by 5 spaces, want 4"),
        Bad(
            text=("schema-jsonld:\n", ""),
            message="'@context' belongs to 'schema-jsonld', but the line 'schema-jsonld:' is missing",
        ),
        Bad(
            text=("figtitle: Prop", "figtitle: & Prop"),
            message="text that begins with '&' needs single quotes round it",
            fixed={"figtitle": f"& {_TITLE}"},
        ),
        Bad(
            text=("  license: CC0\n  name: Cr", "    license: CC0\n    name: Cr"),
            message="'license' is indented by 4 spaces, want 2",
        ),
        Bad(
            text=("year: '2022'\ndoi", "year: '2022' doi"),
            message="'doi' is on the line of 'year'; put it on a line of its own",
        ),
        Bad(text=("year: '2022'", "year: '2022',"), message="there is a comma after a quoted text"),
        Bad(
            text=("caption: Stromal", "caption: Type #2 stromal"),
            message="is a comment in the middle of a text; put single quotes",
            unsafe=True,
            fixed=dict.fromkeys(("caption", "schema-jsonld/description"), _CAPTION),
        ),
        Bad(
            text=(
                "LSC) survival,\n  quiescence, and drug resistance.\npaper",
                "LSC) survival,\n# checked\n  quiescence, and drug resistance.\npaper",
            ),
            message="move it above the line of the text's key",
        ),
        Bad(text=("number: F1\n", "<<<<<<< HEAD\nnumber: F1\n"), message="'<<<<<<< HEAD' was left here by a merge"),
        Bad(
            text=("keywords:\n- osteoblasts\n- metabolism\n", "keywords:\n~\n"),
            kind=Kind.FETCHED,
            message="write an empty 'keywords:' as 'keywords: []'",
            fixed={"keywords": []},
        ),
    ],
    good=[Good({"figtitle": "Review: Properties of Leukemic Stem Cells"})],
)
def yaml_syntax_error(record: Record) -> Iterator[Finding]:
    """
    The front matter is not YAML, or not a mapping.

    The site loses the page. The usual causes: an unquoted text with `: ` or ` #` in it, a tab, a quote that is never closed,
    a quote inside quoted text that is not doubled, a line with too much or too little indentation, a bare `~` on its own
    line. Use single quotes: between double quotes a backslash makes a control character of the letter behind it. Curly quotes
    (`“ ”`) are no quotes to YAML.

    **What is fixed.** A text that YAML cannot read is written as it was typed, in quotes: a title with `: ` in it, one that
    begins with a sign of YAML (`[ ] { } @ % * & ! | > # ? , -` or a backtick), one with a quote too many. A missing dash, space
    or indentation is added, a tab in front of a line becomes spaces, and a bare `~` below `keywords:` becomes `[]`. A fix is
    offered only if the record can then be read, every other entry has the value that it has when it is read alone, and
    everything that was typed is there.

    *Safely*, where one entry is broken, it is clear where its text ends, and every character of it is kept: `figtitle: The role
    of p53: a key regulator`.

    *Unsafely*, where a person has to look. Two entries are broken. Or a line below the text is not indented, so that it may be
    a note. Or a quote may have been meant for YAML: `'Wilson's disease'` loses its outer quotes, `"Warburg" effect` keeps its
    quotes, and a quote that is never closed is kept. Or ` #` may begin a comment: it is kept as a part of the text. Or a
    character is replaced (a long dash by a hyphen).

    *Not at all*, where a key may be a part of the broken text (`number: F1 caption: …`), the value has a form that the text
    does not have (a year, a doi), or a comment would be lost.

    **The other findings** are those of the record as the fix would leave it, so that one look shows all. Nothing is reported
    for a value that the fix only guesses. `--fix` quotes first, and fixes the others in its next round.
    """
    for fault, finding in zip((each for each in record.faults if each.code == "PF005"), _faults(record, "PF005"), strict=True):
        if fault.key is not None:
            yield replace(finding, fix=repair.parted(record, fault.key))
        else:
            yield _with_repair(record, finding)


@rule(
    "PF006",
    fix="safe",
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("number: F1\n", "number: F1\nnumber: F1\n"), message="appears twice, with the same value", fixed={}),
        Bad(text=("publisher_name: MDPI\n", "publisher_name: Elsevier\npublisher_name: MDPI\n"), message="another value"),
        Bad(text=("  license: CC0\n", "  license: CC0\n  license: CC0\n"), message="'license' appears twice", fixed={}),
        Bad(
            text=("organisms:\n", "organisms:\n- Homo sapiens\n- Mus musculus\norganisms:\n# the mouse is new\n"),
            message="'organisms' appears twice, with the same value",
        ),
    ],
    good=[Good()],
)
def duplicate_key(record: Record) -> Iterator[Finding]:
    """
    A key appears twice in one mapping.

    Readers silently keep the last value. If both values are equal, the second is removed, unless a comment would be lost with
    it. If they differ, a person has to choose.
    """
    for finding in _faults(record, "PF006"):
        places = (finding.at, *(place.at for place in finding.related))
        if any(record.is_torn(place.start) for place in places if place is not None):
            continue  # it is part of a text that a separator tears (PF010)
        edits = [change for change in finding.fix.changes if isinstance(change, TextEdit)] if finding.fix is not None else []
        lost = any(edit.start <= comment.start < edit.end for edit in edits for comment in record.comments)
        yield replace(finding, fix=None) if lost else finding


@rule(
    "PF007",
    fix="safe or unsafe",
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("publisher_name: MDPI", "publisher_name: &p MDPI"), message="an anchor", fixed={"publisher_name": "&p MDPI"}),
        Bad(
            text=("publisher_name: MDPI", "publisher_name: !!str MDPI"),
            message="a tag",
            unsafe=True,
            fixed={"publisher_name": "!!str MDPI"},
        ),
        Bad(text=("publisher_name: MDPI", "publisher_name: *p"), message="alias", fixed={"publisher_name": "*p"}),
        Bad(text=("publisher_name: MDPI\n", "? publisher_name\n: MDPI\n"), message="not plain text"),
        Bad(text=("publisher_name: MDPI\n", "publisher_name: MDPI\non: MDPI\n"), message="does not read the key 'on' as text"),
        Bad(text=("creator:\n", "creator:\n    <<: {}\n"), message="'<<' merges"),
        Bad(text=("publisher_name: MDPI\n", "publisher_name: MDPI\n--- x\n"), message="several YAML documents"),
    ],
    good=[Good({"publisher_name": "*MDPI & Co!"})],
)
def yaml_feature(record: Record) -> Iterator[Finding]:
    """
    The front matter uses more of YAML than plain data needs.

    Anchors, aliases, tags, merge keys, keys that are not text and several documents mean different things to different
    readers, and can hide content.

    A text that begins with `&`, `*` or `!` is read as one of these. It is put into single quotes as PF005 does it. The fix is
    safe where only one entry is concerned and the text is no tag of YAML itself (`!!str`). All else needs a person.
    """
    for finding in _faults(record, "PF007"):
        yield _with_repair(record, finding)


@rule(
    "PF008",
    kinds=ALL,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("publisher_name: MDPI", "publisher_name: " + "[" * 30 + "]" * 30), message="20 levels"),
        Bad(text=("publisher_name: MDPI", "publisher_name: [" + "a, " * 20_000 + "a]"), message="20,000 values"),
    ],
    good=[Good()],
)
def over_limit(record: Record) -> Iterator[Finding]:
    """
    The file is larger than any record.

    It has more than 1 MiB, more than 20 levels of nesting or more than 20,000 values. The pipeline writes nothing as large,
    and readers slow down or crash.
    """
    yield from _faults(record, "PF008")


@rule(
    "PF009",
    severity="warning",
    fix="safe",
    kinds=ALL,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("number: F1\n", "number: F1\r\n"), message="1 line ends in CR LF", fixed={}),
        Bad(text=("number: F1\n", "number: F1\r"), message="1 line ends in a lone CR", fixed={}),
        Bad(text=("- Glucose\n---\n", "- Glucose\n---"), message="no final line break", fixed={}),
    ],
    good=[Good()],
)
def line_ending(record: Record) -> Iterator[Finding]:
    """
    Lines do not end in a single LF.

    The pipeline ends every line in LF, the last one too. Other line ends, which some editors on Windows write, make every
    line of the file appear changed.

    CR LF is not reported where Git stores LF and only the work tree has CR LF, as on Windows (`core.autocrlf`, the attribute
    `eol`). `git ls-files --eol` shows it as `i/lf`. A fix keeps the line ends of such a file.
    """
    text = record.text
    pairs = text.count("\r\n")
    counts = {"CR LF": pairs, "a lone CR": text.count("\r") - pairs}
    ends = [f"{n:,} line{'s end' if n > 1 else ' ends'} in {name}" for name, n in counts.items() if n]
    edits, first = [], None
    if ends:
        start, stop = text.index("\r"), text.rindex("\r") + 1
        stop += text.startswith("\n", stop)
        edits.append(TextEdit(start, stop, text[start:stop].replace("\r\n", "\n").replace("\r", "\n")))
        first = Span(start, start + 1 + text.startswith("\r\n", start))
    if text and not text.endswith(("\n", "\r")):
        ends.append("there is no final line break")
        edits.append(TextEdit(len(text), len(text), "\n"))
        first = Span(len(text), len(text)) if first is None else first
    if first is not None:
        message = f"{' and '.join(ends)}, where every line ends in LF"
        yield Finding(None, message, at=first, fix=Fix("end every line in LF", tuple(edits)))
