"""PF005 reports the missing character at its place; its fix gives the intended bytes."""

from __future__ import annotations

import random
import re

import pytest
from conftest import clean_text, fault_of, real_records
from hypothesis import given
from hypothesis import strategies as st

from pfocr_lint.diagnostic import Fix, Safety, TextEdit
from pfocr_lint.linter import checker, fixer
from pfocr_lint.record import repair
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings

PATHS = {
    Kind.FIGURE: "_figures/PMC9405586__biomedicines-10-01841-g001.md",
    Kind.FIGURE_2021: "_figures/PMC9405586__biomedicines-10-01841-g001.md",
    Kind.FETCHED: "figures/PMC10003241__ijms-24-04893-g003.yml",
    Kind.ORGANISM: "_organisms/homo_sapiens.md",
}
PATH = PATHS[Kind.FIGURE]
ONLY = Settings(selections=(Selection(select=("PF005",)),))
ROUND = "put single quotes round the whole text"
CURLY = "put straight single quotes ('...') round the whole text"
CAPTION = (
    "caption: Stromal cellular signaling facilitates leukemic stem cell (LSC) survival,\n  quiescence, and drug resistance.\n"
)
BELOW = "survival,\n    quiescence, and drug resistance.\n"


def broken(old: str, new: str, kind: Kind = Kind.FIGURE) -> str:
    """The clean record with its only ``old`` replaced."""
    text = clean_text(kind)
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in the record"
    return text.replace(old, new)


# (old, new, line, message): the message names the value by its key and its first line
NAMED = [
    # a colon, in any line of the text
    ("survival,\n  quiescence,", "survival,\n  quiescence: rest,", 14, f"the text of 'caption' (it begins on line 13) holds ': '; {ROUND}"),
    (BELOW, BELOW.replace("quiescence,", "quiescence: x"), 35, f"the text of 'schema-jsonld/description' (it begins on line 34) holds ': '; {ROUND}"),
    ("in Acute\n  and", "in Acute\n  note: and", 16, f"the text of 'papertitle' (it begins on line 15) holds ': '; {ROUND}"),
    ("reftext: Xingjian Zhai, et al. ", "reftext: Xingjian Zhai,\n  et al: ", 18, f"the text of 'reftext' (it begins on line 17) holds ': '; {ROUND}"),
    ("reftext: Xingjian", "reftext:\n  Xingjian: x: y", 18, f"the text of 'reftext' (it begins on line 17) holds ': '; {ROUND}"),
    ("caption: Stromal", "caption: Model: stromal", 13, f"the text of 'caption' holds ': '; {ROUND}"),
    ("survival,\n  quiescence,", "survival,\n\n  quiescence: rest,", 15, f"the text of 'caption' (it begins on line 13) holds ': '; {ROUND}"),
    ("survival,\n  quiescence,", "survival,\n  rest\n  Notes: rest,", 15, f"the text of 'caption' (it begins on line 13) holds ': '; {ROUND}"),
    ("- Mus musculus", "- Mus musculus: a: b", 6, f"the text of item 2 of 'organisms' holds ': '; {ROUND}"),
    ("- Mus musculus", "- Mus\n  musculus: a: b", 7, f"the text of item 2 of 'organisms' (it begins on line 6) holds ': '; {ROUND}"),
    ("- AKT1", "- AKT1: a: b", 43, f"the text of item 2 of 'schema-jsonld/keywords' holds ': '; {ROUND}"),
    ("    name: W", "    name: W: ", 40, f"the text of 'schema-jsonld/creator/name' holds ': '; {ROUND}"),
    ("figtitle: Properties", "figtitle: Crohn's: properties", 3, f"the text of 'figtitle' holds ': '; {ROUND}, and double each ' in it ('')"),
    ("survival,\n  quiescence,", "mice's survival,\n  rest: ", 14, f"the text of 'caption' (it begins on line 13) holds ': '; {ROUND}, and double each ' in it ('')"),
    # a text in the form of an item
    ("caption: Stromal", "caption: - Stromal", 13, f"the text of 'caption' begins with '- '; {ROUND}"),
    ("figtitle: P", "figtitle: - P", 3, f"the text of 'figtitle' begins with '- '; {ROUND}"),
    ("number: F1", "number: - F1", 12, f"the text of 'number' begins with '- '; {ROUND}"),
    ("description: Stromal", "description: - Stromal", 34, f"the text of 'schema-jsonld/description' begins with '- '; {ROUND}"),
    ("figtitle: P", "figtitle: - P's", 3, f"the text of 'figtitle' begins with '- '; {ROUND}, and double each ' in it ('')"),
    ("figtitle: P", "figtitle: - “P”", 3, f"the text of 'figtitle' begins with '- '; YAML does not read “ and ” as quotes; {CURLY}"),
    ("organisms:\n- H", "organisms: - H", 4, "a list item begins on the line of its key; put it on a line of its own below the key"),
    ("  keywords:\n  - P", "  keywords: - P", 41, "a list item begins on the line of its key; put it on a line of its own below the key"),
    ("organisms:\n- H", "organisms: -H", 4, "'-Homo sapiens' is on the line of the key 'organisms'; write each list item on a line of its own below the key, with '- ' in front"),
    ("organisms:\n- H", "organisms: H", 4, "'Homo sapiens' is on the line of the key 'organisms'; write each list item on a line of its own below the key, with '- ' in front"),
    # curly quotes
    ("figtitle: Properties of", "figtitle: “Properties: of”", 3, f"the text of 'figtitle' holds ': '; YAML does not read “ and ” as quotes; {CURLY}"),
    ("figtitle: Properties of", "figtitle: ‘Properties’: of", 3, f"the text of 'figtitle' holds ': '; YAML does not read ‘ and ’ as quotes; {CURLY}"),
    ("figtitle: Properties of", "figtitle: „Properties“: of", 3, f"the text of 'figtitle' holds ': '; YAML does not read „ and “ as quotes; {CURLY}"),
    ("figtitle: Properties of", "figtitle: ‚Properties‘: of", 3, f"the text of 'figtitle' holds ': '; YAML does not read ‚ and ‘ as quotes; {CURLY}"),
    ("figtitle: Properties of", "figtitle: «Properties»: of", 3, f"the text of 'figtitle' holds ': '; YAML does not read « and » as quotes; {CURLY}"),
    ("figtitle: Properties of", "figtitle: »Properties«: of", 3, f"the text of 'figtitle' holds ': '; YAML does not read » and « as quotes; {CURLY}"),
    ("figtitle: Properties of", "figtitle: “Properties: of", 3, f"the text of 'figtitle' holds ': '; YAML does not read “ as a quote; {CURLY}"),
    ("figtitle: Properties of", "figtitle: Role of the “Warburg: effect” in", 3, f"the text of 'figtitle' holds ': '; YAML does not read “ and ” as quotes; {CURLY}"),
    ("survival,\n  quiescence,", "survival,\n  “rest: quiescence”,", 14, f"the text of 'caption' (it begins on line 13) holds ': '; YAML does not read “ and ” as quotes; {CURLY}"),
    ("figtitle: Properties", "figtitle: Crohn’s: properties", 3, f"the text of 'figtitle' holds ': '; {ROUND}"),
    # other advice to quote asks for single quotes
    ("caption: Stromal", "caption: Type #2 stromal", 13, f"'#2 stromal cellular  … rvival,' is a comment in the middle of a text; {ROUND}"),
    ("MDPI", '"L"Oréal"', 22, "'Oréal\"' is where YAML wants a new key; a quote closes too early: put single quotes round the whole text"),
    ("MDPI", "'L'Oréal'", 22, "'Oréal'' is where YAML wants a new key; a single quote inside single quotes must be doubled (''), or a quote closes too early"),
    ("MDPI", "*p", 22, "there is an alias ('*') or anchor ('&') here; put single quotes round a text that begins with it"),
    # other errors keep the message of the parser
    ("number: F1\n", "number: F1\nand more\n", 13, "the line 'and more' is neither 'key: value' nor indented text"),
    ("year: '2022'", "Year:'2022'", 18, "the line 'Year:'2022'' is neither 'key: value' nor indented text"),
    ("year: '2022'", "year='2022'", 18, "the line 'year='2022'' is neither 'key: value' nor indented text"),
    ("year: '2022'", "YEAR; '2022'", 18, "the line 'YEAR; '2022'' is neither 'key: value' nor indented text"),
    ("- Mus musculus", "~", 6, "the line '~' is neither 'key: value' nor indented text"),
]  # fmt: skip


# of these the fix is a guess; of the others below there is none
GUESSED = {
    "survival,\n\n  quiescence: rest,", "caption: Type #2 stromal", '"L"Oréal"', "'L'Oréal'",
    "figtitle: “Properties: of”", "figtitle: ‘Properties’: of", "figtitle: „Properties“: of", "figtitle: ‚Properties‘: of",
    "figtitle: «Properties»: of", "figtitle: »Properties«: of", "figtitle: “Properties: of",
}  # fmt: skip
LEFT = {
    "    name: W: ", "number: - F1", "organisms: - H", "  keywords: - P", "organisms: -H", "organisms: H",
    "number: F1\nand more\n", "Year:'2022'", "year='2022'", "YEAR; '2022'", "~",
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message"), NAMED, ids=[new for _, new, *_ in NAMED])
def test_the_value_is_named_with_its_key_and_first_line(old, new, line, message):
    found = fault_of(PATH, broken(old, new).encode())
    assert (found.place.line, found.message) == (line, message)
    wanted = None if new in LEFT else Safety.UNSAFE if new in GUESSED else Safety.SAFE
    assert (found.fix and found.fix.safety) == wanted


def test_each_named_text_is_in_one_group():
    assert {new for _, new, *_ in NAMED} >= GUESSED | LEFT


def test_curly_quotes_that_break_nothing_are_content():
    assert checker.check(PATH, broken("figtitle: Properties of", "figtitle: “Properties” of").encode()) == []


WITHOUT = "in the list {} without '- ' in front"
DASH = "a space is missing behind the dash of {} in the list {}"
MARKED = "{} in the list {} begins with {}, where YAML wants a hyphen and a space ('- ')"
PARA = "the line {} continues {} and is not indented; want {} spaces in front"
NBSP = "a no-break space (U+00A0) is behind {}, where YAML wants a plain space"
KEYWORDS = "  keywords:\n  - PTEN\n  - AKT1\n  - Glucose\n"

# (old, new, kind, safe, line, message): each fix gives back the clean record
SLIPS = [
    ("- Mus", "Mus", Kind.FIGURE, True, 6, "'Mus musculus' is " + WITHOUT.format("'organisms'")),
    ("organisms:\n- H", "organisms:\nH", Kind.FIGURE, True, 5, "'Homo sapiens' is " + WITHOUT.format("'organisms'")),
    ("- Homo sapiens\npmcid", "Homo sapiens\npmcid", Kind.FIGURE, True, 8, "'Homo sapiens' is " + WITHOUT.format("'organisms_ner'")),
    ("- Homo sapiens\n- Mus", "Homo sapiens\nMus", Kind.FIGURE, True, 5, "'Homo sapiens' is " + WITHOUT.format("'organisms'")),
    ("- AKT1", "AKT1", Kind.FIGURE, True, 43, "'AKT1' is " + WITHOUT.format("'schema-jsonld/keywords'")),
    ("  - Glucose", "  Glucose", Kind.FIGURE, True, 44, "'Glucose' is " + WITHOUT.format("'schema-jsonld/keywords'")),
    ("  - AKT1", "AKT1", Kind.FIGURE, False, 43, "'AKT1' is " + WITHOUT.format("'schema-jsonld/keywords'")),
    (KEYWORDS, KEYWORDS.replace("- ", ""), Kind.FIGURE, True, 42, "'PTEN' is " + WITHOUT.format("'schema-jsonld/keywords'")),
    ("- metabolism", "metabolism", Kind.FETCHED, False, 19, "'metabolism' is " + WITHOUT.format("'keywords'")),
    ("- osteoblasts", "osteoblasts", Kind.FETCHED, True, 18, "'osteoblasts' is " + WITHOUT.format("'keywords'")),
    ("- Mus", "Mus", Kind.FIGURE_2021, True, 18, "'Mus musculus' is " + WITHOUT.format("'organisms'")),
    ("- Mus", "-Mus", Kind.FIGURE, True, 6, DASH.format("'-Mus musculus'", "'organisms'")),
    ("organisms:\n- H", "organisms:\n-H", Kind.FIGURE, True, 5, DASH.format("'-Homo sapiens'", "'organisms'")),
    ("- Homo sapiens\n- Mus", "-Homo sapiens\n-Mus", Kind.FIGURE, True, 5, DASH.format("'-Homo sapiens'", "'organisms'")),
    ("  - AKT1", "  -AKT1", Kind.FIGURE, True, 43, DASH.format("'-AKT1'", "'schema-jsonld/keywords'")),
    ("  - AKT1", "-AKT1", Kind.FIGURE, False, 43, DASH.format("'-AKT1'", "'schema-jsonld/keywords'")),
    ("- osteoblasts", "-osteoblasts", Kind.FETCHED, True, 18, DASH.format("'-osteoblasts'", "'keywords'")),
    ("- word: RXR", "-word: RXR", Kind.FIGURE_2021, True, 38, DASH.format("'-word: RXR'", "'genes'")),
    ("- Mus", "-\u00a0Mus", Kind.FIGURE, False, 6, NBSP.format("the dash of '-\u00a0Mus musculus' in the list 'organisms'")),
    ("- Mus", "– Mus", Kind.FIGURE, False, 6, MARKED.format("'– Mus musculus'", "'organisms'", "'–' (U+2013)")),
    ("- Mus", "–Mus", Kind.FIGURE, False, 6, MARKED.format("'–Mus musculus'", "'organisms'", "'–' (U+2013)")),
    ("- Mus", "— Mus", Kind.FIGURE, False, 6, MARKED.format("'— Mus musculus'", "'organisms'", "'—' (U+2014)")),
    ("- Mus", "\u2010 Mus", Kind.FIGURE, False, 6, MARKED.format("'\u2010 Mus musculus'", "'organisms'", "'\u2010' (U+2010)")),
    ("- Mus", "\u2212 Mus", Kind.FIGURE, False, 6, MARKED.format("'\u2212 Mus musculus'", "'organisms'", "'\u2212' (U+2212)")),
    ("- Mus", "• Mus", Kind.FIGURE, False, 6, MARKED.format("'• Mus musculus'", "'organisms'", "'•' (U+2022)")),
    ("- Mus", "* Mus", Kind.FIGURE, False, 6, MARKED.format("'* Mus musculus'", "'organisms'", "'*'")),
    ("- Mus", "–\u00a0Mus", Kind.FIGURE, False, 6, MARKED.format("'–\u00a0Mus musculus'", "'organisms'", "'–' (U+2013)")),
    ("organisms:\n- H", "organisms:\n– H", Kind.FIGURE, False, 5, MARKED.format("'– Homo sapiens'", "'organisms'", "'–' (U+2013)")),
    (KEYWORDS, KEYWORDS.replace("- ", "• "), Kind.FIGURE, False, 42, MARKED.format("'• PTEN'", "'schema-jsonld/keywords'", "'•' (U+2022)")),
    ("- word: RXR", "– word: RXR", Kind.FIGURE_2021, False, 38, MARKED.format("'– word: RXR'", "'genes'", "'–' (U+2013)")),
    ("year: ", "year:", Kind.FIGURE, True, 18, "a space is missing behind 'year:'"),
    ("number: F1", "number:F1", Kind.FIGURE, True, 12, "a space is missing behind 'number:'"),
    ("figid: ", "figid:", Kind.FIGURE, True, 2, "a space is missing behind 'figid:'"),
    ("figtitle: ", "figtitle:", Kind.FIGURE, True, 3, "a space is missing behind 'figtitle:'"),
    ("caption: ", "caption:", Kind.FIGURE, True, 13, "a space is missing behind 'caption:'"),
    ("automl_pathway: ", "automl_pathway:", Kind.FIGURE, True, 24, "a space is missing behind 'automl_pathway:'"),
    ("ndex: ", "ndex:", Kind.FIGURE, True, 28, "a space is missing behind 'ndex:'"),
    ("  license: ", "  license:", Kind.FIGURE, True, 36, "a space is missing behind 'license:'"),
    ("    name: ", "    name:", Kind.FIGURE, True, 40, "a space is missing behind 'name:'"),
    ("  '@context': ", "  '@context':", Kind.FIGURE, True, 31, "a space is missing behind ''@context':'"),
    ("  source: ", "  source:", Kind.FIGURE_2021, True, 40, "a space is missing behind 'source:'"),
    ("chemicals: ", "chemicals:", Kind.FIGURE_2021, True, 43, "a space is missing behind 'chemicals:'"),
    ("ncbi: ", "ncbi:", Kind.ORGANISM, True, 4, "a space is missing behind 'ncbi:'"),
    ("number: F", "number:\u00a0F", Kind.FIGURE, False, 12, NBSP.format("'number:'")),
    (CAPTION, CAPTION.replace("\n  ", "\n"), Kind.FIGURE, True, 14, PARA.format("'quiescence, and drug resistance.'", "'caption'", 2)),
    (BELOW, BELOW.replace("    ", ""), Kind.FIGURE, True, 35, PARA.format("'quiescence, and drug resistance.'", "'schema-jsonld/description'", 4)),
    (BELOW, BELOW.replace("    ", "  "), Kind.FIGURE, True, 35, PARA.format("'quiescence, and drug resistance.'", "'schema-jsonld/description'", 4)),
    ("Acute\n  and", "Acute\nand", Kind.FIGURE, False, 16, PARA.format("'and Chronic Myeloid Leukemias.'", "'papertitle'", 2)),
    # several errors in one entry, and in two entries
    ("- Homo sapiens\n- Mus", "Homo sapiens\n-Mus", Kind.FIGURE, True, 5, "'Homo sapiens' is " + WITHOUT.format("'organisms'")),
    ("- Homo sapiens\n- Mus", "Homo sapiens\n– Mus", Kind.FIGURE, False, 5, "'Homo sapiens' is " + WITHOUT.format("'organisms'")),
    ("- Mus musculus\norganisms_ner:\n- H", "Mus musculus\norganisms_ner:\nH", Kind.FIGURE, False, 6, "'Mus musculus' is " + WITHOUT.format("'organisms'")),
    ("year: '2022'\ndoi: ", "year:'2022'\ndoi:", Kind.FIGURE, False, 18, "a space is missing behind 'year:'"),
]  # fmt: skip
IDS = [f"{kind.value}: {new}" for _, new, kind, *_ in SLIPS]


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("old", "new", "kind", "safe", "line", "message"), SLIPS, ids=IDS)
def test_each_syntax_error_has_its_message_and_its_fix_restores_every_byte(old, new, kind, safe, line, message, ends):
    data = broken(old, new, kind).replace("\n", ends).encode()
    meant = clean_text(kind).replace("\n", ends).encode()
    *others, found = checker.check(PATHS[kind], data)
    assert (found.code, found.place.line, found.message) == ("PF005", line, message)
    assert [each.code for each in others] == (["PF009"] if ends == "\r\n" else [])
    assert found.fix is not None
    assert (found.fix.safety is Safety.SAFE) == safe
    fixed = fixer.fix(PATHS[kind], data, ONLY, unsafe=not safe)
    assert (fixed.data, fixed.left, fixed.faults) == (meant, (), ())
    if not safe:
        assert fixer.fix(PATHS[kind], data).data == data
    again = fixer.fix(PATHS[kind], fixed.data, ONLY, unsafe=True)
    assert (again.data, again.fixed) == (meant, ())


def test_the_other_errors_of_a_file_are_related_to_the_first():
    data = broken("- Homo sapiens\n- Mus", "-Homo sapiens\nMus").encode()
    (found,) = checker.check(PATH, data)
    assert [(each.line, each.message) for each in found.related] == [
        (6, "'Mus musculus' is in the list 'organisms' without '- ' in front")
    ]


# ambiguous errors, and errors whose fix would lose a character: a message and no fix
UNFIXED = [
    ("- Mus musculus", "*Mus musculus", "'*Mus musculus' is in the list 'organisms'"),  # an alias
    ("- Mus musculus", "Mus musculus # new", "'Mus musculus # new' is in the list"),  # a comment, or a part of the name
    ("- Mus musculus", "-Mus musculus # new", "a space is missing behind the dash"),
    ("- Mus musculus", "- Mus\n-'Rattus", "a space is missing behind the dash"),
    ("- Mus musculus", "-[Mus musculus", "a space is missing behind the dash"),
    ("year: '2022'", "year:'2022", "a space is missing behind 'year:'"),
    ("year: '2022'", "year:'2022' # checked", "a space is missing behind 'year:'"),
    ("year: '2022'", "year:'2022'\nyear: '2021'", "the line 'year:'2022'' is neither"),
    ("year: '2022'", "year:'2022'\nyear:'2022'", "a space is missing behind 'year:'"),
    ("number: F1\n", "number:F1\npmcid: PMC9405586\n", "a space is missing behind 'number:'"),  # another key appears twice
    ("year: '2022'\ndoi: ", "year:'2022'\ndoi: a: ", "a space is missing behind 'year:'"),  # another entry is broken too
    (CAPTION, CAPTION.replace("\n  q", "\nsee: it\nq"), "the line 'quiescence, and drug resistance.' is neither"),
    (CAPTION, CAPTION.replace("\n  q", "\n- q"), "'- quiescence, and dr … stance.' is where YAML wants a new key"),
    (CAPTION, CAPTION.replace("\n  q", "\n# q\nq"), "the line 'quiescence, and drug resistance.' is neither"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "wanted"), UNFIXED, ids=[new for _, new, _ in UNFIXED])
def test_an_ambiguous_error_has_no_fix(old, new, wanted):
    data = broken(old, new).encode()
    found = [each for each in checker.check(PATH, data) if each.code == "PF005"]
    assert [each.fix for each in found] == [None]
    assert wanted in found[0].message
    fixed = fixer.fix(PATH, data, unsafe=True)
    assert (fixed.data, fixed.faults) == (data, ())


# an item or not, a part of the text or a note: only a person can decide
UNSURE = [
    ("- Homo sapiens\n- Mus", "- Homo\nsapiens\n- Mus", "- Homo\n- sapiens\n- Mus"),
    ("- Mus musculus", "- Mus musculus\nReviewed", "- Mus musculus\n- Reviewed"),
    ("- AKT1", "- tumor\n  necrosis factor", "- tumor\n  - necrosis factor"),
    ("- AKT1", "- " + "tumor " * 20 + "\n  Necrosis factor", "- " + "tumor " * 20 + "\n  - Necrosis factor"),
    ("resistance.\npapertitle", "resistance.\nReviewed\npapertitle", "resistance.\n  Reviewed\npapertitle"),
    ("resistance.\npapertitle", "resistance.\nMOM=methoxymethyl\npapertitle", "resistance.\n  MOM=methoxymethyl\npapertitle"),
    (CAPTION, CAPTION.replace(": S", ": A: b\ns"), CAPTION.replace(": S", ": 'A: b s").replace("ce.", "ce.'")),
    ("Leukemias.\nreftext", "Leukemias.\n\nA review.\nreftext", "Leukemias.\n\n  A review.\nreftext"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "guess"), UNSURE, ids=[new[:30] for _, new, _ in UNSURE])
def test_a_note_or_a_continued_text_gets_no_safe_fix(old, new, guess):
    data = broken(old, new).encode()
    assert fixer.fix(PATH, data, ONLY).data == data
    fixed = fixer.fix(PATH, data, ONLY, unsafe=True)
    assert (fixed.data.decode(), fixed.faults) == (broken(old, guess), ())


# valid YAML with another meaning than intended: (old, new, code, safe, message)
READ = [
    ("- Mus", "  -Mus", "PF005", False, "'-Mus musculus' does not begin with '- ': YAML reads it as part of the item above"),
    ("- Mus", "  – Mus", "PF005", False, "'– Mus musculus' does not begin with '- ': YAML reads it as part of the item above"),
    ("- Mus", "  • Mus", "PF005", False, "'• Mus musculus' does not begin with '- ': YAML reads it as part of the item above"),
    ("- Mus", "  * Mus", "PF005", False, "'* Mus musculus' does not begin with '- ': YAML reads it as part of the item above"),
    ("- Mus", "   - Mus", "PF005", False, "'- Mus musculus' is indented too far: YAML reads it as part of the item above"),
    ("  - AKT1\n  - Gl", "    -AKT1\n    -Gl", "PF005", False, "'-AKT1' does not begin with '- ': YAML reads it as part of the item above"),
    ("organisms:\n- Homo sapiens\n- M", "organisms:\n  -Homo sapiens\n  -M", "PF103", True, "a space is missing behind the dash"),
    ("organisms:\n- Homo sapiens\n- M", "organisms:\n  -Homo sapiens\n  - M", "PF103", True, "a space is missing behind the dash"),
    ("organisms_ner:\n- H", "organisms_ner: -H", "PF103", True, "a space is missing behind the dash"),
    ("organisms_ner:\n- H", "organisms_ner:\n  -H", "PF103", True, "a space is missing behind the dash"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "safe", "wanted"), READ, ids=[new for _, new, *_ in READ])
def test_values_that_yaml_misreads_are_reported_and_fixed(old, new, code, safe, wanted):
    data = broken(old, new).encode()
    (found,) = checker.check(PATH, data)
    assert (found.code, wanted in found.message) == (code, True)
    assert (found.fix.safety is Safety.SAFE) == safe
    fixed = fixer.fix(PATH, data, unsafe=not safe)
    assert (fixed.data.decode(), fixed.left, fixed.faults) == (clean_text(), (), ())


@pytest.mark.parametrize(
    ("new", "wanted"),
    [
        ("organisms:\n  – Homo sapiens\n  – Mus", "an item begins with a hyphen and a space, not with '–'"),
        ("organisms:\n  • Homo sapiens\n  • Mus", "an item begins with a hyphen and a space, not with '•'"),
        ("organisms:\n  -Homo sapiens\n  Mus", "a space is missing behind the dash"),
        ("organisms:\n  -Homo sapiens, -Mus", "a space is missing behind the dash"),
        ("organisms:\n  '-Homo sapiens -Mus musculus'\n# Mus", "a space is missing behind the dash"),
    ],
)
def test_an_ambiguous_list_that_is_read_as_text_has_no_fix(new, wanted):
    data = broken("organisms:\n- Homo sapiens\n- Mus", new).encode()
    found = [each for each in checker.check(PATH, data) if each.code == "PF103"]
    assert [each.fix for each in found] == [None]
    assert wanted in found[0].message


@pytest.mark.parametrize(
    ("new", "fixed"),
    [
        ("publisher_name:'A review: MDPI'", "publisher_name: 'A review: MDPI'"),
        ("publisher_name:'A review: MDPI''s'", "publisher_name: 'A review: MDPI''s'"),
        ("publisher_name:'A review: MDPI\n  and others'", "publisher_name: 'A review: MDPI and others'"),
        ("publisher_name:A review: MDPI", None),
        ("publisher_name:'A review: MDPI' # x", "publisher_name: 'A review: MDPI' # x"),
        ("publisher_name:'A review: MDPI\n\n  and others'", None),
        ("publisher_name:'A review': MDPI", None),
    ],
)
def test_a_key_with_a_part_of_its_text_is_split_at_the_quotes(new, fixed):
    data = broken("publisher_name: MDPI", new).encode()
    (found,) = checker.check(PATH, data)
    assert (found.code, "a space is missing behind 'publisher_name:'" in found.message) == ("PF102", True)
    done = fixer.fix(PATH, data, unsafe=True)
    assert (done.data.decode(), done.faults) == (broken("publisher_name: MDPI", fixed) if fixed else data.decode(), ())
    assert fixer.fix(PATH, data).data == data


def test_errors_left_after_a_fix_are_reported():
    """The syntax error is fixed first; then the other rules run."""
    text = (
        broken("- Mus", "-Mus")
        .replace("figtype: Figure", "figtype: Scheme")
        .replace("Biomedicines\njournal_nlm", "\ufffd\njournal_nlm")
    )
    fixed = fixer.fix(PATH, text.replace("organisms:", "organisms:", 1).replace("- Homo sapiens\npmcid", "- NA\npmcid").encode())
    assert [each.code for each in fixed.fixed][:2] == ["PF005", "PF208"]
    assert "- Mus musculus\n" in fixed.data.decode()
    assert fixed.faults == ()
    blank = fixer.fix(PATH, broken(CAPTION, CAPTION.replace("\n  q", "\n\nq")).encode())
    assert [each.code for each in blank.fixed] == ["PF005", "PF306"]
    assert blank.data.decode() == clean_text()
    number = fixer.fix(PATH, broken("year: '2022'", "year:2022").encode())
    assert [each.code for each in number.fixed] == ["PF005", "PF105"]
    assert number.data.decode() == clean_text()


# The verification, branch by branch: each edit would give a readable text with another meaning.
PROOFS = [
    ("reads", "- Mus", "Mus", "Mus", "- Mus", True),
    ("does not read", "- Mus", "Mus", "Mus", "- 'Mus", False),
    ("adds a key", "- Mus", "Mus", "Mus musculus", "mouse: Mus musculus", False),
    ("takes a key", "year: '2022'", "year:'2022'", "year:'2022'\n", "", False),
    ("another type", "- Mus musculus", "Mus musculus", "Mus musculus", "- Mus: musculus", False),
    ("a comment", "- Mus musculus", "Mus musculus", "Mus musculus", "- Mus #musculus", False),
    ("a tag", "- Mus musculus", "Mus musculus", "Mus musculus", "- !!str Mus", False),
    ("an item too deep", "- Mus musculus", "Mus musculus", "Mus musculus", "  - Mus musculus", False),
    ("another entry is cut", "- Mus", "Mus", "Mus musculus\norganisms_ner:\n- Homo sapiens\n", "- Mus musculus\n", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "part", "instead", "holds"), [each[1:] for each in PROOFS], ids=[each[0] for each in PROOFS]
)
def test_the_proof_of_a_fix(old, new, part, instead, holds):
    text = broken(old, new)
    record = read(PATH, text.encode())
    assert record.data is None
    at = text.index(part)
    fix = Fix("x", (TextEdit(at, at + len(part), instead),))
    assert repair.proven(record, fix) == holds


# Errors at random places of real records; each is fixed to the original record, or left unchanged.
ITEM = re.compile(r"(?m)^( *)- (?=\S)")
KEY = re.compile(r"(?m)^( *'?@?[A-Za-z_-]+'?): (?=\S)")
FOLDED = re.compile(r"(?m)^ {2,4}(?=[A-Za-z(][^\n:]*$)")
TYPED = ("  note: ", "- ", "“a: ")  # becomes a part of the text
BREAKS = [
    (ITEM, r"\1"), (ITEM, r"\1-"), (ITEM, "\\1-\u00a0"), (ITEM, r"\1– "), (ITEM, r"\1—"), (ITEM, r"\1• "), (ITEM, r"\1* "),
    (KEY, r"\1:"), (KEY, "\\1:\u00a0"), (FOLDED, ""), (FOLDED, "  "), (ITEM, r"\1  -"), (ITEM, r"\1  – "),
    (FOLDED, TYPED[0]), (KEY, rf"\1: {TYPED[1]}"), (KEY, rf"\1: {TYPED[2]}"),
]  # fmt: skip


def breakable():
    texts = {name: path.read_text(encoding="utf-8") for name, path in real_records().items() if path.suffix in (".md", ".yml")}
    return {
        name: text for name, text in sorted(texts.items()) if len(text) < 12_000 and not checker.check(name, text.encode(), ONLY)
    }


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_broken_real_records_are_fixed_to_the_byte_or_left(seed):
    chance = random.Random(seed)
    records = breakable()
    back = 0
    for _ in range(60):
        name = chance.choice(list(records))
        text, (pattern, instead) = records[name], chance.choice(BREAKS)
        places = list(pattern.finditer(text))
        if not places:
            continue
        place = chance.choice(places)
        data = f"{text[: place.start()]}{place.expand(instead)}{text[place.end() :]}".encode()
        found = checker.check(name, data, ONLY)
        assert not [each for each in found if "not readable as YAML" in each.message]
        for unsafe in (False, True):
            fixed = fixer.fix(name, data, ONLY, unsafe=unsafe)
            assert fixed.faults == ()
            if fixed.data not in (data, text.encode()):  # what was typed is in the text
                assert any(instead.endswith(typed) for typed in TYPED)
                words = re.sub(r"[\s'\"]", "", fixed.data.decode())
                assert words == re.sub(r"[\s'\"]", "", data.decode())
                before, after = read(name, text.encode()).data, read(name, fixed.data).data
                assert before.keys() == after.keys()
                assert len([key for key in before if before[key] != after[key]]) == 1
            back += fixed.data == text.encode()
        every = fixer.fix(name, data, unsafe=True)
        again = fixer.fix(name, every.data, unsafe=True)
        assert (every.faults, again.data, again.fixed) == ((), every.data, ())
    assert back > 30


PIECES = st.sampled_from(
    [*"\n\n\n -–•*#'\"[]:~|>“”", "- ", "  ", "\n- ", "\n  ", "\n-", "\n– ", "Mus", "Mus musculus", "year:", "year: ", "\ncaption: ", "\norganisms:",
     "\nwpid:", "\u00a0", "a: b", " # x", "\r\n", "\n# x\n", "'a'"]
)  # fmt: skip


@given(
    st.sampled_from(
        ["- Mus musculus", "year: '2022'", "  quiescence, and drug resistance.\npapertitle: ", "- AKT1", "license: CC0"]
    ),
    st.lists(PIECES, max_size=12).map("".join),
)
def test_for_any_lines_the_fix_is_verified_and_made_once(place, typed):
    data = clean_text().replace(place, typed, 1).encode()
    fixed = fixer.fix(PATH, data, unsafe=True)
    assert fixed.faults == ()
    again = fixer.fix(PATH, fixed.data, unsafe=True)
    assert (again.data, again.fixed) == (fixed.data, ())
    safe = fixer.fix(PATH, data, ONLY)
    if safe.fixed:  # every typed letter is in the text, in order
        assert re.sub(r"[\W_]", "", safe.data.decode()) == re.sub(r"[\W_]", "", data.decode())
