"""Findings of one rule in one record are one for people: its text, the counts, and the formats that keep each."""

from __future__ import annotations

import json
import re
from operator import itemgetter

import pytest
from conftest import SEED, clean_text, real_records
from hypothesis import given
from hypothesis import strategies as st

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Body, Diagnostic, OfferedFix, Place, Safety, Severity, Span
from pfocr_lint.linter import checker
from pfocr_lint.report import FORMATS, Report
from pfocr_lint.report.folding import Fold, folded

PATH = f"_figures/{SEED}.md"
FOLDING = ("full", "markdown", "github")


def text_with(*changes: tuple[str, str]) -> str:
    text = clean_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def lines(text: str) -> list[str]:
    """The lines below the message of the only fold of a record: the other findings, and what a fix would do."""
    (fold,) = folded(checker.check(PATH, text.encode()))
    assert len(fold.members) > 1
    return [*fold.also(), *fold.offers()]


SENTINELS = [(f"{key}: {value}\n", f"{key}: .na.character\n") for key, value in re.findall(r"(?m)^(doi|journal_title|journal_nlm_ta|publisher_name): (.*)$", clean_text())]  # fmt: skip
ITEMS = "  - PTEN\n  - AKT1\n"

WORDED = [
    pytest.param(
        SENTINELS,
        ["also in journal_title, journal_nlm_ta and publisher_name (lines 20–22)", "fix for all 4: set it to ''"],
        id="the same in several fields",
    ),
    pytest.param(
        [*SENTINELS[:2], (ITEMS, "  - .na.character\n  - AKT1\n")],
        [
            "also in journal_title and item 1 of schema-jsonld/keywords (lines 20, 42)",
            "fix for 2 of 3 (lines 19–20): set it to ''",
            "fix for 1 of 3 (line 42): drop the item",
        ],
        id="two sorts of safe fix",
    ),
    pytest.param(
        [(ITEMS, "  - 'PTEN '\n  - 'AKT1 '\n")],
        ["also in item 2 of schema-jsonld/keywords (line 43)", "fix for both: remove the white space"],
        id="two items",
    ),
    pytest.param(
        [(ITEMS, "".join(f"  - 'K{number} '\n" for number in range(12)))],
        [
            "also in items 2, 3, 4, 5, 6, 7 and 5 more of schema-jsonld/keywords (lines 43–53)",
            "fix for all 12: remove the white space",
        ],
        id="many items",
    ),
    pytest.param(
        [(ITEMS, "".join(f"  - 'K{number} '\n  - L{number}\n" for number in range(9)))],
        [
            "also in items 3, 5, 7, 9, 11, 13 and 2 more of schema-jsonld/keywords (lines 44, 46, 48, 50, 52, 54 …)",
            "fix for all 9: remove the white space",
        ],
        id="many lines",
    ),
    pytest.param(
        [(ITEMS, "  - 'PTEN '\n  - ' AKT1'\n  - ' A'\n")],
        [
            "also: schema-jsonld/keywords, item 2 begins with a space (line 43); also in item 3 of schema-jsonld/keywords (line 44)",
            "fix for all 3: remove the white space",
        ],
        id="another message of the rule",
    ),
    pytest.param(
        [("- Homo sapiens\n- Mus musculus\n", "- human\n- mouse\n")],
        ["also 'mouse' (line 6)", "fix for both, such as: set it to 'Homo sapiens'"],
        id="a message without a field: by its value",
    ),
    pytest.param(
        [("figtype: Figure\n", ""), ("seo: CreativeWork\n", ""), ("year: '2022'\n", "")],
        ["also seo and year", "fix for all 3, such as: add figtype with 'Figure'"],
        id="the whole file has no lines",
    ),
    pytest.param(
        [("figtype: Figure\n", "figtype: Figure\nfoo: 1\nbar: 2\n")],
        ["also 'bar' (line 28)"],
        id="no fix",
    ),
    pytest.param(
        [("figtype: Figure", "figtype: Figur"), ("year: '2022'", "year: 2022x")],
        [
            (
                "also: figtype is 'Figur', want one of 'Figure', 'Scheme', 'Supplemental figure', 'Graphical abstract', "
                "'Appendix figure', 'Extended view'; did you mean 'Figure'? (line 26)"
            ),
            "fix for 1 of 2 (line 26): set it to 'Figure'",
            "no fix for 1 of 2 (line 18)",
        ],
        id="a fix for some",
    ),
]


@pytest.mark.parametrize(("changes", "wanted"), WORDED)
def test_the_others_in_a_few_words(changes, wanted):
    assert lines(text_with(*changes)) == wanted


def found(number: int, *, safety: Safety | None = None, message: str = "", fix: str = "do it", code: str = "PF306") -> Diagnostic:
    offered = None if safety is None else OfferedFix(safety, fix, (), ())
    body = Body(
        code, "stray-whitespace", Severity.WARNING, message or f"doi holds {number} spaces", Span(number, number + 1),
        Place(number, 1, number, 2, 1, 2), "/doi", offered,
    )  # fmt: skip
    return Diagnostic(body, PATH, f"{number:032x}")


def test_an_apostrophe_in_a_word_ends_no_value():
    names = ("5'-AMP", "Wilson's disease", "GDP", "3'")
    members = tuple(found(number, message=f"there is no page for '{name}'") for number, name in enumerate(names, 1))
    assert Fold(members).also() == ["also 'Wilson's disease', 'GDP' and '3'' (lines 2–4)"]


def test_no_finding_without_a_field_is_left_out_of_the_list():
    """A long value is shortened, the value of the first is named again beside others."""
    names = ("GDP", "x" * 100, "GDP", "GTP")
    members = tuple(found(number, message=f"there is no page for '{name}'") for number, name in enumerate(names, 1))
    assert Fold(members).also() == [f"also '{'x' * 39} … {'x' * 16}', 'GDP' and 'GTP' (lines 2–4)"]
    assert Fold((members[0], members[2])).also() == ["also at line 3"]


def test_a_safe_and_an_unsafe_fix_are_not_one():
    safe, unsafe, none = found(1, safety=Safety.SAFE), found(2, safety=Safety.UNSAFE), found(3)
    assert Fold((safe, unsafe)).offers() == ["fix for 1 of 2 (line 1): do it", "unsafe fix for 1 of 2 (line 2): do it"]
    assert Fold((unsafe, safe)).offers() == ["fix for 1 of 2 (line 1): do it", "unsafe fix for 1 of 2 (line 2): do it"]
    assert Fold((none, unsafe, safe)).offers()[2] == "no fix for 1 of 3 (line 3)"
    assert [Fold(members).ease for members in ((safe,), (safe, unsafe), (unsafe, safe, none), (safe, safe))] == [2, 1, 0, 2]


def test_many_sorts_of_message_are_cut_with_a_count():
    messages = [f"doi {word}" for word in ("is red", "is blue", "is wide", "is flat", "is old", "is new")]
    members = tuple(found(number, message=message) for number, message in enumerate(messages, 1))
    assert Fold(members).also() == [
        "also: doi is blue (line 2)", "also: doi is wide (line 3)", "also: doi is flat (line 4)", "also 2 other findings of this rule",
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["PF306", "PF106"]), st.sampled_from([None, *Safety]), st.text()))
)
def test_folding_loses_and_repeats_nothing(rows):
    diagnostics = [
        found(number, safety=safety, code=code, message=text or "x")._replace(path=path)
        for number, (path, code, safety, text) in enumerate(sorted(rows, key=itemgetter(0)), 1)
    ]
    folds = list(folded(diagnostics))
    members = [each for fold in folds for each in fold.members]
    assert sorted(members, key=lambda each: each.place.line) == diagnostics
    assert len({(fold.first.path, fold.first.code) for fold in folds}) == len(folds)
    assert [fold.first.place.line for fold in folds] == sorted(fold.first.place.line for fold in folds)
    assert list(folded(diagnostics, fold=False)) == [Fold((each,)) for each in diagnostics]
    for fold in folds:
        offers = fold.offers()
        assert len(fold.also()) <= 5
        assert bool(offers) == any(each.fix is not None for each in fold.members)
        counts = [int(match[1]) for line in offers if (match := re.search(r" for (\d+) of", line))]
        assert not counts or sum(counts) == len(fold.members)


# --- the formats


@pytest.fixture
def sentinels(repository):
    (repository / PATH).write_text(text_with(*SENTINELS, ("seo: CreativeWork", "seo: Creative")), encoding="utf-8")
    return repository


def test_the_full_format_shows_one_place_and_counts_all(sentinels, run):
    shown = run(PATH).out
    assert shown.count("error[PF106]") == 1
    assert (
        "\n   = also in journal_title, journal_nlm_ta and publisher_name (lines 20–22)\n   = fix for all 4: set it to ''\n"
        in shown
    )
    assert "5 errors in 1 of 1 record.\n[*] 5 fixable with --fix.\n" in shown
    assert shown.endswith("Findings of one rule in one record are shown as one; --no-fold shows each.\n")
    each = run(PATH, "--no-fold").out
    assert each.count("error[PF106]") == 4
    assert "shown as one" not in each
    assert "also in" not in each
    assert "shown as one" not in run(PATH, "--quiet").out
    assert "shown as one" not in run(PATH, "--select", "PF104").out
    assert "\x1b[1;32mfix for all 4\x1b[0m: set it" in run(PATH, "--color", "always").out


def test_the_summary_in_markdown_folds_and_counts_all(sentinels, run):
    shown = run(PATH, "--output-format", "markdown").out
    assert "| PF106 missing-value-sentinel | 4 | 1 | 4 |" in shown
    assert "### 5 errors" in shown
    assert (
        "`doi is '.na.character', which stands for a missing value` · "
        "`also in journal_title, journal_nlm_ta and publisher_name (lines 20–22)` · fix for all 4: `set it to ''` <sub>PF106 missing-value-sentinel</sub>\n"
        in shown
    )
    assert run(PATH, "--output-format", "markdown", "--no-fold").out.count("PF106 missing") == 5


def test_annotations_are_spent_on_causes(repository, run):
    for number in range(12):
        pmcid = f"PMC{10_000_000 + number}"
        text = text_with(*SENTINELS).replace("PMC9405586", pmcid)
        (repository / "_figures" / f"{SEED.replace('PMC9405586', pmcid)}.md").write_text(text, encoding="utf-8")
    shown = run("_figures", "--output-format", "github").out.splitlines()
    assert [line.startswith("::error ") for line in shown] == [True] * 10 + [False]
    assert len({line.partition(",")[0] for line in shown}) == 11
    assert (
        "::fix for all 4: set it to ''%0Adoi is '.na.character', which stands for a missing value%0Aalso in journal_title, "
        in shown[0]
    )
    assert "::8 more errors without an annotation" in shown[10]
    each = run("_figures", "--output-format", "github", "--no-fold").out
    assert "::38 more errors without an annotation" in each


def test_what_needs_a_person_comes_first_by_the_worst_member():
    safe = [replace(found(number, safety=Safety.SAFE), path="a") for number in (1, 2)]
    mixed = [replace(found(1, safety=Safety.SAFE), path="b"), replace(found(2), path="b")]
    report = Report((*safe, *mixed), 2, 0, 0, "1", fold=True)
    assert [fold.first.path for fold in report.worst(9)] == ["b", "a"]
    assert (report.warnings, report.fixable, report.is_folded) == (4, 3, True)


def test_a_cut_summary_counts_the_findings_that_are_left_out():
    diagnostics = tuple(
        replace(found(number, message=f"doi {'x' * 900}"), path=f"{path}") for path in range(2_000) for number in (1, 2)
    )
    text = "".join(FORMATS["markdown"](Report(diagnostics, 2_000, 0, 0, "1", fold=True)))
    shown = text.count("\n- `")
    (left,) = re.findall(r"\*\*([\d,]+) more findings\*\*", text)
    assert 2 * shown + int(left.replace(",", "")) == 4_000
    assert len(text.encode()) <= 1_000_000


@pytest.mark.parametrize("form", sorted({*FORMATS} - {*FOLDING}))
def test_the_other_formats_keep_each(form):
    diagnostics = tuple(each for path, file in real_records().items() for each in checker.check(path, file.read_bytes()))
    report = Report(diagnostics, 1, 0, 0, "1")
    assert list(FORMATS[form](replace(report, fold=True))) == list(FORMATS[form](report))


def test_nothing_of_a_record_reaches_the_terminal_raw():
    diagnostics = [replace(found(number, message=f"doi is 'a\x1b[31m{number}\u202e'"), path="a") for number in (1, 2)]
    for form in FOLDING:
        text = "".join(FORMATS[form](Report(tuple(diagnostics), 1, 0, 0, "1", fold=True)))
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "also in doi ('a<U+001B>[31m2<U+202E>')" in text


def test_a_long_run_is_written_in_parts_as_it_is_at_the_end(tmp_path, run):
    (tmp_path / "_figures").mkdir()
    for number in range(520):
        pmcid = f"PMC{10_000_000 + number}"
        text = (text_with(*SENTINELS) if number % 40 == 0 else clean_text()).replace("PMC9405586", pmcid)
        (tmp_path / "_figures" / f"{SEED.replace('PMC9405586', pmcid)}.md").write_text(text, encoding="utf-8")
    argv = ("--jobs", "1", "--no-cache", "--select", "PF106,PF201")
    streamed, at_the_end = run(*argv), run(*argv, "--output-format", "full", "--output-format", "json:found.json")
    assert streamed.out == at_the_end.out
    assert streamed.out.count("error[PF106]") == 13
    assert "52 errors in 13 of 520 records.\n" in streamed.out
    assert streamed.out.endswith("--no-fold shows each.\n")
    assert len(json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["diagnostics"]) == 52
    assert streamed.status == 1
