"""The parser: any bytes give a record; values follow YAML 1.1; places are right for all line breaks."""

from __future__ import annotations

import pytest
import yaml
from conftest import clean_text, fault_of, real_records
from hypothesis import given
from hypothesis import strategies as st

from pfocr_lint.diagnostic import Span
from pfocr_lint.linter import checker, fixer, record_check
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.record import emitter
from pfocr_lint.record.parser import read
from pfocr_lint.schema.implicit import Implicit
from pfocr_lint.schema.kinds import Kind

PATH = "_figures/x.md"


def body(text: str):
    return read(PATH, f"---\n{text}---\n".encode())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("On", True), ("NO", False), ("yes", True), ("Off", False), ("y", "y"), ("N", "N"), ("~", None), ("", None),
        ("null", None), ("Null", None), ("nan", "nan"), ("0123", 83), ("1_000", 1000), ("12:30", 750), ("0x1F", 31),
        ("1.5", 1.5), (".5", 0.5), ("1e5", Implicit("number", "1e5")), ("1,000", Implicit("number", "1,000")),
        ("0o17", Implicit("number", "0o17")), ("2001-12-14", Implicit("date", "2001-12-14")),
        ("2001-99-99", Implicit("date", "2001-99-99")), (":sym", Implicit("symbol", ":sym")),
        ("=", Implicit("special value", "=")), ("'On'", "On"), ('"12:30"', "12:30"), ("F1", "F1"), ("1433-3", "1433-3"),
        ("3-OH", "3-OH"), ("9" * 5000, Implicit("number", "9" * 5000)), ("+", "+"), ("-x", "-x"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_scalars_are_yaml_1_1_as_either_reader_sees_them(written, value):
    record = body(f"k: {written}\n")
    assert record.faults == ()
    assert record.data == {"k": value}
    assert type(record.data["k"]) is type(value)


@pytest.mark.parametrize("name", [name for name, path in real_records().items() if path.suffix == ".md"])
def test_values_are_those_of_pyyaml(name):
    record = read(name, real_records()[name].read_bytes())
    loaded = yaml.load(record.text[record.body.start : record.body.end], Loader=yaml.CSafeLoader)
    assert record.data == loaded


PLACES = [
    ("plain", "k: one two\n", "two"),
    ("folded", "k: one\n  two\n", "two"),
    ("blank line", "k: one\n\n  two\n", "two"),
    ("single quoted", "k: 'it''s two'\n", "two"),
    ("double quoted", 'k: "\\u00e9\\n two"\n', "two"),
    ("double quoted, folded", 'k: "one \\\n  two"\n', "two"),
    ("windows", "k: one\r\n  two\r\n", "two"),
    ("astral before", "k: \U0001f9ec two\n", "two"),
    ("separator before", "j: 'a\u2028  b'\nk: two\n", "two"),
    ("next line before", "j: a\u0085 b\nk: two\n", "two"),
    ("below its key", "k:\n  one two\n", "two"),
]


@pytest.mark.parametrize(("text", "word"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_a_place_inside_a_value_is_found_in_its_source(text, word):
    record = body(text)
    value = record.data["k"]
    start = value.index(word)
    span = record.span("/k", within=Span(start, start + len(word)))
    assert record.text[span.start : span.end] == word
    place = record.place(span)
    before = record.text[: span.start]
    assert (place.line, place.column) == (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


@pytest.mark.parametrize(
    ("text", "key", "source"),
    [
        ("a: b   # c\nd: e\n", "/a", "b"),
        ("a: |\n  x\n  y\n\n# c\nd: e\n", "/a", "|\n  x\n  y"),
        ("a: |+\n  x\n\n\nd: e\n", "/a", "|+\n  x\n\n"),
        ("a:\n- x\n- y # c\n# d\nb: e\n", "/a", "- x\n- y"),
        ("a:\n  b: c\n\n\nd: e\n", "/a", "b: c"),
        ("a: [x,\n  y]  \nd: e\n", "/a", "[x,\n  y]"),
        ("a:\nb: c\n", "/a", "a"),
        ("a: 'x\n\n  y'\n", "/a", "'x\n\n  y'"),
    ],
)
def test_a_value_ends_where_its_text_ends(text, key, source):
    record = body(text)
    span = record.span(key)
    assert record.text[span.start : span.end] == source


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"", "PF004", 1, 1),
        (b"---", "PF004", 1, 4),
        (b"---\nfigid: x\n", "PF004", 3, 1),
        (b" ---\nfigid: x\n---\n", "PF004", 1, 1),
        (b"---\nfigid: x\n---\ntext\n", "PF004", 4, 1),
        (b"---\n---\n", "PF005", 2, 1),
        (b"---\n- a\n---\n", "PF005", 2, 1),
        (b"---\nplain\n---\n", "PF005", 2, 1),
        (b"---\na: b\nb: c: d\n---\n", "PF005", 3, 5),
        (b"---\na: 'b\nc: d\n---\n", "PF005", 2, 4),
        (b"---\na: \xff\n---\n", "PF002", 2, 4),
        (b"---\na: \xed\xa0\x80\n---\n", "PF002", 2, 4),
        (b"---\na: \0\n---\n", "PF002", 2, 4),
        (b"---\na: \x01\n---\n", "PF010", 2, 4),
        (b"---\na: &b c\n---\n", "PF007", 2, 4),
        (b"---\na: [[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]\n---\n", "PF008", 2, 23),
        (b"---\na: " + b"[" * 100_000 + b"\n---\n", "PF008", 2, 23),
        (b"---\n" + b"- " * 100_000 + b"\n---\n", "PF008", 2, 41),
        (b"---\n" + b"".join(b" " * n + b"a:\n" for n in range(1200)) + b"---\n", "PF008", 22, 21),
        (b"---\na: " + b"x" * (1 << 20) + b"\n---\n", "PF008", 1, 1),
    ],
)
def test_a_broken_file_gives_its_one_finding(data, code, line, column):
    found = checker.check(PATH, data)
    assert [(d.code, d.place.line, d.place.column) for d in found] == [(code, line, column)], [d.message for d in found]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a/_figures/x.md", "figid: x", Kind.FIGURE),
        ("_figures/x.md", "pathway_score: 1", Kind.FIGURE_2021),
        ("_organisms/x.md", "", Kind.ORGANISM),
        ("figures/x.yml", "", Kind.FETCHED),
        ("_data/PMC1__x-genes.tsv", "", Kind.TABLE),
        ("x.md", "figid: x\ngenes: []", Kind.FIGURE_2021),
        ("x.md", "latin: x", Kind.ORGANISM),
        ("x.md", "title: x", Kind.UNKNOWN),
        ("x.yml", "image_filename: x", Kind.FETCHED),
        ("x.yml", "figid: x", Kind.UNKNOWN),
        ("-", "figid: x", Kind.FIGURE),
        ("notes.txt", "figid: x", Kind.UNKNOWN),
    ],
)
def test_the_kind_follows_from_the_folder_then_from_the_keys(path, text, kind):
    assert read(path, f"---\n{text}\n---\n".encode()).kind is kind


@given(st.binary(max_size=300))
def test_any_bytes_give_diagnostics_and_never_an_exception(data):
    for path in (PATH, "_organisms/x.md", "figures/x.yml", "_data/PMC1__x-genes.tsv"):
        checked = record_check.check_record(read(path, data))
        assert checked.faults == ()
        assert diagnostics_of(checked)


YAML_PIECES = st.sampled_from(
    [*" \n\t\r:-#'\"[]{},&*!|>%@`?~=<", "---", "...", "- ", ": ", " #", "|-\n  ", "|+\n", ">2\n", "\\u2028", "\u2028", "\u0085",
     "\ufeff", "figid", "caption", "a", "\n  ", "\n- ", "\n  - ", "on", "1e3", "12:30", "<<: ", "''", '\\"', "\U0001f9ec"]
)  # fmt: skip


@given(st.lists(YAML_PIECES, max_size=40).map("".join))
def test_any_yaml_is_checked_and_fixed_without_a_fault(text):
    data = clean_text().replace("publisher_name: MDPI\n", f"publisher_name: {text}\n").encode()
    fixed = fixer.fix(PATH, data, unsafe=True)
    assert fixed.faults == ()
    again = fixer.fix(PATH, fixed.data, unsafe=True)
    assert again.data == fixed.data


EXPLAINED = [
    ("figid: ", " figid: ", 2, "'figid' is indented by 1 space, want 0"),
    ("  '@context'", "    '@context'", 31, "'@context' is indented by 4 spaces, want 2"),
    ("    '@type': O", "     '@type': O", 39, "'@type' is indented by 5 spaces, want 4"),
    ("  license", "license", 36, "'license' is indented by 0 spaces, want 2"),
    ("  creator:\n", "", 38, "'@type' belongs to 'creator', but the line 'creator:' is missing"),
    ("  license", "\tlicense", 36, "there is a tab where YAML wants spaces"),
    ("  license", "  \tlicense", 36, "there is a tab where YAML wants spaces"),
    (
        "MDPI",
        '"C:\\path of \\d"',
        22,
        "'\\p' has no meaning in double quotes; use single quotes, where a backslash is only a backslash",
    ),
    ("MDPI", "MD\rPI", 22, "the line 'PI', after an old Mac line break (CR), is neither 'key: value' nor indented text"),
    ("MDPI", "? MDPI", 22, "text that begins with '?' needs single quotes round it"),
    ("MDPI", "&MDPI", 22, "publisher_name begins with '&', which YAML reads as an anchor; put single quotes round the text"),
    ("- Mus", "- !Mus", 6, "organisms, item 2 begins with '!', which YAML reads as a tag; put single quotes round the text"),
    ("MDPI", "{MDPI, Basel", 22, "'{' is opened here and never closed; put single quotes round a text that begins with it"),
    ("MDPI", "] MDPI", 22, "text that begins with ']' needs single quotes round it"),
    (
        "MDPI",
        '"PI3K\\Ubc"',
        22,
        "'\\U' has no meaning in double quotes; use single quotes, where a backslash is only a backslash",
    ),
    (
        "- Mus",
        "* Mus",
        6,
        "'* Mus musculus' in the list 'organisms' begins with '*', where YAML wants a hyphen and a space ('- ')",
    ),
    (
        "organisms:\n- H",
        "organisms: - H",
        4,
        "a list item begins on the line of its key; put it on a line of its own below the key",
    ),
    ("caption: S", "caption: 'S", 13, "a quote is opened here and never closed"),
    ("- Mus", "- 'Mus", 6, "a quote is opened here and never closed"),
    ("  license: C", "  license: 'C", 36, "a quote is opened here and never closed"),
    (
        "number: F1\n",
        "number:\u00a0F1\n",
        12,
        "a no-break space (U+00A0) is behind 'number:', where YAML wants a plain space",
    ),
    ("figid: ", "Reviewed\nfigid: ", 2, "the line 'Reviewed' is neither 'key: value' nor indented text"),
    ("    '@type': O", "    checked\n    '@type': O", 39, "the line 'checked' is neither 'key: value' nor indented text"),
    ("  description:", "description:", 34, "'description' is indented by 0 spaces, want 2"),
    ("number: F1\n", "number: F1 ", 12, "'caption' is on the line of 'number'; put it on a line of its own"),
    ("number: F1\n", "number: F1\n=======\nnumber: F2\n", 13, "'=======' was left here by a merge; keep one of the two versions"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), EXPLAINED, ids=[message for *_, message in EXPLAINED])
def test_a_broken_text_is_explained_at_the_place_to_fix(old, new, line, message):
    text = clean_text()
    assert text.count(old) == 1, text
    found = fault_of(PATH, text.replace(old, new).encode())
    assert (found.place.line, found.message) == (line, message)


def test_the_dialect_is_that_of_the_keys():
    front = clean_text(Kind.FIGURE_2021)[len("---\n") : -len("\n---\n")]
    quoted = front.replace("\npathway_score:", "\n'pathway_score':").replace("\ngenes:", "\n'genes':")
    for written in (front, quoted, front.replace("\n", "\r"), "  " + front.replace("\n", "\n  ")):
        record = read(PATH, f"---\n{written}\n---\n".encode(), Kind.FIGURE)
        assert record.data is not None
        assert record.kind is Kind.FIGURE_2021
    text = (
        clean_text()
        .replace("caption: Stromal", 'caption: "Stromal\ngenes: of a kind')
        .replace("resistance.\np", 'resistance."\np')
    )
    record = read(PATH, text.encode(), Kind.FIGURE)
    assert record.data["caption"].startswith("Stromal genes: of a kind")
    assert record.kind is Kind.FIGURE


def test_utf_16_is_recognised():
    assert "is not UTF-8; the file is UTF-16" in checker.check(PATH, clean_text().encode("utf-16"))[0].message


WRITTEN = st.text(" .:#'\"-\nabNO01_~|>%@`!&*{}[]?,=<é\u00a0", max_size=12)


@given(
    st.tuples(WRITTEN, st.sampled_from(["", "...", "\n...", "\n---", " #", ":", "\n\n"])).map("".join),
    st.sampled_from([[], ["schema-jsonld"], ["x", "y"]]),
)
def test_what_is_written_reads_as_it_was_meant(text, path):
    data = {"caption": text, "list": [text, "b"], "last": text}
    for token in path:
        data = {token: data, "behind": text}
    assert read(PATH, emitter.document(data).encode()).data == data
