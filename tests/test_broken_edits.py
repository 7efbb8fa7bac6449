"""The broken hand edits of texts: what was typed, the text that is meant, and whether only one reading is possible."""

from __future__ import annotations

import pytest
from conftest import clean_text
from hypothesis import example, given
from hypothesis import strategies as st

from pfocr_lint.linter import checker, fixer
from pfocr_lint.pointer import parent_of, split
from pfocr_lint.record.document import untyped
from pfocr_lint.record.parser import read
from pfocr_lint.record.round_trip import untyped as second_reader
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings

PATHS = {
    Kind.FIGURE: "_figures/PMC9405586__biomedicines-10-01841-g001.md",
    Kind.ORGANISM: "_organisms/homo_sapiens.md",
    Kind.FETCHED: "figures/PMC10003241__ijms-24-04893-g003.yml",
}
# Only the rules for what was typed: the others would go on and change the text that is now readable.
ONLY = Settings(selections=(Selection(select=("PF005", "PF007", "PF105", "PF106", "PF314")),))
SAFE, UNSAFE, NONE = "safe", "unsafe", None

TITLE = "figtitle: Properties of Leukemic Stem Cells in Regulating Drug Resistance\n"
CAPTION = (
    "caption: Stromal cellular signaling facilitates leukemic stem cell (LSC) survival,\n  quiescence, and drug resistance.\n"
)
PAPER = "papertitle: Properties of Leukemic Stem Cells in Regulating Drug Resistance in Acute\n  and Chronic Myeloid Leukemias.\n"
REFERENCE = "reftext: Xingjian Zhai, et al. Biomedicines. 2022 Aug;10(8):1841.\n"
COPY = (
    "  description: Stromal cellular signaling facilitates leukemic stem cell (LSC) survival,\n"
    "    quiescence, and drug resistance.\n"
)
LATIN = "title: Homo sapiens pathways\n"
FETCHED = "figure_title: Energetic metabolism of osteoblasts\n"

# (text typed for the title of a figure, the title that is meant or None for no fix, its safety)
TITLES = [
    # a colon
    ("figtitle: The role of p53: a key regulator\n", "The role of p53: a key regulator", SAFE),
    ("figtitle: The role of p53:\n", "The role of p53:", SAFE),
    ("figtitle: p53: a: b: c:\n", "p53: a: b: c:", SAFE),
    ("figtitle: : the role of p53\n", ": the role of p53", SAFE),
    ("figtitle: Crohn's disease: pathways\n", "Crohn's disease: pathways", SAFE),
    ("figtitle: The 'Warburg effect': a review\n", "The 'Warburg effect': a review", SAFE),
    ("figtitle: “Warburg”: a review\n", "“Warburg”: a review", UNSAFE),
    ("figtitle: The role of p53: a key regulator   \n", "The role of p53: a key regulator", SAFE),
    # characters with which YAML begins something else
    ("figtitle: [Ca2+] signalling in cells\n", "[Ca2+] signalling in cells", SAFE),
    ("figtitle: ] signalling in cells\n", "] signalling in cells", SAFE),
    ("figtitle: {p53} signalling in cells\n", "{p53} signalling in cells", SAFE),
    ("figtitle: } signalling in cells\n", "} signalling in cells", SAFE),
    ("figtitle: [Ca2+ signalling in cells\n", "[Ca2+ signalling in cells", SAFE),
    ("figtitle: @MDPI signalling in cells\n", "@MDPI signalling in cells", SAFE),
    ("figtitle: %20 signalling in cells\n", "%20 signalling in cells", SAFE),
    ("figtitle: `p53` signalling in cells\n", "`p53` signalling in cells", SAFE),
    ("figtitle: *p53 signalling in cells\n", "*p53 signalling in cells", SAFE),
    ("figtitle: * p53 signalling in cells\n", "* p53 signalling in cells", SAFE),
    ("figtitle: &alpha; signalling in cells\n", "&alpha; signalling in cells", SAFE),
    ("figtitle: &p53 signalling in cells\n", "&p53 signalling in cells", SAFE),
    ("figtitle: !Kung signalling in cells\n", "!Kung signalling in cells", SAFE),
    ("figtitle: ! signalling in cells\n", "! signalling in cells", SAFE),
    ("figtitle: !!str signalling in cells\n", "!!str signalling in cells", UNSAFE),
    ("figtitle: | signalling in cells\n", "| signalling in cells", SAFE),
    ("figtitle: > 50 genes in cells\n", "> 50 genes in cells", SAFE),
    ("figtitle: ? signalling in cells\n", "? signalling in cells", SAFE),
    ("figtitle: , signalling in cells\n", ", signalling in cells", SAFE),
    ("figtitle: - signalling in cells\n", "- signalling in cells", SAFE),
    ("figtitle: #1 cause of death\n", "#1 cause of death", UNSAFE),
    ("figtitle: The role of #1 gene\n", "The role of #1 gene", UNSAFE),
    # quotes
    ("figtitle: 'Wilson's disease pathway'\n", "Wilson's disease pathway", UNSAFE),
    ('figtitle: "Warburg" effect in cells\n', '"Warburg" effect in cells', UNSAFE),
    ('figtitle: "Warburg" and "Crabtree"\n', '"Warburg" and "Crabtree"', UNSAFE),
    ('figtitle: "The "Warburg" effect"\n', 'The "Warburg" effect', UNSAFE),
    ("figtitle: 'Patients' genes'\n", "Patients' genes", UNSAFE),
    ("figtitle: 'Wilson disease pathway\n", "'Wilson disease pathway", UNSAFE),
    ('figtitle: "Wilson disease pathway\n', '"Wilson disease pathway', UNSAFE),
    ('figtitle: "\\p53 signalling"\n', "\\p53 signalling", UNSAFE),
    # spaces, tabs, lines
    ("figtitle:Role of p53 in cells\n", "Role of p53 in cells", SAFE),
    ("figtitle:[Ca2+] in cells\n", "[Ca2+] in cells", SAFE),
    ("\tfigtitle: Role of p53 in cells\n", "Role of p53 in cells", SAFE),
    ("figtitle:\tRole: of p53\n", "Role: of p53", SAFE),
    ("figtitle: Role of p53\nin the cells\n", "Role of p53 in the cells", UNSAFE),
    ("figtitle: Role of p53:\n  a key regulator\n", "Role of p53: a key regulator", SAFE),
    # two of these at once
    ("figtitle: [Ca2+] signalling: a review\n", "[Ca2+] signalling: a review", SAFE),
    ("figtitle: Role: of p53\nin the cells\n", "Role: of p53 in the cells", UNSAFE),
    ("figtitle: Role: of #1 gene\n", "Role: of #1 gene", UNSAFE),
    ("figtitle: 'Wilson's disease: a review\n", "'Wilson's disease: a review", UNSAFE),
    # a list to YAML: no fix of these rules
    ("figtitle: [Ca2+]\n", NONE, NONE),
]  # fmt: skip

# (kind, old, new, the values that are meant or None for no fix, the safety of the fix)
ENTRIES = [
    (Kind.FIGURE, CAPTION, "caption: The model: p53\n  in cells.\n", {"/caption": "The model: p53 in cells."}, SAFE),
    (Kind.FIGURE, PAPER, "papertitle: Review: 'p53' and\n  more: cells.\n", {"/papertitle": "Review: 'p53' and more: cells."}, SAFE),
    (Kind.FIGURE, REFERENCE, "reftext: Zhai, et al: Cells. 2022.\n", {"/reftext": "Zhai, et al: Cells. 2022."}, SAFE),
    (Kind.FIGURE, "- Mus musculus\n", "- *Mus musculus\n", {"/organisms/1": "*Mus musculus"}, SAFE),
    (Kind.FIGURE, "  - AKT1\n", "  - @AKT1\n", {"/schema-jsonld/keywords/1": "@AKT1"}, SAFE),
    (Kind.FIGURE, COPY, "  description: Model: p53\n    in cells.\n", {"/schema-jsonld/description": "Model: p53 in cells."}, SAFE),
    (Kind.FIGURE, TITLE + "organisms:\n- Homo sapiens\n", "figtitle: Role: a\norganisms:\n- %Homo sapiens\n",
     {"/figtitle": "Role: a", "/organisms/0": "%Homo sapiens"}, UNSAFE),
    (Kind.ORGANISM, LATIN, "title: 'Homo's pathways'\n", {"/title": "Homo's pathways"}, UNSAFE),
    (Kind.FETCHED, FETCHED, "figure_title: Metabolism: bones\n", {"/figure_title": "Metabolism: bones"}, SAFE),
    (Kind.FETCHED, "keywords:\n- osteoblasts\n- metabolism\n", "keywords:\n~\n", {"/keywords": []}, SAFE),
    (Kind.FIGURE, "publisher_name: MDPI\nkeywords: ", "publisher_name: MDPI keywords: ", None, NONE),  # a key is swallowed
]  # fmt: skip

CASES = [
    *((Kind.FIGURE, TITLE, typed, None if title is None else {"/figtitle": title}, safety) for typed, title, safety in TITLES),
    *ENTRIES,
]


def broken(kind: Kind, old: str, new: str) -> bytes:
    """The clean record of a kind with its only ``old`` replaced."""
    text = clean_text(kind)
    assert text.count(old) == 1
    return text.replace(old, new).encode()


def with_values(kind: Kind, values: dict) -> dict:
    """The data of the clean record of a kind with other values."""
    record = read(PATHS[kind], clean_text(kind).encode())
    for pointer, value in values.items():
        last = split(pointer)[-1]
        (record.value(parent_of(pointer)) if parent_of(pointer) else record.data)[int(last) if last.isdecimal() else last] = value
    return record.data


def test_the_table_has_sixty_cases():
    assert len(CASES) == 60


@pytest.mark.parametrize(("kind", "old", "new", "values", "safety"), CASES, ids=[new for _, _, new, *_ in CASES])
def test_a_broken_edit_is_fixed_to_what_was_typed(kind, old, new, values, safety):
    path, data = PATHS[kind], broken(kind, old, new)
    fixes = [each.fix for each in checker.check(path, data, ONLY) if each.fix is not None]
    assert [fix.safety.value for fix in fixes] == ([] if safety is None else [safety])
    for unsafe in (False, True):
        fixed = fixer.fix(path, data, ONLY, unsafe=unsafe)
        assert fixed.faults == ()
        if safety is None or (safety == UNSAFE and not unsafe):
            assert (fixed.data, fixed.fixed) == (data, ())
            continue
        after = read(path, fixed.data)
        assert (after.data, list(after.data)) == (with_values(kind, values), list(with_values(kind, values)))
        assert fixed.left == ()
        again = fixer.fix(path, fixed.data, ONLY, unsafe=True)
        assert (again.data, again.fixed) == (fixed.data, ())


def test_the_rest_of_the_record_is_checked_as_the_fix_would_leave_it():
    """The other findings are at their places in the text as it stands, without fixes; none is about a guessed value."""
    old, new = TITLE, "figtitle: (A) Role:\n  of p53 in the cells.\n"
    data = broken(Kind.FIGURE, old, new).replace(b"year: '2022'", b"year: 2021").replace(b"  license: CC0\n", b"")
    found = checker.check(PATHS[Kind.FIGURE], data)
    assert sorted((each.code, each.place.line, each.fix is not None) for each in found) == [
        ("PF005", 3, True), ("PF101", 31, False), ("PF105", 19, False), ("PF302", 3, False), ("PF303", 3, False),
    ]  # fmt: skip
    fixed = fixer.fix(PATHS[Kind.FIGURE], data, unsafe=True)
    assert read(PATHS[Kind.FIGURE], fixed.data).value("/figtitle") == "Role: of p53 in the cells"
    guessed = checker.check(PATHS[Kind.FIGURE], data.replace(b"(A) Role:", b"'(A) Role:"))
    assert sorted(each.code for each in guessed) == ["PF005", "PF101", "PF105"]


WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12),
    st.sampled_from(
        [
            *"'\"[]{}@%*&!|>#?,-`:~\\",
            ": ",
            " #",
            "''",
            "'s ",
            " p53 ",
            "Warburg",
            "year: ",
            "caption:",
            "<<: ",
            "!!str ",
            "---",
            "- ",
            "\t",
        ]
    ),
)
LINES = st.lists(WORDS, max_size=6).map("".join)
INDENTS = st.sampled_from(["", " ", "  ", "    ", "\t", " \t"])


def readings(*lines: str) -> set[str]:
    """The texts that may be meant by lines that were typed: with all their quotes, or without an outer pair."""
    text = " ".join(line.strip(" \t") for line in lines if line.strip(" \t"))
    inner = text[1:-1] if text[:1] == text[-1:] and text[:1] in ("'", '"') else text
    return {text, inner, inner.replace("''", "'")}


@given(LINES, st.one_of(st.none(), st.tuples(INDENTS, LINES)))
@example("Role: a", ("", "in the cells"))
@example("'Role' of 'p53", ("  ", "b'"))
@example("| Role", ("  ", "of p53"))
@example("Role #1", ("  ", "of p53"))
@example("Role #1 \u00a0", None)
@example("# 2 \u00a0", None)
def test_of_any_typed_text_the_title_is_that_text(first, second):
    path, clean = PATHS[Kind.FIGURE], read(PATHS[Kind.FIGURE], clean_text().encode()).data
    lines = [first] if second is None else [first, "".join(second)]
    data = broken(Kind.FIGURE, TITLE, f"figtitle: {chr(10).join(lines)}\n")
    before = read(path, data)
    fixed = fixer.fix(path, data, ONLY, unsafe=True)
    assert fixed.faults == ()
    if {each.code for each in fixed.fixed} - {"PF105"}:
        after = read(path, fixed.data)
        assert after.data is not None
        assert {key: after.data.get(key) for key in clean if key != "figtitle"} == {
            key: value
            for key, value in (clean if before.data is None else before.data).items()
            if key != "figtitle" and key in clean
        }
        assert after.data["figtitle"] in readings(*lines) | readings(first)
        assert second_reader(after.text[after.body.start : after.body.end]) in (None, untyped(after.root))
    for settings in (ONLY, Settings()):
        every = fixer.fix(path, data, settings, unsafe=True)
        again = fixer.fix(path, every.data, settings, unsafe=True)
        assert (every.faults, again.data, again.fixed, again.faults) == ((), every.data, (), ())


@given(LINES, st.one_of(st.none(), st.tuples(INDENTS, LINES)))
def test_safe_fixes_keep_every_typed_character(first, second):
    typed = first if second is None else f"{first}\n{''.join(second)}"
    broken_only = Settings(selections=(Selection(select=("PF005", "PF007")),))
    fixed = fixer.fix(PATHS[Kind.FIGURE], broken(Kind.FIGURE, TITLE, f"figtitle: {typed}\n"), broken_only)
    title = read(PATHS[Kind.FIGURE], fixed.data).value("/figtitle")
    if fixed.fixed and isinstance(title, str) and (second is None or second[1].strip()[:1] != "#"):
        assert title.split() == typed.split()
