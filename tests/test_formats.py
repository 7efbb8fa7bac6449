"""The formats for other programs: each fits its schema, keeps the limits of its reader and preserves every text."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from urllib.parse import unquote_to_bytes

import pytest
from conftest import ROOT, SEED, clean_text, real_records
from hypothesis import given, settings
from hypothesis import strategies as st
from readers import COUNTS, HERE, READERS, Page, found, left_out, read_back, report, results

from pfocr_lint.diagnostic import (
    Diagnostic,
    Edit,
    OfferedFix,
    Place,
    RelatedPlace,
    Safety,
    Severity,
    SourceLine,
    Span,
    apply_edits,
)
from pfocr_lint.handbook import examples
from pfocr_lint.linter import checker
from pfocr_lint.record.parser import read
from pfocr_lint.report import FORMATS
from pfocr_lint.report.markdown import code, prose
from pfocr_lint.report.plain import plain
from pfocr_lint.report.terminal import visible
from pfocr_lint.rules.catalogue import RULES

NEW = list(READERS)


@functools.cache
def many() -> tuple[Diagnostic, ...]:
    return tuple(found(number) for number in range(30_000))


@pytest.mark.parametrize("number", [0, 1, 3_000, pytest.param(30_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", NEW)
def test_each_format_fits_its_schema_and_loses_nothing(form, number):
    assert COUNTS[form](read_back(form, *many()[:number])) == number


@pytest.mark.parametrize("form", NEW)
def test_each_format_fits_its_schema_on_the_real_records(form):
    diagnostics = [d for path, file in real_records().items() for d in checker.check(path, file.read_bytes())]
    read = read_back(form, *diagnostics)
    if form != "markdown":
        assert COUNTS[form](read) == len(diagnostics) > 20


def test_github_shows_the_ten_worst_of_each_level():
    order = {None: 0, Safety.UNSAFE: 1, Safety.SAFE: 2}
    unsafe = OfferedFix(Safety.UNSAFE, "look", (), ())
    diagnostics = [
        found(number, severity=severity, fix=fix, message=f"{order[fix and fix.safety]}")
        for number in range(4)
        for fix in (found(1).fix, unsafe, None)
        for severity in (Severity.WARNING, Severity.ERROR)
    ]
    *commands, (level, _, text) = read_back("github", *diagnostics)
    assert [level for level, *_ in commands] == ["error"] * 10 + ["warning"] * 10
    assert "".join(message.rpartition("\n")[2][0] for *_, message in commands) == "0000111122" * 2
    assert (level, text.partition(":")[0]) == ("notice", "2 more errors and 2 more warnings without an annotation")


def test_github_gives_columns_within_one_line_only():
    place = Place(3, 4, 5, 6, 4, 6)
    ((_, one, _),) = read_back("github", found())
    ((_, many, _),) = read_back("github", found(place=place))
    assert {key: one[key] for key in ("line", "endLine", "col", "endColumn")} == {
        "line": "2",
        "endLine": "2",
        "col": "1",
        "endColumn": "5",
    }
    assert (many["line"], many["endLine"], "col" in many, "endColumn" in many) == ("3", "5", False, False)


def test_markdown_ends_before_its_limit_and_counts_the_omitted_findings():
    text = "".join(FORMATS["markdown"](report(*many())))
    assert 990_000 < len(text.encode()) <= 1_000_000
    assert text.count("\n- ") + left_out(text) == 30_000
    headings = [line for line in text.split("\n") if line.startswith("###")]
    assert headings == [f"### {report(*many()).errors:,} errors", "### Rules"]


def test_markdown_shows_a_line_as_it_is_and_as_it_should_be():
    data = clean_text().replace("year: '2022'", "year: 2022  # `x`").replace("license: CC0", "license: CC1").encode()
    text = "".join(FORMATS["markdown"](report(*checker.check(f"_figures/{SEED}.md", data))))
    assert "\n  ```diff\n  - year: 2022  # `x`\n  + year: '2022'  # `x`\n  ```\n" in text
    assert "\n  ```diff\n  -   license: CC1\n  +   license: CC0\n  ```\n" in text


def test_markdown_has_the_summary_of_each_rule():
    page = read_back("markdown", *(found(number) for number in range(len(RULES))))
    assert [rule.code for rule in RULES if f"{rule.code} {rule.name}" not in page.text] == []
    assert [rule.summary for rule in RULES if rule.summary.replace("`", "") not in page.text] == []
    cell = Page(f"| a |\n| --- |\n| {prose('*a* _b_ <c> d|e `f_g` &amp; [h](i) ~~j~~')} |\n")
    assert cell.text.split() == ["a", "*a*", "_b_", "<c>", "d|e", "f_g", "&amp;", "[h](i)", "~~j~~"]


def test_sarif_folds_the_most_frequent_rule_first():
    rare, frequent = [found(n) for n in (0, 1)], [found(2, path=f"{n}.md", fingerprint=str(n)) for n in range(4_999)]
    folded, *others = results(read_back("sarif", *frequent, *rare))
    assert folded["occurrenceCount"] == 4_999
    assert folded["message"]["text"].startswith("4,999 findings in 4,999 records, reported as one ")
    assert [(result["ruleId"], result.get("occurrenceCount")) for result in others] == [(d.code, None) for d in rare]
    assert 4_000 < len(results(read_back("sarif", *many()))) <= 5_000
    assert all("occurrenceCount" not in result for result in results(read_back("sarif", *frequent[1:], *rare)))


def test_sarif_folds_the_largest_rule_until_it_fits(monkeypatch):
    heavy = OfferedFix(Safety.SAFE, "set it", (Edit(0, 0, "".join(map(chr, range(200, 9000)))),), (HERE,))
    diagnostics = [found(n % 3, path=f"{n}.md", fix=heavy if n % 3 == 1 else None) for n in range(9)]
    whole = "".join(FORMATS["sarif"](report(*diagnostics)))
    monkeypatch.setattr("pfocr_lint.report.sarif.BYTES", 20_000)
    log = read_back("sarif", *diagnostics)
    assert COUNTS["sarif"](log) == COUNTS["sarif"](json.loads(whole)) == 9
    assert [result["ruleId"] for result in results(log) if "occurrenceCount" in result] == [RULES[1].code]
    monkeypatch.setattr("pfocr_lint.report.sarif.BYTES", 1)
    assert [result["occurrenceCount"] for result in results(read_back("sarif", *diagnostics))] == [3, 3, 3]


def test_sarif_names_its_rules_with_help():
    frequent = found(len(RULES) - 1)
    (run,) = read_back("sarif", *(found(number) for number in range(len(RULES))), frequent)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule.code for rule in RULES)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        assert rule["help"]["markdown"].startswith(f"## {rule['id']} {rule['name']}\n")
        assert len(rule["fullDescription"]["text"]) <= 1024
    prints = [result["partialFingerprints"]["pfocrLint/v1"] for result in run["results"]]
    assert prints == [*(f"{number:032x}" for number in range(len(RULES))), frequent.fingerprint]


def test_gitlab_gets_no_fingerprint_twice():
    issues = read_back("gitlab", *(found(path=f"{number}.md") for number in range(3)))
    assert [issue["fingerprint"] for issue in issues] == [f"{0:032x}", f"{0:032x}-2", f"{0:032x}-3"]


def test_junit_cases_keep_their_names_when_lines_move():
    def names(*diagnostics):
        return [case.get("name") for case in read_back("junit", *diagnostics).iter("testcase")]

    first = RULES[0]
    assert names(found(), found()) == [f"{first.code} {first.name} /figtitle", f"{first.code} {first.name} /figtitle (2)"]
    assert names(found(place=Place(9, 1, 9, 2, 1, 2))) == names(found())
    assert names() == ["No diagnostics in 1 record."]


def test_related_places_and_fixes_are_reported():
    related = (RelatedPlace("b.md", 3, 4, "the caption"),)
    text = "value 1 is wrong\nsee b.md:3:4: the caption\nfix: set it"
    one = found(1, related=related)
    assert read_back("github", one)[0][2] == "fix: set it\nvalue 1 is wrong\nsee b.md:3:4: the caption"
    assert read_back("rdjson", one)["diagnostics"][0]["message"] == text
    assert read_back("junit", one).find(".//failure").text == f"{one.path}:2:1\n{text}"
    (other,) = results(read_back("sarif", one))[0]["relatedLocations"]
    assert other["physicalLocation"] == {"artifactLocation": {"uri": "b.md"}, "region": {"startLine": 3, "startColumn": 4}}


@functools.cache
def fixable():
    """Yield every text of the tests with fixes, and its diagnostics with a fix."""
    known = []
    texts = [(path, file.read_bytes()) for path, file in real_records().items()]
    texts += [(examples.path_of(bad), examples.text_of(bad).encode()) for rule in RULES for bad in rule.bad]
    wide = clean_text().replace("figtitle: Prop", "figtitle: 表皮\U0001d6fc Pr\u200bop\\")
    for path, data in [*texts, (texts[0][0], wide.encode())]:
        fixes = [d for d in checker.check(path, data) if d.fix is not None]
        if fixes:
            known.append((data.decode("utf-8"), fixes))
    return known


def offset(text: str, line: int, column: int, *, unit: str) -> int:
    """Return the offset of a line and column, in bytes of UTF-8 or in code points."""
    lines = text.split("\n")
    before = sum(len(each) + 1 for each in lines[: line - 1])
    if unit == "bytes":
        return before + len(lines[line - 1].encode()[: column - 1].decode())
    return before + column - 1


def test_the_edits_of_sarif_and_rdjson_are_those_of_the_fix():
    tried = 0
    for text, diagnostics in fixable():
        log, review = read_back("sarif", *diagnostics), read_back("rdjson", *diagnostics)
        for diagnostic, result, reviewed in zip(diagnostics, results(log), review["diagnostics"], strict=True):
            want = apply_edits(text, diagnostic.fix.edits)
            (change,) = result["fixes"][0]["artifactChanges"]
            spans = [(each["deletedRegion"], each["insertedContent"]["text"]) for each in change["replacements"]]
            made = [
                Edit(
                    offset(text, r["startLine"], r["startColumn"], unit="points"),
                    offset(text, r["endLine"], r["endColumn"], unit="points"),
                    new,
                )
                for r, new in spans
            ]
            assert apply_edits(text, made) == want
            made = [
                Edit(
                    *(offset(text, s["range"][end]["line"], s["range"][end]["column"], unit="bytes") for end in ("start", "end")),
                    s["text"],
                )
                for s in reviewed["suggestions"]
            ]
            assert apply_edits(text, made) == want
            tried += 1
    assert tried > 100


def test_sarif_counts_columns_in_code_points_and_rdjson_in_bytes():
    place = read("_figures/a.md", "a\nα\U00010400b γ".encode()).place(Span(4, 7))
    one = found(place=place, fix=OfferedFix(Safety.SAFE, "set it", (Edit(4, 7, ""),), (place,)))
    assert place == Place(2, 3, 2, 6, 7, 11)
    (result,), (reviewed,) = results(read_back("sarif", one)), read_back("rdjson", one)["diagnostics"]
    region = {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 6}
    assert result["locations"][0]["physicalLocation"]["region"] == region
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"] == region
    span = {"start": {"line": 2, "column": 7}, "end": {"line": 2, "column": 11}}
    assert reviewed["location"]["range"] == reviewed["suggestions"][0]["range"] == span


def test_rdjson_puts_a_lone_suggestion_on_the_lines_of_its_diagnostic():
    """Reviewdog rejects other lines."""
    for _, diagnostics in fixable():
        for each in read_back("rdjson", *diagnostics)["diagnostics"]:
            if len(each["suggestions"]) == 1:
                wanted, expected = each["suggestions"][0]["range"], each["location"]["range"]
                assert [wanted[end]["line"] for end in ("start", "end")] == [expected[end]["line"] for end in ("start", "end")]


NASTY = ["::error::x", "\n::error file=a::b", "%0A", "%25", "%", "\r", ",title=x", "`", "``", "|", "\\|", "\\", "<b>", "<script>", "</td>",
         "[a](http://b.c)", "![a](b)", "http://b.c", "www.b.c", "@user", "#1", "* ", "]]>", "&amp;", "&#10;", "{0}", "${{ x }}", "\x1b[31m",
         "\x9b1m", "\0", "\ufffe", "\udcff", "\ud800", "\u202e", "\u2028", "\x85", "\u200b", " ", "\u00a0", "é", "\U0001f600", "</script>", "<!--", "-->", "<![CDATA[", "```", "~~~", "\n\n",
         "::stop-commands::x", "##[error]x", "::add-mask::x", "%3A", "%2C", "\u2066", "\x7f", "\x9d0;t\x07", "\udc80", "\ud83d\ude00", "\U000e0001"]  # fmt: skip
PIECE = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), min_size=1, max_size=5)
TEXT = st.lists(PIECE, min_size=1, max_size=6).map("".join)


def shown(text: str) -> str:
    """Return a text with unsafe characters as code points; implemented here independently of the product."""
    return re.sub(
        r"(?s).", lambda match: match[0] if match[0].isprintable() or match[0] == "\u00a0" else f"<U+{ord(match[0]):04X}>", text
    )


def without_surrogates(text: str) -> str:
    return re.sub("[\ud800-\udfff]", lambda match: f"<U+{ord(match[0]):04X}>", text)


def joined(text: str) -> str:
    """Return a text with surrogate pairs as single characters: in JSON they are the same."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@settings(max_examples=60)
@given(TEXT, TEXT, TEXT)
def test_every_text_comes_back_from_every_format(message, path, key):
    one = found(
        message=message, path=path, key=f"/{key}", fix=OfferedFix(Safety.UNSAFE, message, (Edit(1, 2, "\x1b"),), (HERE,)),
        related=(RelatedPlace(path, 3, 4, message),), source=(SourceLine(2, 0, message),),
    )  # fmt: skip
    texts = {form: "".join(write(report(one))) for form, write in FORMATS.items()}
    for form, text in texts.items():
        assert all(char.isprintable() or char in "\n\u00a0" for char in text), form
    see = f"see {shown(path)}:3:4: {shown(message)}"

    for read_there in (json.loads(texts["json"])["diagnostics"][0], json.loads(texts["jsonl"])):
        assert read_there["fix"].pop("message") == joined(message)
        assert read_there.pop("related") == [{"path": joined(path), "line": 3, "column": 4, "message": joined(message)}]
        want = {"message": message, "path": path, "key": f"/{key}"}
        assert {name: read_there[name] for name in want} == {name: joined(text) for name, text in want.items()}
        assert read_there["fix"]["edits"] == [{"start": 1, "end": 2, "text": "\x1b"}]
    assert texts["jsonl"].count("\n") == 1
    assert texts["concise"].split("\n")[0] == f"{visible(path)}:2:1: {one.code} [?] {visible(message)}"
    assert texts["full"].count(visible(path)) >= 2
    assert texts["full"].count("\n") == 10

    readers = {form: READERS[form](text) for form, text in texts.items() if form in NEW}

    ((_, properties, text_there),) = readers["github"]
    assert text_there == f"unsafe fix: {shown(message)}\n{shown(message)}\n{see}"
    assert properties["file"] == "".join(char if char in "\r\n" else shown(char) for char in path)

    (result,) = results(readers["sarif"])
    got = result["message"]["text"]
    assert (re.sub(r"\\(.)", r"\1", got) if "](" in got else got) == shown(message)
    assert not re.search(r"(?<!\\)(\\\\)*\]\(", got)
    assert result["relatedLocations"][0]["message"]["text"] == got
    (location,) = result["locations"]
    assert unquote_to_bytes(location["physicalLocation"]["artifactLocation"]["uri"].removeprefix("file://")) == as_bytes(path)
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "\x1b"

    (reviewed,) = readers["rdjson"]["diagnostics"]
    assert reviewed["message"] == f"{shown(message)}\n{see}\nunsafe fix: {shown(message)}"
    assert reviewed["location"]["path"] == without_surrogates(path)

    (issue,) = readers["gitlab"]
    assert issue["description"] == f"{one.code} {one.name}: {shown(message)}"
    assert issue["location"]["path"] == without_surrogates(path)

    (failure,) = readers["junit"].iter("failure")
    assert failure.get("message") == shown(message)
    assert failure.text == f"{shown(path)}:2:1\n{shown(message)}\n{see}\nunsafe fix: {shown(message)}"
    (case,) = readers["junit"].iter("testcase")
    assert case.get("name") == shown(f"{one.code} {one.name} /{key}".rstrip())
    assert case.get("classname") == shown(path)
    assert [suite.get("name") for suite in readers["junit"]] == [shown(path)]

    assert readers["markdown"].spans[-3:] == [f"{shown(path)}:2:1", shown(message), shown(message)]


def as_bytes(path: str) -> bytes:
    """Return the bytes of a file name: an undecodable byte stays, any other surrogate is three bytes."""
    undecoded = not re.search("[\ud800-\udc7f\udd00-\udfff]", path)
    return path.encode("utf-8", "surrogateescape" if undecoded else "surrogatepass")


@given(TEXT)
def test_a_code_span_holds_any_text(text):
    assert Page(f"- {code(text)} {code(text)}").spans == [shown(text)] * 2


@given(TEXT)
def test_plain_text_is_printable(text):
    assert plain(text) == shown(text)


URIS = [
    ("_figures/a b.md", "_figures/a%20b.md"),
    ("/tmp/ä:1.md", "file:///tmp/%C3%A4%3A1.md"),
    ("_figures/\udcff%.md", "_figures/%FF%25.md"),
    ("a:b.md", "a%3Ab.md"),
]


@pytest.mark.parametrize(("path", "uri"), URIS)
def test_paths_become_uris(path, uri):
    assert results(read_back("sarif", found(path=path)))[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_run_loads_only_what_its_formats_need():
    command = (
        "import io, sys; from pfocr_lint.cli import main as cli;"
        "cli.main([sys.argv[1], '--output-format', 'github'], cli.Streams(sys.stdin, io.StringIO(), sys.stderr));"
        "print(*sys.modules)"
    )
    sample = next((ROOT / "samples" / "_figures").glob("PMC7868824*"))
    loaded = subprocess.run([sys.executable, "-c", command, sample], capture_output=True, text=True, check=True).stdout
    assert not {"junitparser", "pfocr_lint.handbook.pages"} & set(loaded.split())
