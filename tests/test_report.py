"""The text output: the carets mark the right text, for any width, script and length of the line."""

from __future__ import annotations

import pytest
from conftest import SEED, clean_text
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from pfocr_lint.linter import checker
from pfocr_lint.report import FORMATS, Report
from pfocr_lint.report.terminal import visible

PATH = f"_figures/{SEED}.md"


def full_text(made: Report) -> str:
    return "".join(FORMATS["full"](made))


def report(text: str, **options) -> Report:
    return Report(tuple(checker.check(PATH, text.encode())), files=1, fixed=0, seconds=0, version="0", **options)


def test_a_frame():
    text = clean_text().replace("figid_alias: PMC9405586__F1", "figid_alias: PMC9405586__F2")
    assert full_text(report(text)) == (
        "error[PF203]: figid_alias is 'PMC9405586__F2', figid and number make 'PMC9405586__F1'\n"
        f"  --> {PATH}:25:14\n"
        "   |\n"
        "25 | figid_alias: PMC9405586__F2\n"
        "   |              ^^^^^^^^^^^^^^\n"
        "   = fix: set it to 'PMC9405586__F1'\n"
        "\n"
        "1 error in 1 of 1 record.\n"
        "[*] 1 fixable with --fix.\n"
    )


def test_a_frame_over_lines_with_a_related_place():
    long = "word " * 30 + "end"
    text = clean_text().replace("  description: Stromal", f"  description: {long[:70]}\n    Stromal")
    shown = full_text(report(text)).split("\n")
    assert shown[4].endswith("^ to line 36")
    assert shown[5] == f"   = see: {PATH}:13:10: the caption"
    assert shown[6] == "   = fix: set it to the caption"


def frame(text: str, **options) -> tuple[str, str]:
    """Return the source line and the carets of the first diagnostic, without the line number."""
    lines = full_text(report(text, **options)).split("\n")
    number, carets = lines[3], lines[4]
    start = number.index("| ") + 2
    return number[start:], carets[start:]


def pointed(shown: str, carets: str) -> str:
    """Return the text above the carets, by terminal columns."""
    start, end = len(carets) - len(carets.lstrip()), len(carets.rstrip())
    found, column = "", 0
    for char in shown:
        if start <= column < end:
            found += char
        column += max(wcswidth(char), 0)
    return found


@pytest.mark.parametrize(
    ("before", "width"),
    [("", 100), ("表皮成長因子 ", 100), ("word " * 60, 100), ("表 " * 200, 80), ("x" * 5000 + " ", 60), ("é" * 90 + " ", 40)],
)
@pytest.mark.parametrize("after", ["", " and more" * 30, " 表皮成長因子" * 40])
def test_the_carets_are_below_the_marked_text(before, after, width):
    title = f"{before}PI3K\\AKT{after}"[:240] if len(before) < 200 else f"{before}PI3K\\AKT{after}"
    text = clean_text()
    line = next(line for line in text.split("\n") if line.startswith("figtitle"))
    shown, carets = frame(text.replace(line, f"figtitle: {title}"), width=width)
    if "characters, want 10 to 250" in full_text(report(text.replace(line, f"figtitle: {title}"))):
        shown, carets = frame_of(text.replace(line, f"figtitle: {title}"), "PF310", width)
    assert pointed(shown, carets) == "\\"
    assert wcswidth(shown) <= max(40, width)


def frame_of(text: str, code: str, width: int) -> tuple[str, str]:
    whole = report(text, width=width)
    only = Report(tuple(d for d in whole.diagnostics if d.code == code), 1, 0, 0, "0", width=width)
    lines = full_text(only).split("\n")
    start = lines[3].index("| ") + 2
    return lines[3][start:], lines[4][start:]


def test_what_is_invisible_is_shown_by_its_code_point():
    shown, carets = frame(clean_text().replace("figtitle: Prop", "figtitle: Pr\u200bop"))
    assert shown.startswith("figtitle: Pr<U+200B>operties")
    assert pointed(shown, carets) == "<U+200B>"


@given(st.text())
def test_no_control_character_is_shown(text):
    shown = visible(text)
    assert all(char.isprintable() or char == "\u00a0" for char in shown)
    assert not any("\u202a" <= char <= "\u202e" for char in shown)


def test_colour_only_paints():
    text = clean_text().replace("year: '2022'", "year: 2022")
    plain, painted = full_text(report(text)), full_text(report(text, color=True))
    assert "\x1b[1;31m" in painted
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_a_finding_about_the_whole_file_has_no_frame():
    text = clean_text().replace("doi: 10.3390/biomedicines10081841\n", "")
    assert full_text(report(text)).split("\n")[:3] == ["error[PF101]: doi is missing", f" --> {PATH}:1:1", ""]
