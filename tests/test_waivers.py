"""Waivers: waived findings, errors in waivers, counts, and the list of all waivers."""

from __future__ import annotations

import json
import os
import subprocess

import jsonschema
import pytest
from conftest import ROOT, SEED, clean_text

from pfocr_lint.dataclass import replace
from pfocr_lint.linter import checker, fixer, record_check
from pfocr_lint.record.parser import read
from pfocr_lint.report import FORMATS
from pfocr_lint.rules.waiver_comments import waivers
from pfocr_lint.settings.model import DEFAULT, Selection, Settings
from pfocr_lint.workspace import cache

PATH = f"_figures/{SEED}.md"
YEAR = "year: '2021'"  # PF210: reftext has 2022


def text_with(comment: str, *, line: str = YEAR) -> str:
    """Return the clean record with a comment above the line of its year, or on it."""
    lines = comment.format(line) if "{}" in comment else f"{comment}\n{line}"
    return clean_text().replace("year: '2022'", lines)


def found(text: str, settings: Settings = DEFAULT) -> list[str]:
    return [each.code for each in checker.check(PATH, text.encode(), settings)]


def messages(text: str, code: str = "PF902") -> list[str]:
    return [each.message for each in checker.check(PATH, text.encode()) if each.code == code]


WAIVING = [
    "# pfocr-lint: ignore[PF210] printed later",
    "{} # pfocr-lint: ignore[PF210] printed later",
    "#pfocr-lint:ignore[PF210]printed later",
    "#   pfocr-lint:   ignore[ PF210 ]   printed later",
    "# checked # pfocr-lint: ignore[PF210] printed later",
    "# pfocr-lint: ignore[PF210] # printed later",
    "# pfocr-lint: ignore[PF210] - printed later",
    "# pfocr-lint: ignore[PF210]: printed later [see the issue]",
    "# pfocr-lint: ignore[year-differs-from-reference] 印刷が遅れた",
    "# pfocr-lint: ignore[PF210; until=2027-06-30] printed later",
    "# pfocr-lint: ignore[PF210; owner=ana] printed later",
    "# pfocr-lint: ignore[PF210; until=2027-06-30; owner=ana maria] printed later",
    "# pfocr-lint: ignore[PF210;owner=ana;until=2027-06-30] printed later",
    "# pfocr-lint: ignore[ PF210 ; until = 2027-06-30 ; owner = ana ] printed later",
    "# pfocr-lint: ignore[PF210; until=2001-01-01] long over",  # no day is given, so no waiver ends
    "# pfocr-lint: ignore[PF210;] printed later",
]


@pytest.mark.parametrize("comment", WAIVING)
def test_a_right_waiver_waives_and_is_silent(comment):
    text = text_with(comment)
    assert found(text) == []
    assert record_check.check_record(read(PATH, text.encode())).waived == ("PF210",)


@pytest.mark.parametrize(
    ("inside", "until", "owner"),
    [
        ("PF210", None, None),
        ("PF210; until=2027-06-30", "2027-06-30", None),
        ("PF210; owner=ana", None, "ana"),
        ("PF210; until=2028-02-29; owner=Ana María <a@b.org>", "2028-02-29", "Ana María <a@b.org>"),
        ("PF210 ;owner= group=2 ; until=2027-06-30", "2027-06-30", "group=2"),
    ],
)
def test_the_parts_of_a_waiver(inside, until, owner):
    (waiver,) = waivers(read(PATH, text_with(f"# pfocr-lint: ignore[{inside}] why").encode()))
    assert ([name for name, _ in waiver.names], waiver.until, waiver.owner, waiver.reason) == (["PF210"], until, owner, "why")


WRONG_PARTS = [
    ("PF210; until=2027-02-29", "until is '2027-02-29', which is no date; write it as in until=2027-06-30"),
    ("PF210; until=30.06.2027", "until is '30.06.2027', which is no date"),
    ("PF210; until=2027-6-30", "until is '2027-6-30', which is no date"),
    ("PF210; until=20270630", "until is '20270630', which is no date"),
    ("PF210; until=2027-W26-3", "until is '2027-W26-3', which is no date"),
    ("PF210; until=２０２７-06-30", "which is no date"),
    ("PF210; until=next summer", "until is 'next summer', which is no date"),
    ("PF210; until=", "until is '', which is no date"),
    ("PF210; until", "'until' is not known in a waiver; known are until=2027-06-30 and owner=ana"),
    ("PF210; owner=", "owner has no name"),
    ("PF210; owner", "'owner' is not known"),
    ("PF210; ana", "'ana' is not known"),
    ("PF210; reason=later", "'reason=later' is not known"),
    ("PF210; Until=2027-06-30", "'Until=2027-06-30' is not known"),
    ("PF210; until: 2027-06-30", "'until: 2027-06-30' is not known"),
    ("PF210; until=2027-06-30; until=2028-06-30", "until appears twice"),
    ("PF210; owner=ana; owner=ben", "owner appears twice"),
    ("PF210; PF301", "'PF301' is not known in a waiver; rules are separated by ','"),
    ("PF210, until=2027-06-30", "'until=2027-06-30' is no rule; it is written behind a ';'"),
    ("until=2027-06-30; PF210", "'until=2027-06-30' is no rule; it is written behind a ';'"),
    ("; until=2027-06-30", "this waives nothing; write '# pfocr-lint: ignore[PF210] the reason'"),
]


@pytest.mark.parametrize(("inside", "message"), WRONG_PARTS)
def test_a_part_that_is_wrong_is_named_and_the_waiver_waives_nothing(inside, message):
    text = text_with(f"# pfocr-lint: ignore[{inside}] why")
    assert sorted(found(text)) == ["PF210", "PF902"]
    assert message in messages(text)[0]


# The marker, or the text after it, is nearly right: each waives nothing and is reported.
NEAR = [
    "# PFOCR-lint: ignore[PF210] why",
    "# pfocr_lint: ignore[PF210] why",
    "# pfocrlint: ignore[PF210] why",
    "# pfocr lint: ignore[PF210] why",
    "# Pfocr-Lint: ignore[PF210] why",
    "# PFOCR-LINT: IGNORE[PF210] why",
    "# pfocr-lint ignore[PF210] why",
    "# pfocr-lint; ignore[PF210] why",
    "# pfocr-lint - ignore[PF210] why",
    "# pfocr-lint = ignore[PF210] why",
    "# pfocr-lint\uff1a ignore[PF210] why",
    "# pfocr\u2011lint: ignore[PF210] why",
    "# pfocr\u2013lint: ignore[PF210] why",
    "# pfocr-linter: ignore[PF210] why",
    "# pfocr.lint: ignore[PF210] why",
    "# @pfocr-lint: ignore[PF210] why",
    "#pfocr-lint:ignore [PF210] why",
    "# pfocr-lint : ignore[PF210] why",
    "# pfocr-lint: ignore(PF210) why",
    "# pfocr-lint: ignore{{PF210}} why",
    "# pfocr-lint: ignore PF210 why",
    "# pfocr-lint: ignore=PF210 why",
    "# pfocr-lint: ignore[PF210 why",
    "# pfocr-lint: ignore",
    "# pfocr-lint: Ignore[PF210] why",
    "# pfocr-lint: disable=PF210",
    "# pfocr-lint: disable[PF210] why",
    "# pfocr-lint: waive[PF210] why",
    "# pfocr-lint: noqa PF210",
    "# pfocr-lint: off",
    "# pfocr-lint: PF210 why",
    "# pfocr-lint PF210 why",
    "# pfocr-lint[PF210] why",
    "# pfocr-lint:",
    "# pfocr-lint",
    "# checked by ana, pfocr-lint: ignore[PF210] why",
    "# checked by ana (PFOCR-lint ignore[PF210])",
    "# ignore[PF210] why",
    "# pfcor-lint: ignore[PF210] why",
    "# lint: ignore[PF210, PF301] why",
    "{} # Pfocr_Lint: ignore[PF210] why",
]


@pytest.mark.parametrize("comment", NEAR)
def test_a_near_miss_of_the_marker_waives_nothing(comment):
    text = text_with(comment)
    assert sorted(found(text)) == ["PF210", "PF902"]
    codes = "PF210, PF301" if "PF301" in comment else "PF210"
    assert messages(text) == [f"this waives nothing; write '# pfocr-lint: ignore[{codes}] the reason'"]


def test_the_form_that_is_shown_has_the_codes_that_were_typed():
    assert messages(text_with("# PFOCR-lint: ignore[pf301; PF206]")) == [
        "this waives nothing; write '# pfocr-lint: ignore[PF301, PF206] the reason'"
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "# see the pfocr-lint page",
        "# the pfocr-lint run of May found this",
        "# pfocr-lint ignores this field",
        "# pfocr-lint found nothing here",
        "# pfocr-lint (see the page of PF210)",
        "# pfocr-lint; see its page",
        "# pfocr-lint - off by one",
        "# pfocr-lint, off",
        "# reported by pfocr-lint",
        "# https://github.com/wikipathways/pfocr-lint",
        "# noqa: PF210",
        "# PF210 is right here",
        "# we ignore [PF210] in this paper",
        "# pfocr: checked by ana",
        "# pfocr",
        "# lint: ignore",
        "# ignore the year",
    ],
)
def test_a_comment_that_only_has_the_word_is_none(comment):
    assert found(text_with(comment)) == ["PF210"]


def test_a_text_in_the_form_of_a_waiver_is_a_text():
    text = clean_text().replace("figtype: Figure", "figtype: 'Figure # PFOCR-lint: ignore[PF104]'")
    assert "PF902" not in found(text)


def test_a_near_miss_after_a_text_is_not_part_of_the_text():
    """Otherwise an unsafe fix would write it into the value."""
    text = clean_text()
    line = next(line for line in text.split("\n") if line.startswith("papertitle: "))
    for comment in ("# PFOCR-lint: ignore[PF301] why", "# pfocr_lint ignore[PF301]"):
        fixed = fixer.fix(PATH, text.replace(line, f"{line} {comment}").encode(), unsafe=True)
        assert f"{line} {comment}\n" in fixed.data.decode()


NO_REASON = ["{}", "{} ", "{} -", "{} — ", "{}:", "{} .", "{} #", "{} ...", "{}  - # :"]


@pytest.mark.parametrize("form", NO_REASON)
@pytest.mark.parametrize("inside", ["PF210", "year-differs-from-reference", "PF210; until=2027-06-30; owner=ana"])
def test_a_waiver_without_a_reason_is_reported_and_waives(form, inside):
    text = text_with("# pfocr-lint: " + form.format(f"ignore[{inside}]"))
    assert found(text) == ["PF902"]
    assert messages(text) == [f"a reason is missing behind 'ignore[{inside}]'"]


def test_what_is_to_be_removed_needs_no_reason():
    """One root cause, one diagnostic: an unused waiver is PF901, a waiver of an unknown rule is PF902."""
    assert found(text_with("# pfocr-lint: ignore[PF210]", line="year: '2022'")) == ["PF901"]
    assert len(messages(text_with("# pfocr-lint: ignore[PF2100]"))) == 1
    assert found(text_with("# pfocr-lint: ignore[PF210, PF301]")) == ["PF901", "PF902"]


def test_the_fix_of_an_unused_name_keeps_the_other_parts():
    text = text_with("# pfocr-lint: ignore[PF301, PF210; until=2027-06-30; owner=ana] why")
    fixed = fixer.fix(PATH, text.encode()).data.decode()
    assert "# pfocr-lint: ignore[PF210; until=2027-06-30; owner=ana] why\n" in fixed


# --- the last day of a waiver

ENDS = "# pfocr-lint: ignore[PF210; until=2026-06-30] to be clarified"


def checked(text: str, day: str | None, settings: Settings = DEFAULT):
    return checker.check(PATH, text.encode(), settings, today=day)


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (None, []),
        ("2026-06-29", []),
        ("2026-06-30", []),
        ("2026-07-01", ["PF903", "PF210"]),
        ("2027-01-01", ["PF903", "PF210"]),
        ("9999-12-31", ["PF903", "PF210"]),
        ("0001-01-01", []),
    ],
)
def test_after_its_last_day_a_waiver_waives_nothing(day, codes):
    assert [each.code for each in checked(text_with(ENDS), day)] == codes


def test_an_ended_waiver_names_its_rules_its_day_and_its_owner():
    text = text_with("# pfocr-lint: ignore[PF301, year-differs-from-reference, PF2100; owner=ana; until=2026-06-30] both")
    found = checked(text, "2026-07-01")
    assert [each.code for each in found] == ["PF903", "PF902", "PF210"]
    assert found[0].message == (
        "the waiver of PF301, year-differs-from-reference ended on 2026-06-30; correct the value, or write a later day (owner: ana)"
    )
    assert found[0].severity.value == "warning"
    assert found[0].fix is None
    assert found[0].place.line == line_of(text, "# pfocr-lint")


ENDED = [  # comment, line of the year, codes
    (ENDS, "year: '2022'", ["PF903"]),  # in place of PF901
    ("# pfocr-lint: ignore[PF210; until=2026-06-30]", YEAR, ["PF210", "PF903"]),  # no reason is wanted of it
    ("# pfocr-lint: ignore[PF2100; until=2026-06-30] why", YEAR, ["PF210", "PF902"]),  # it never waived
    ("# pfocr-lint: ignore[PF210; until=2026-06-31] why", YEAR, ["PF210", "PF902"]),
    ("# pfocr-lint: ignore[PF210, PF903; until=2026-06-30] why", YEAR, ["PF210", "PF903"]),  # it does not waive itself
    (f"{ENDS}\n# pfocr-lint: ignore[PF903] leave it", YEAR, ["PF210", "PF901", "PF903"]),
    (f"{ENDS}\n# pfocr-lint: ignore[PF210; until=2026-12-31] not yet", YEAR, ["PF903"]),
    ("# pfocr-lint: ignore[PF401; until=2026-06-30] a twin", "year: '2022'", ["PF903"]),
]


@pytest.mark.parametrize(("comment", "line", "codes"), ENDED)
def test_ended_waivers_among_others(comment, line, codes):
    assert sorted(each.code for each in checked(text_with(comment, line=line), "2026-07-01")) == codes


def test_an_ended_waiver_without_a_finding_is_to_be_removed():
    (found,) = checked(text_with(ENDS, line="year: '2022'"), "2026-07-01")
    assert found.message == "the waiver of PF210 ended on 2026-06-30 and has nothing to waive; remove it"
    (found,) = checked(text_with(ENDS.replace("210", "401"), line="year: '2022'"), "2026-07-01")
    assert found.message.endswith("; correct the value, or write a later day")  # only the comparison finds PF401


def test_an_ended_waiver_of_a_rule_that_is_off_is_silent():
    settings = Settings(selections=(Selection(ignore=("PF210",)),))
    assert checked(text_with(ENDS), "2026-07-01", settings) == []


def test_what_a_person_waived_once_is_fixed_by_unsafe_fixes_only():
    data = text_with(ENDS).encode()
    assert fixer.fix(PATH, data, today="2026-07-01").data == data
    fixed = fixer.fix(PATH, data, today="2026-07-01", unsafe=True)
    assert fixed.data.decode() == text_with(ENDS, line="year: '2022'")
    assert fixer.fix(PATH, data, unsafe=True).fixed == ()


@pytest.mark.parametrize("day", ["", "today", "2026-02-30", "2026-7-1", "20260701"])
def test_the_day_of_the_api_is_a_date(day):
    for act in (checker.check, fixer.fix):
        with pytest.raises(ValueError, match="is no date; write it as in 2027-06-30"):
            act(PATH, b"", today=day)


def test_a_result_has_the_earliest_last_day_of_its_waivers():
    more = "# pfocr-lint: ignore[PF401; until=2026-05-31] a twin\n# pfocr-lint: ignore[PF301; until=2001-01-01; x] wrong\n{}"
    for comment, until in ((ENDS, "2026-06-30"), (f"{more}  {ENDS}", "2026-05-31"), (WAIVING[0], None), (NEAR[0], None)):
        record = read(PATH, text_with(comment).encode())
        assert record_check.check_record(record).until == until
        assert fixer.fix(PATH, text_with(comment).encode()).until == until
        assert record_check.check_record(record, Settings(waivers=False)).until is None


def test_the_day_of_a_run(repository, run):
    (repository / PATH).write_text(text_with(ENDS), encoding="utf-8")
    assert run(PATH).status == 0  # TODAY of the tests is before
    assert run(PATH, "--today", "2026-06-30").status == 0
    late = run(PATH, "--today", "2026-07-01", "--output-format", "concise")
    assert late.status == 1
    assert "PF210" in late.out
    assert "PF903" in late.out
    assert run(PATH, "--today", "2026-07-01", "--no-waivers").out.count("PF903") == 0
    data = (repository / PATH).read_bytes()
    for day, status in (("2026-06-30", 0), ("2026-07-01", 1)):
        assert run("--stdin-filename", PATH, "--today", day, stdin=data).status == status
    wrong = run(PATH, "--today", "July")
    assert (wrong.status, wrong.err) == (2, "pfocr-lint: --today: 'July' is no date; write it as in 2027-06-30\n")


def test_the_waiver_of_a_comparison_ends(waived, run):
    path = waived / PATH
    path.write_text(path.read_text(encoding="utf-8").replace("[PF402]", "[PF402; until=2026-06-30]"), encoding="utf-8")

    def codes(day):
        found = json.loads(run("--today", day, "--output-format", "json").out)["diagnostics"]
        return {each["code"] for each in found if each["path"] == PATH}

    assert codes("2026-07-01") - codes("2026-06-30") == {"PF402", "PF903"}


def test_a_waiver_ends_although_nothing_changed(many, run):
    """The cache knows the records, also those whose waivers only concern the comparison."""
    first = sorted((many / "_figures").iterdir())[0]
    first.write_text(first.read_text(encoding="utf-8").replace(WAIVING[0], ENDS), encoding="utf-8")
    second = sorted((many / "_figures").iterdir())[1]
    second.write_text(
        second.read_text(encoding="utf-8").replace("pmcid:", f"{ENDS.replace('210', '402')}\npmcid:"), encoding="utf-8"
    )

    def codes(day, *argv):
        report = json.loads(run("--today", day, "--output-format", "json", *argv).out)
        return [(each["code"], each["path"]) for each in report["diagnostics"]]

    os.chdir(many)
    one, other = f"_figures/{first.name}", f"_figures/{second.name}"
    ended = sorted([("PF210", one), ("PF903", one), ("PF903", other)])
    for argv in ([], ["--jobs", "2"], ["--no-cache"]):
        assert codes("2026-06-30", *argv) == []
        assert sorted(codes("2026-07-01", *argv)) == ended
        assert codes("2026-06-30", *argv) == []


def test_a_waiver_that_ended_is_no_work_of_a_diff(changed, run):
    """The base had the same waiver, so its end is not introduced."""
    text = text_with(ENDS)
    (changed / PATH).write_text(text, encoding="utf-8")
    git(changed, "commit", "-q", "-a", "-m", "waived")
    (changed / PATH).write_text(text.replace("seo: CreativeWork", "seo: Creative"), encoding="utf-8")
    argv = ("--since", "HEAD", "--today", "2026-07-01", "--output-format", "json")
    codes = [[each["code"] for each in json.loads(run(*argv, *more).out)["diagnostics"]] for more in ([], ["--introduced"])]
    assert [set(each) & {"PF104", "PF210", "PF903"} for each in codes] == [{"PF104", "PF210", "PF903"}, {"PF104"}]


def test_a_second_waiver_in_one_comment_is_reported():
    text = text_with("# pfocr-lint: ignore[PF210] why # pfocr-lint: ignore[PF301] too")
    assert found(text) == ["PF902"]
    assert messages(text) == ["one comment holds two waivers; name all rules in the first, as in 'ignore[PF210, PF301]'"]


def test_a_record_may_hold_many_comments():
    """Linear time, also for a name that is similar to no rule."""
    lines = "".join(f"# PFOCR-lint: ignore[PF{number}]\n# pfocr-lint: ignore[PX{number}] why\n" for number in range(2_000))
    assert len(messages(text_with("{}").replace("---\n", f"---\n{lines}", 1))) == 4_000


# --- without waivers


def test_without_waivers_nothing_is_waived_and_nothing_is_reported_for_them():
    settings = Settings(waivers=False)
    for comment in (*WAIVING[:5], *NEAR[:5], "# pfocr-lint: ignore[PF210]", "# pfocr-lint: ignore[PF301, PF2100] why"):
        assert found(text_with(comment), settings) == ["PF210"], comment
    assert record_check.check_record(read(PATH, text_with(WAIVING[0]).encode()), settings).waived == ()


@pytest.fixture
def waived(repository, run):
    """A repository whose figure has two waived findings and one that is not."""
    text = text_with("# pfocr-lint: ignore[PF210; until=2027-06-30; owner=ana] printed later")
    text = text.replace("figid_alias:", "# pfocr-lint: ignore[PF402] to be renumbered\nfigid_alias:")
    text = text.replace("seo: CreativeWork", "seo: Creative")
    (repository / PATH).write_text(text, encoding="utf-8")
    twin = (
        clean_text()
        .replace("PMC9405586__biomedicines-10-01841-g001", "PMC9405586__aa-g001")
        .replace("biomedicines-10-01841-g001", "aa-g001")
    )
    (repository / "_figures" / "PMC9405586__aa-g001.md").write_text(twin, encoding="utf-8")
    return repository


def test_the_summary_counts_the_waived_findings(waived, run):
    alone = run(PATH)
    assert "1 finding waived.\n" in alone.out
    assert "1 finding waived.\n" in run(PATH, "--output-format", "concise").out
    assert "1 finding waived." in run(PATH, "--output-format", "markdown").out
    assert "waived" not in run(PATH, "--quiet").out
    assert "waived" not in run(PATH, "--no-waivers").out


def test_what_lies_between_records_is_counted_too(waived, run):
    with_all = json.loads(run("--output-format", "json").out)
    without = json.loads(run("--output-format", "json", "--no-waivers").out)
    more = len(without["diagnostics"]) - len(with_all["diagnostics"])
    assert more == with_all["summary"]["waived"] > 1
    assert without["summary"]["waived"] == 0


def test_json_always_has_the_number(waived, run):
    schema = json.loads((ROOT / "schemas" / "output.schema.json").read_text(encoding="utf-8"))
    for argv, number in (([PATH], 1), (["_organisms/homo_sapiens.md"], 0), ([PATH, "--no-waivers"], 0)):
        report = json.loads(run(*argv, "--output-format", "json").out)
        jsonschema.validate(report, schema)
        assert report["summary"]["waived"] == number


def test_verbose_counts_waived_findings_also_when_there_are_none(waived, run):
    assert "pfocr-lint: 1 finding waived\n" in run(PATH, "-v").err
    assert "pfocr-lint: 0 findings waived\n" in run("_organisms", "-v").err
    assert "waived" not in run(PATH).err


def test_statistics_count_what_is_waived_by_rule(waived, run):
    rows = {row["code"]: row for row in json.loads(run(PATH, "--statistics", "--output-format", "json").out)}
    assert (rows["PF104"]["count"], rows["PF104"]["waived"]) == (1, 0)
    assert (rows["PF210"]["count"], rows["PF210"]["waived"]) == (0, 1)
    table = run(PATH, "--statistics").out
    assert "1 finding waived.\n" in table
    assert "PF210 year-differs-from-reference" in table


def test_a_fix_leaves_what_is_waived_and_counts_it(waived, run):
    done = run(PATH, "--fix")
    assert (done.status, "1 finding waived." in done.out) == (0, True)
    assert YEAR in (waived / PATH).read_text(encoding="utf-8")
    assert (
        "1 finding waived."
        in run(PATH, "--diff", "--unsafe-fixes", "--output-format", "concise:sums").err + (waived / "sums").read_text()
    )


def git(folder, *argv):
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a",
               "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}  # fmt: skip
    subprocess.run(["git", "-C", folder, *argv], check=True, capture_output=True, env=environ)


@pytest.fixture
def changed(waived):
    """The same, with the clean figure in the base."""
    text = (waived / PATH).read_text(encoding="utf-8")
    (waived / PATH).write_text(clean_text(), encoding="utf-8")
    git(waived, "init", "-q", "-b", "main")
    git(waived, "add", ".")
    git(waived, "commit", "-q", "-m", "base")
    (waived / PATH).write_text(text, encoding="utf-8")
    return waived


def test_a_change_counts_what_is_waived_in_the_touched_records(changed, run):
    whole = json.loads(run("--since", "main", "--output-format", "json").out)["summary"]["waived"]
    introduced = json.loads(run("--since", "main", "--introduced", "--output-format", "json").out)["summary"]["waived"]
    assert introduced == whole == 2
    without = json.loads(run("--since", "main", "--introduced", "--no-waivers", "--output-format", "json").out)
    assert {"PF210"} <= {each["code"] for each in without["diagnostics"]}


# --- the same number in processes, and on a second run


@pytest.fixture
def many(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cache, "RACY", -1_000_000_000_000)
    (tmp_path / "many" / "_figures").mkdir(parents=True)
    for number in range(cache.WORTH_A_CACHE + 10):
        pmcid = f"PMC{10_000_000 + number}"
        text = text_with(WAIVING[0]) if number % 10 == 0 else clean_text()
        name = SEED.replace("PMC9405586", pmcid)
        (tmp_path / "many" / "_figures" / f"{name}.md").write_text(text.replace("PMC9405586", pmcid), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "many")
    return tmp_path / "many"


def number_waived(run, *argv) -> tuple[int, int]:
    os.chdir("many") if os.path.isdir("many") else None
    result = run(*argv, "--output-format", "json")
    return result.status, json.loads(result.out)["summary"]["waived"]


def test_the_number_is_the_same_in_processes_and_on_a_warm_run(many, run):
    wanted = len(range(0, cache.WORTH_A_CACHE + 10, 10))
    for argv in (["--jobs", "1"], ["--jobs", "2"], [], ["--no-cache"]):
        assert number_waived(run, *argv) == (0, wanted), argv


def test_a_run_without_waivers_does_not_use_the_cache_of_a_run_with_them(many, run):
    assert number_waived(run)[0] == 0
    for jobs in ("1", "2"):
        assert number_waived(run, "--no-waivers", "--jobs", jobs) == (1, 0)
    assert number_waived(run)[0] == 0
    keys = [cache.key_of(replace(DEFAULT, waivers=waiving), ".", "") for waiving in (True, False)]
    assert keys[0] != keys[1]


# --- the list


def listed(run, *argv) -> list[dict]:
    result = run("--list-waivers", "--output-format", "json", *argv)
    assert (result.status, result.err) == (0, "")
    return json.loads(result.out)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_list_of_waivers(waived, run):
    text = (waived / PATH).read_text(encoding="utf-8")
    alias, year = line_of(text, "ignore[PF402]"), line_of(text, "ignore[PF210;")
    assert sorted(listed(run), key=lambda each: each["line"]) == sorted(
        [
            {"path": PATH, "line": alias, "rules": ["PF402"], "reason": "to be renumbered", "owner": None, "until": None},
            {"path": PATH, "line": year, "rules": ["PF210"], "reason": "printed later", "owner": "ana", "until": "2027-06-30"},
        ],
        key=lambda each: each["line"],
    )
    shown = run("--list-waivers")
    assert shown.status == 0
    assert f"{PATH}:{year}: PF210 — printed later (owner ana, until 2027-06-30)\n" in shown.out
    assert f"{PATH}:{alias}: PF402 — to be renumbered\n" in shown.out
    assert shown.out.endswith("2 waivers in 5 records.\n")
    assert run("--list-waivers", "--output-format", "concise").out == shown.out
    assert "2 waivers" not in run("--list-waivers", "--quiet").out


@pytest.mark.parametrize(
    ("comment", "line"),
    [
        ("# pfocr-lint: ignore[year-differs-from-reference, PF301] both", "PF210, PF301 — both"),
        ("# pfocr-lint: ignore[PF210]", "PF210 — no reason given"),
        ("# pfocr-lint: ignore[PF210, PF2100] why", "PF210 — why"),
        ("# pfocr-lint: ignore[PF210; owner=ana] why", "PF210 — why (owner ana)"),
        ("# pfocr-lint: ignore[PF210; until=2027-06-30] why", "PF210 — why (until 2027-06-30)"),
        ("# pfocr-lint: ignore[PF210] a\u202eb", "PF210 — a<U+202E>b"),
        ("# pfocr-lint: ignore[PF210; until=2025-12-31; owner=ana] why", "PF210 — why (owner ana, ended on 2025-12-31)"),
        ("# pfocr-lint: ignore[PF210; until=2026-01-01] why", "PF210 — why (until 2026-01-01)"),
    ],
)
def test_the_lines_of_the_list(repository, run, comment, line):
    (repository / PATH).write_text(text_with(comment), encoding="utf-8")
    assert run("--list-waivers", PATH, "-q").out == f"{PATH}:{line_of(text_with(comment), comment)}: {line}\n"


@pytest.mark.parametrize("comment", [*NEAR[:12], "# pfocr-lint: ignore[PF2100] why", "# pfocr-lint: ignore[PF210; x] why"])
def test_what_waives_nothing_is_not_in_the_list(repository, run, comment):
    (repository / PATH).write_text(text_with(comment), encoding="utf-8")
    assert run("--list-waivers").out == "No waivers in 4 records.\n"


def test_the_list_in_other_forms_and_from_other_places(changed, run):
    assert {each["path"] for each in listed(run, "--since", "main")} == {PATH}
    assert len(run("--list-waivers", "--output-format", "jsonl").out.splitlines()) == 2
    assert run("--list-waivers", "--output-format", "json:list.json").out == ""
    assert len(json.loads((changed / "list.json").read_text(encoding="utf-8"))) == 2
    assert listed(run, "_organisms") == []
    assert run("--list-waivers", "--output-format", "jsonl", "_organisms").out == ""
    data = (changed / PATH).read_bytes()
    result = run("--list-waivers", "--output-format", "json", "--stdin-filename", PATH, stdin=data)
    assert [each["rules"] for each in json.loads(result.out)] == [["PF402"], ["PF210"]] or len(json.loads(result.out)) == 2


@pytest.mark.parametrize("form", sorted({*FORMATS} - {"full", "concise", "json", "jsonl"}))
def test_other_formats_have_no_list(repository, run, form):
    result = run("--list-waivers", "--output-format", form)
    wanted = f"pfocr-lint: --list-waivers has no output in the format '{form}'; use full, concise, json, jsonl\n"
    assert (result.status, result.out, result.err) == (2, "", wanted)


@pytest.mark.parametrize(
    "other",
    ["--show-files", "--show-settings", "--list-rules", "--explain=PF210", "--no-waivers", "--statistics", "--fix", "--diff"],
)
def test_the_list_is_printed_instead_of_a_run(repository, run, other):
    result = run("--list-waivers", other)
    assert (result.status, result.out) == (2, "")
    assert "cannot be combined" in result.err


def test_the_list_names_what_it_cannot_read(repository, run):
    (repository / "_figures" / "broken.md").write_text(text_with(WAIVING[0]).replace("year: ", "year '"), encoding="utf-8")
    (repository / "_figures" / "folder.md").mkdir()
    result = run("--list-waivers")
    assert result.status == 0
    assert "_figures/broken.md: cannot be read as one record, so its waivers are not listed" in result.err
    assert "_figures/folder.md: it is a folder, not a file" in result.err
    assert run("--list-waivers", "gone").err == "pfocr-lint: gone: there is no such file\n"


def test_records_without_the_marker_are_not_parsed(repository, run, monkeypatch):
    from pfocr_lint.linter import listed_waivers

    monkeypatch.setattr(listed_waivers, "read", lambda *_: pytest.fail("was parsed"))
    assert run("--list-waivers").status == 0


def test_selected_rules_do_not_change_what_is_waived():
    settings = Settings(selections=(Selection(select=("PF210", "PF902")),))
    assert found(text_with("# pfocr-lint: ignore[PF210]"), settings) == ["PF902"]
