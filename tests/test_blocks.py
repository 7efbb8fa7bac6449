"""Diagnostics in blocks, and fixes made entry by entry: both give what the objects and the reference path give."""

from __future__ import annotations

import itertools
import random

import pytest
from conftest import clean_text, real_records
from test_fixer import DAMAGE, PATH

from pfocr_lint import packed
from pfocr_lint.handbook import examples
from pfocr_lint.linter import checker, fixer, prefilter
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import fixed_together
from pfocr_lint.workspace.one_file import Task

REAL = {name: path.read_bytes() for name, path in real_records().items() if name.startswith("_figures/")}
LEAKS = [
    ("doi: 10.3390/biomedicines10081841", "doi: .na.character"),
    ("publisher_name: MDPI", "publisher_name: .na.character"),
    ("figlink: /pmc/", "figlink: pmc/"),
    ("organisms:\n- Homo sapiens\n", "organisms: Homo sapiens\n"),
    ("- Homo sapiens", "- Homo sapiens\n- NA"),
    ("  - PTEN", "  - PTEN\n  - PTEN"),
    ("  - AKT1", "  - AKT1 "),
    ("  - Glucose", "  - .na.character"),
    ("figtitle: Properties", "figtitle:  Properties"),
    ("Leukemias.", "Leukemias ?."),
    ("Leukemias.", "<i>Leukemias</i>."),
]


def texts() -> dict[str, bytes]:
    """Real records, the examples of all rules, and a clean record with one, two and many defects."""
    chance, found = random.Random(7), dict(REAL)
    for rule in RULES:
        for number, example in enumerate(rule.bad):
            if example.kind is Kind.FIGURE and example.name is None:
                found[f"_figures/{rule.code}-{number}/{examples.path_of(example).rpartition('/')[2]}"] = examples.text_of(
                    example
                ).encode()
    defects = [*LEAKS, *((old, new) for _, old, new in DAMAGE)]
    sets = [*((each,) for each in defects), *itertools.combinations(LEAKS, 2), *(chance.sample(defects, 6) for _ in range(60))]
    for number, chosen in enumerate(sets):
        text = clean_text()
        for old, new in chosen:
            text = text.replace(old, new, 1)
        found[f"_figures/{number}/{PATH.rpartition('/')[2]}"] = text.encode()
    return found


TEXTS = texts()


def test_a_block_gives_back_what_was_packed():
    diagnostics = {path: checker.check(path, data) for path, data in TEXTS.items()}
    dirty = {path: found for path, found in diagnostics.items() if found}
    assert len(dirty) > 100
    block = packed.pack(list(dirty.values()))
    assert block.records == len(dirty)
    assert len(block.data) < 200 * sum(map(len, dirty.values()))
    for number, (path, found) in enumerate(dirty.items()):
        again = packed.Packed(block, number, path, packed.offers(found))
        assert list(again) == found == again
        assert len(again) == len(found)
        assert (again[0], again[-1:]) == (found[0], found[-1:])
        assert again.offers in "sun"


@pytest.mark.parametrize("unsafe", [False, True])
def test_records_fixed_together_are_fixed_as_by_the_reference_path(unsafe):
    paths, datas = list(TEXTS), list(TEXTS.values())
    task = Task("diff", unsafe=unsafe)
    quick = prefilter.quick_checks(paths, datas, DEFAULT, Kind.FIGURE, keywords=True)
    together = fixed_together.fix_together(paths, datas, quick, DEFAULT, Kind.FIGURE, task)
    assert len(together) > 50
    for number, result in together.items():
        alone = fixer.fix(paths[number], datas[number], unsafe=unsafe)
        assert result.versions == (datas[number].decode(), alone.data.decode())
        assert (result.fixed, result.left, result.facts) == (alone.fixed, alone.left, alone.facts)
        assert alone.faults == ()


def test_a_fix_that_cannot_be_verified_is_left_to_the_reference_path(monkeypatch):
    data = clean_text().replace(*LEAKS[0]).encode()
    (quick,) = prefilter.quick_checks([PATH], [data], DEFAULT, Kind.FIGURE, keywords=True)

    def fixed():
        return fixed_together.fix_together([PATH], [data], [quick], DEFAULT, Kind.FIGURE, Task("diff"))

    assert list(fixed()) == [0]
    for name, answer in (("_confirmed", False), ("same", False), ("_are_gone", False)):
        with monkeypatch.context() as patch:
            patch.setattr(fixed_together.entry_fixer, name, lambda *_, answer=answer: answer)
            assert fixed() == {}
