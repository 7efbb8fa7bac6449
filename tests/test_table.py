"""Records checked together: each has the same result as alone, with any other records; and files processed together."""

from __future__ import annotations

import os
import random

import pytest
from conftest import clean_text, seed_text
from hypothesis import given, settings
from hypothesis import strategies as st
from test_canonical import TRAPS, mutated, quick_check_of, read_by_template, same
from test_fixer import DAMAGE, PATH

from pfocr_lint.dataclass import replace
from pfocr_lint.linter import checker, prefilter
from pfocr_lint.record import column_parser, derived, emitter
from pfocr_lint.record.parser import read
from pfocr_lint.result import Result
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Selection, Settings
from pfocr_lint.workspace import many_files, one_file, reading
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.source import Source


def same_check(one: prefilter.QuickCheck | None, other: prefilter.QuickCheck | None) -> bool:
    if one is None or other is None:
        return one is other
    data = [quick.record and quick.record.data for quick in (one, other)]
    codes = [{rule.code for rule in quick.candidates} for quick in (one, other)]
    return codes[0] == codes[1] and one.facts == other.facts and (not codes[0] or same(*data))


def figure(number: int, caption: str, description: str, keywords: list[str]) -> tuple[str, str]:
    """Return the path and text of a separate figure in canonical form."""
    data = schemas.example(Kind.FIGURE)
    figid, alias = f"PMC{1000000 + number}__g{number}", f"PMC{1000000 + number}__F{number + 1}"
    data |= {
        "figid": figid, "pmcid": figid.partition("__")[0], "filename": f"g{number}.jpg", "number": f"F{number + 1}",
        "figlink": f"/pmc/articles/PMC{1000000 + number}/figure/F{number + 1}/", "figid_alias": alias,
        "redirect_from": f"/figures/{alias}", "doi": f"10.1000/{number}", "caption": caption,
    }  # fmt: skip
    data["schema-jsonld"] |= {"@id": f"{derived.SITE}{figid}.html", "description": description, "keywords": keywords}
    return f"_figures/{figid}.md", emitter.document(data)


CAPTIONS = [
    "Signaling of PTEN in leukemia.", "A long caption, which goes on for more than one line of the file, of α and β in leukemia.",
    "Signaling  of PTEN.", "Signaling: 'PTEN' #1.", "Levels of PTEN , of AKT1.", "A <b>bold</b> one, too.", "Role of TNF-Î± in it.",
    "Ends in a zero\u200bwidth.", "Ro\u0302le of PTEN.", "\u00c4 quoted \u2013 one.", "(see ) of AKT1.", "See PI3K\\AKT of AKT1.",
]  # fmt: skip
LISTS = [["PTEN"], ["AKT1", "Glucose"], [f"GENE{n}" for n in range(30)], ["PTEN", "PTEN"], ["a b", "C  D"], ["1433", "On"], []]


def of_2021(number: int) -> str:
    """Return a figure in the dialect of 2021; the first of three has no optional keys."""
    data = schemas.example(Kind.FIGURE_2021)
    for key in ("figid_alias", "redirect_from", "figtype") if number % 3 == 0 else ():
        data.pop(key, None)
    return emitter.document({**data, "caption": f"Caption {number}: of PTEN"})


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (Kind.FIGURE, [figure(number, CAPTIONS[number % 12], CAPTIONS[0], LISTS[number % 7])[1] for number in range(30)]),
        (Kind.FIGURE_2021, [of_2021(number) for number in range(9)]),
    ],
)
@pytest.mark.parametrize(
    "replacement",
    [
        ("\npapertitle: ", "\npapertitle: off: "),
        ("\npapertitle: ", "\npapertitle: a #"),
        ("x", "\0"),
        ("\nfigid_alias: ", "\nfigid_alias: a: "),
    ],
)
def test_a_table_has_a_row_for_each_record_of_which_it_is_sure(kind, texts, replacement):
    datas = [(text.replace(*replacement) if number % 4 == 1 else text).encode() for number, text in enumerate(texts)]
    table = column_parser.read(kind, datas)
    alone = [read_by_template(kind, data) for data in datas]
    assert table.numbers == [number for number, values in enumerate(alone) if values is not None]
    assert 0 < len(table.numbers) < len(datas)
    for row, number in enumerate(table.numbers):
        assert same(column_parser.values(kind, table, row), alone[number])
        assert same(alone[number], read("", datas[number]).data)


TEXT_RULES = Settings(selections=(Selection(select=("PF3",)),))


def hold_together(seed: int, size: int) -> None:
    chance = random.Random(seed)
    records = []
    for number in range(size):
        caption = chance.choice(CAPTIONS[: chance.choice([2, len(CAPTIONS)])])
        path, text = figure(number, caption, chance.choice([caption] * 3 + CAPTIONS), chance.choice(LISTS))
        data = (text if chance.random() < 0.7 else mutated(chance, text)).encode("utf-8", "surrogatepass")
        if chance.random() < 0.1:  # half a character, no fence, or much too long
            data = chance.choice(
                [data.replace(b"PTEN", b"\xc3", 1), data[:-4], b"\xb1" + data, data[:-4] + b"x" * 70_000 + b"\n---\n"]
            )
        records.append((path, data))
    chosen = chance.choice([DEFAULT, TEXT_RULES])
    hold(*(zip(*records, strict=True) if records else ((), ())), chosen, keywords=chance.random() < 0.5)


def hold(paths, datas, chosen: Settings, *, keywords: bool) -> None:
    """The prefilter gives the same results for many records and for each alone; it raises nothing, which would only be slow."""
    prefilter._figures_checked[0] = prefilter.WORTH_COLUMNS
    alone = [
        prefilter.quick_check(path, data, chosen, Kind.FIGURE, keywords=keywords) for path, data in zip(paths, datas, strict=True)
    ]
    seen = dict(prefilter._check_table(paths, datas, chosen, keywords=keywords))
    assert [*seen] == [number for number, data in enumerate(datas) if read_by_template(Kind.FIGURE, data) is not None]
    together = prefilter.quick_checks(paths, datas, chosen, Kind.FIGURE, keywords=keywords)
    for number, (one, other) in enumerate(zip(alone, together, strict=True)):
        assert same_check(one, other), datas[number]
        assert number not in seen or same_check(seen[number], other)


@settings(max_examples=100)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=12))
def test_records_checked_together(seed, size):
    hold_together(seed, size)


@pytest.mark.slow
def test_records_checked_together_by_the_hundred_thousand():
    for seed in range(1_000):
        hold_together(seed, 100)


def test_the_traps_of_yaml_beside_each_other():
    texts = [clean_text().replace("publisher_name: MDPI", f"publisher_name: {trap}") for trap in TRAPS]
    hold([PATH] * len(texts), [text.encode("utf-8", "surrogatepass") for text in texts], DEFAULT, keywords=True)
    for trap in ("''", "'it''s: one'", "'a\n  # b'", "'12'", "a\n  b", "14-3-3", "a:b", "a#b", "é"):
        assert read_by_template(Kind.FIGURE, clean_text().replace("name: MDPI", f"name: {trap}").encode()) is not None, trap


def test_a_rule_runs_once_for_any_number_of_triggers(monkeypatch):
    runs = []
    real = prefilter._findings
    monkeypatch.setattr(prefilter, "_findings", lambda record, rules: real(record, runs.append([*rules]) or runs[-1]))
    path, text = figure(1, "Signaling.", "Signaling.", [f"a{number} ,b  <i> \\" for number in range(2_000)])
    quick_check_of(path, text.encode(), worth_a_template=True, kind=Kind.FIGURE)
    ((*rules,),) = runs
    assert {"PF304", "PF306"} <= {rule.code for rule in rules}
    assert len({rule.code for rule in rules}) == len(rules)


def test_a_rule_that_raises_leaves_the_others_of_its_table_alone(monkeypatch):
    clean, dirty = clean_text().encode(), clean_text().replace("Stem Cells", "Stem  Cells").encode()
    alone = [quick_check_of(PATH, data, worth_a_template=True, kind=Kind.FIGURE) for data in (clean, dirty)]
    assert [bool(quick.candidates) for quick in alone] == [False, True]
    monkeypatch.setattr(prefilter, "_findings", lambda *_: 1 / 0)
    assert prefilter.quick_checks([PATH] * 3, [clean, dirty, clean], DEFAULT, Kind.FIGURE, keywords=True) == [
        alone[0],
        None,
        alone[0],
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A record folder with clean and dirty records, an unreadable file, and a file that is not a record; returns the paths."""
    (tmp_path / "_figures").mkdir()
    monkeypatch.chdir(tmp_path)
    paths = []
    for number in range(12):
        path, text = figure(number, "Signaling of PTEN.", "Signaling of PTEN.", ["PTEN"])
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("figlink: /", "figlink: ") if number % 5 == 3 else text)
        paths.append(path)
    os.mkdir("_figures/folder.md")
    with open("_figures/odd.md", "wb") as file:
        file.write(b"\xff" * 10_000)
    return [*paths[:4], "_figures/folder.md", "_figures/odd.md", *paths[4:], "_figures/missing.md"]


def shown(outcome) -> object:
    return outcome if isinstance(outcome, Result) else outcome.facts


@pytest.mark.parametrize(("at_once", "enough"), [(1, 1), (2, 1 << 20), (4, 1 << 20), (15, 1 << 20), (100, 5_000), (100, 1 << 20)])
def test_files_taken_together_are_reported_as_each_alone_in_their_order(folder, monkeypatch, at_once, enough):
    task = Task()
    alone = [many_files.process(Source(path, DEFAULT, Kind.FIGURE), task) for path in folder]
    monkeypatch.setattr(many_files, "AT_ONCE", at_once)
    monkeypatch.setattr(many_files, "ENOUGH", enough)
    together = list(many_files._outcomes_of((DEFAULT, Kind.FIGURE, folder, None), task))
    assert [shown(each) for each in together] == [each if not each.is_clean else each.facts for each in alone]
    assert sum(isinstance(each, Result) for each in together) == 5
    digests = [
        b"" if isinstance(each, Result) else many_files.git_line_ends.digest_of(path, reading.load(path))
        for path, each in zip(folder, together, strict=True)
    ]
    reported = list(many_files._outcomes_of((DEFAULT, Kind.FIGURE, folder, digests), task))
    assert [replace(each, digest=b"") for each in reported if each is not None] == [
        each for each in together if isinstance(each, Result)
    ]


def test_no_more_is_held_than_enough(folder, monkeypatch):
    sizes, real = [], prefilter.quick_checks
    monkeypatch.setattr(
        prefilter,
        "quick_checks",
        lambda paths, datas, *more, **flags: sizes.append(sum(map(len, datas))) or real(paths, datas, *more, **flags),
    )
    monkeypatch.setattr(many_files, "ENOUGH", 5_000)
    list(many_files._outcomes_of((DEFAULT, Kind.FIGURE, folder, None), Task()))
    assert max(sizes) <= 5_000 + 10_000 < sum(sizes)


def test_an_exception_for_many_records_is_repeated_for_each_alone(folder, monkeypatch):
    part = (DEFAULT, Kind.FIGURE, folder, None)
    reported = list(many_files._outcomes_of(part, Task()))
    monkeypatch.setattr(prefilter, "quick_checks", lambda *_, **__: 1 / 0)
    assert list(many_files._outcomes_of(part, Task())) == reported


def test_a_record_that_was_fixed_under_another_name_is_read_again(folder):
    together = list(many_files._outcomes_of((DEFAULT, Kind.FIGURE, [folder[3], folder[3]], None), Task("fix")))
    assert [len(each.fixed) if isinstance(each, Result) else 0 for each in together] == [1, 0]
    assert [each for each in together if isinstance(each, Result) and each.notes] == []


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(("old", "new"), [damage[1:] for damage in DAMAGE], ids=[damage[0] for damage in DAMAGE])
def test_a_fix_is_the_same_without_the_prefilter(old, new, unsafe, monkeypatch):
    data, source = seed_text().replace(old, new, 1).encode(), Source(PATH, DEFAULT, Kind.FIGURE)
    quick = one_file.process_bytes(source, data, Task("diff", unsafe))
    monkeypatch.setattr(prefilter, "FILTERING", False)
    assert one_file.process_bytes(source, data, Task("diff", unsafe)) == quick


def test_findings_are_reported_when_the_fix_has_a_fault(monkeypatch):
    data = clean_text().replace("figlink: /", "figlink: ").encode()
    source = Source(PATH, DEFAULT, Kind.FIGURE)
    found = one_file.process_bytes(source, data, Task()).left
    monkeypatch.setattr(checker, "check_record", lambda *_: 1 / 0)
    result = one_file.process_bytes(source, data, Task("diff"))
    assert result.left == found != ()
    assert "it could not be fixed: ZeroDivisionError" in result.faults[0]
