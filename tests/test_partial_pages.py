"""Typing slips in organism names, and organism pages that are there for few of the names in use."""

from __future__ import annotations

import json

import pytest
from test_organisms import BOTH, NAME, PAGES, record
from test_repository import figure, page, write

from pfocr_lint.rules.pages import slips

SLIPS = [
    ("Homo sapiens", "Homo sapiens", 0), ("Homo sapien", "Homo sapiens", 1), ("Homo saipens", "Homo sapiens", 1),
    ("Hom sapienss", "Homo sapiens", 2), ("Drosophlia melanogaster", "Drosophila melanogaster", 1), ("", "ab", 2),
    ("Homo sapiens", "Mus musculus", 3), ("abc", "", 3), ("ab", "ba", 1),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "count"), SLIPS)
def test_slips_are_counted_as_typed(one, other, count):
    assert min(slips(one, other, 2), 3) == min(slips(other, one, 2), 3) == count


WRITTEN = [  # an organism, what the unsafe fix makes of it (None: no fix)
    ("Homo sapien", "Homo sapiens"), ("Homo  sapiens", "Homo sapiens"), (" Homo sapiens", "Homo sapiens"),
    ("Mus musculus L.", "Mus musculus"), ("mus Musculus L", "Mus musculus"), ("Mus muscculuss", "Mus musculus"),
    ("Mus muscullusss", None), ("Homo erectus", None), ("Homo", None), ("M. musculi", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "latin"), WRITTEN)
def test_a_slip_is_fixed_where_one_page_is_meant(name, latin, tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("Rattus norvegicus", name)))
    (found,) = (json.loads(line) for line in run("--output-format", "jsonl").out.splitlines())
    assert (found["code"], (found["fix"] or {}).get("safety")) == ("PF404", None if latin is None else "unsafe")
    run("--fix", "--unsafe-fixes")
    assert (tmp_path / NAME).read_text() == record("Rattus norvegicus", latin or name)


RARE = [f"Genus{number} species{number}" for number in range(9)]


@pytest.mark.parametrize(
    ("names", "note"),
    [
        (["Homo sapiens", *RARE[:1]], None),
        (["Homo sapiens", *RARE[:2]], "for 1 of the 3 names"),
        (["Homo sapiens", "Mus musculus", "NA", *RARE[:3]], "for 2 of the 5 names"),
        (["Homo sapiens", "human", "homo sapiens", "Homo sapien", *RARE[:2]], None),
        (["Homo sapien"], None),
        (["Sus scrofa"], None),
        (RARE[:2], "for 0 of the 2 names"),
        (["Homo sapiens; Sus scrofa"], None),
    ],
)
def test_a_part_of_the_pages_gives_one_note(names, note, tmp_path, run):
    records = [figure(1000001 + number, organisms=[name]) for number, name in enumerate(names)]
    write(tmp_path, *PAGES, *records)
    result = run("--select", "PF404", "--output-format", "jsonl")
    lines = [line for line in result.err.splitlines() if "organism pages are there" in line]
    assert len(lines) == (note is not None)
    assert note is None or (note in lines[0] and result.out == "" and result.status == 0)
    assert note is not None or result.out.count('"PF404"') == len({*names} - {*BOTH, "NA", "human"})
    assert "organism pages are there" not in run("--ignore", "PF404").err
    single = run(records[-1][0], "--select", "PF404")
    assert "organism pages are there" not in single.err, "one file shows nothing of the others"


def test_without_any_page_there_is_no_note(tmp_path, run):
    write(tmp_path, *(figure(1000001 + number, organisms=[name]) for number, name in enumerate(RARE)))
    assert "organism pages" not in run().err


def test_the_note_is_written_again_in_an_unchanged_repository(tmp_path, run):
    records = [figure(1000001 + number, organisms=[RARE[number % 9]]) for number in range(320)]
    write(tmp_path, page("Homo sapiens", "human"), *records)
    for _ in range(2):
        assert "for 0 of the 9 names" in run("--cache-dir", "kept").err
