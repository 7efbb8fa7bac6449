"""The source of a flow scalar in pieces: joined they give the value in YAML, and each piece has the right place."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from pfocr_lint.record.scalar_source import as_typed, pieces

SOURCES = [
    "plain", "two words", "a\n b", "a  \n  b", "a\n\n b", "a\n\n\n b", "a\r\n b", "a\r\n\r\n b", "'quoted'", "'it''s'", "'a\n  b'", "'a\n\n  b'", "''", '""',
    '"a\\tb"', '"a\\\n   b"', '"a\\\r\n   b"', '"a \\\n  b"', '"\\x41\\u00e9\\U0001F600"', '"a\n  b\n\n  c"', '"\\"q\\""', '"\\\\"', '"tab\\\tx"', '"\\0\\_\\N\\L\\P\\e"',
    "'a \n\n\n b '", '"a\t\n\t b"', '"a\\\n\n  b"',
]  # fmt: skip


def style_of(source: str) -> str:
    return source[0] if source[:1] in ("'", '"') else ""


@pytest.mark.parametrize("source", SOURCES)
def test_the_pieces_are_the_value_and_lie_side_by_side(source):
    style = style_of(source)
    found = list(pieces(source, style))
    assert "".join(text for _, _, text in found) == yaml.load(source, Loader=yaml.BaseLoader)
    places = [len(style), *(place for start, end, _ in found for place in (start, end)), len(source) - len(style)]
    assert places == sorted(places)
    assert all(places[at] == places[at + 1] for at in range(0, len(places), 2)), "no character is left out"


PARTS = st.lists(
    st.sampled_from(["a", "é", " ", "  ", "\n ", "\n\n  ", "\\t", "\\\\", '\\"', "\\x41", "\\\n  ", "''", "\t", "b c"]),
    max_size=12,
).map("".join)


@given(PARTS, st.sampled_from(["'", '"']))
def test_any_quoted_source_is_read_as_yaml_reads_it(inner, style):
    source = f"{style}{inner}{style}"
    try:
        value = yaml.load(source, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        value = None
    assume(isinstance(value, str))
    assert "".join(text for _, _, text in pieces(source, style)) == value


# (text between double quotes, the typed text, the first escape before a letter, its value in YAML)
TYPED = [
    ("\\beta", "\\beta", "\\b", "a control character"), ("\\tau", "\\tau", "\\t", "a tab"), ("a\\nu", "a\\nu", "\\n", "a line break"),
    ("\\rho", "\\rho", "\\r", "a line break"), ("\\NF", "\\NF", "\\N", "a line break"), ("\\Lambda", "\\Lambda", "\\L", "a line break"),
    ("\\Phi", "\\Phi", "\\P", "a line break"), ("\\alpha", "\\alpha", "\\a", "a control character"), ("x\\x7fy", "x\\x7fy", "\\x7f", "a control character"),
    ("\\u0085x", "\\u0085x", "\\u0085", "a line break"), ("1\\t \\tau\\n", "1\\t \\tau\\n", "\\t", "a tab"), ("\\_a\\beta", "\\_a\\beta", "\\b", "a control character"),
    ("\\u03b1 \\tau", "α \\tau", "\\t", "a tab"), ("\\\"q\\\" \\beta", '"q" \\beta', "\\b", "a control character"), ("a\n  b \\tau", "a b \\tau", "\\t", "a tab"),
    ("\\te\u0301", "\\te\u0301", "\\t", "a tab"), ("\\t\u0301", "\\t\u0301", "\\t", "a tab"), ("\\vx", "\\vx", "\\v", "a control character"),
]  # fmt: skip


@pytest.mark.parametrize(("inner", "text", "escape", "kind"), TYPED)
def test_what_was_typed(inner, text, escape, kind):
    assert as_typed(f'"{inner}"') == (text, escape, kind)


@pytest.mark.parametrize(
    "inner",
    ["", "a", "\\t", "\\t5", "\\_a", "\\u00e9a", "\\\\beta", "a\\n\\n", "\\\n  a", "\\x41b", "\\xa0b", "\\u2027b", "\\u202ab"],
)
def test_what_was_not(inner):
    assert as_typed(f'"{inner}"') is None
