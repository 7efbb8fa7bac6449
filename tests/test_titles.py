"""Rules on figures' titles together: what the caption shows, one finding for one cause, fixes that converge."""

from __future__ import annotations

from itertools import product

import pytest
from conftest import SEED

from pfocr_lint.handbook import examples
from pfocr_lint.linter import checker, fixer, prefilter, record_check
from pfocr_lint.record import emitter
from pfocr_lint.record.parser import read
from pfocr_lint.rules.text import both
from pfocr_lint.rules.title_texts import end_in_caption, spelt
from pfocr_lint.schema.kinds import Kind

PATH = f"_figures/{SEED}.md"
PAPER = "Properties of Leukemic Stem Cells in Regulating Drug Resistance in Acute and Chronic Myeloid Leukemias"


def data_of(figtitle: str, caption: str | None = None, papertitle: str | None = None) -> bytes:
    values = {
        "figtitle": figtitle,
        **({} if caption is None else both(caption)),
        **({"papertitle": papertitle} if papertitle else {}),
    }
    return emitter.document(examples.data_of(Kind.FIGURE, values)).encode()


def codes_of(data: bytes) -> list[str]:
    return [each.code for each in checker.check(PATH, data)]


def fixed_title(data: bytes) -> str:
    fixed = fixer.fix(PATH, data, unsafe=True)
    assert fixed.faults == ()
    assert fixer.fix(PATH, fixed.data, unsafe=True).data == fixed.data
    return read(PATH, fixed.data).data["figtitle"]


SPELT = [
    ("α-tubulin", "Alpha-tubulin"), ("β-catenin", "Beta-catenin"), ("γ-tubulin", "Gamma-tubulin"), ("ω-3", "omega-3"), ("Ω-3", "Omega-3"),
    ("TNF-α", "TNFA"), ("TGF-β1", "TGFB1"), ("PPARγ", "PPARG"), ("PKC-δ", "PKCD"), ("PKCε", "PKCE"), ("PKCϵ", "PKCE"), ("NF-κB", "NFKB"),
    ("δ-opioid", "D-opioid"), ("κ-light", "K-light"), ("TNF-α-induced", "TNF-Alpha-induced"), ("GSK-3β/β-catenin", "GSK-3B/Beta-catenin"),
    ("ω3", "ω3"), ("10 Ω", "10 Ω"), ("5 μM λ", "5 μM λ"), ("--β", "-B"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SPELT)
def test_greek_is_spelt_as_the_pipeline_does_it(text, wanted):
    assert spelt(text) == wanted


IN_CAPTION = [
    ("Sugar in S", "Sugar in S. pombe", 10), ("Sugar in S", "sugar  in\u00a0s. pombe", 11), ("Sugar in S", "Figure 2. Sugar in S. pombe", 20),
    ("Sugar in S", "<b>Sugar</b> in S. pombe", 17), ("Sugar in TGFB", "Sugar in TGF-β. Cells", 14), ("Beta-catenin", "β-catenin.", 9),
    ("NFKB", "NFκB", 4), ("Sugar in S", "Scheme of the sugar in S", 24), ("Sugar in mice and men", "Model of sugar in mice and men.", 30),
    ("Sugar in mice", "Sugar in", None), ("Sugar in mice", "Salt in mice", None), ("Sugar", "", None), ("Β-sugar", "β-sugar", 7),
    ("Ugar in mice and men", "Sugar in mice and men", None), ("a < b in mice", "A <b in mice", 12),
]  # fmt: skip


@pytest.mark.parametrize(("title", "caption", "end"), IN_CAPTION)
def test_where_a_title_ends_in_its_caption(title, caption, end):
    assert end_in_caption(title, caption) == end


# title, caption, the title after the fix
COMPLETED = [
    ("Sugar in S", "Sugar in S. pombe", "Sugar in S. pombe"),
    ("Sugar in the S", "Sugar in the S. pombe.Arrows show steps", "Sugar in the S. pombe"),
    ("Sugar in the S", "Sugar in the S. pombe.(A) Steps", "Sugar in the S. pombe"),
    ("Sugar in the S", "Sugar in the S. pombe and E. coli (e.g. K12, see Fig. 2 of Ref. [3], v. 1.2). mTOR", "Sugar in the S. pombe and E. coli (e.g. K12, see Fig. 2 of Ref. [3], v. 1.2)"),
    ("Sugar in the S", "Sugar in the S. pombe after Ada et al. (2009) vs. Controls? Yes.", "Sugar in the S. pombe after Ada et al. (2009) vs. Controls?"),
    ("Sugar in the S", "Sugar in the S. pombe after Ada et al. Steps.", "Sugar in the S. pombe after Ada et al."),
    ("Sugar in the S", "Sugar in the S. pombe. a Steps. b Cells.", "Sugar in the S. pombe"),
    ("Sugar in the S", "Sugar in the S. enterica subsp. Enterica and TGF-β . Steps.", "Sugar in the S. enterica subsp. Enterica and TGFB"),
    ("Sugar in cells at 7", "Sugar in cells at 7.4 mM", "Sugar in cells at 7.4 mM"),
    ("Sugar in the cells (see Fig", "Sugar in the cells (see Fig. 1B)", "Sugar in the cells (see Fig. 1B)"),
    ("Sugar in the cells (green", "Sugar in the cells (green. Not red) and mice. Steps.", "Sugar in the cells (green. Not red) and mice"),
    ("Populus spp", "Populus spp. auxin in leaves", "Populus spp. auxin in leaves"),
    ("Sugar in the S", f"Sugar in the S. pombe{' and mice' * 30}.", "Sugar in the S"),
    ("Sugar in the S", "Another text", "Sugar in the S"),
    ("Sugar in the S", "Sugar in the S. <!-- pombe", "Sugar in the S"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "caption", "wanted"), COMPLETED)
def test_a_cut_title_is_completed_from_the_caption(title, caption, wanted):
    assert fixed_title(data_of(title, caption)) == wanted


# title, caption (None: the clean record's), the codes in their order
ONE_CAUSE = [
    ("Sugar in the cells (see Fig", "Sugar in the cells (see Fig. 2).", ["PF314"]),
    ("Sugar in the S", "Sugar in the S. pombe.", ["PF314"]),
    ("Sugar in the S.", "Sugar in the S. pombe.", ["PF314"]),
    ("Sugar in E.", None, ["PF314"]),
    ("Sugar in E", "Sugar in E.", []),
    ("Sugar in the R", "Sugar in the R. Steps", []),
    ("Sugar in the cells, shown in , and", None, ["PF311"]),
    ("Sugar in the cells, shown in", None, ["PF316"]),
    ("Sugar in the cells.Notes: shown in .", None, ["PF317"]),
    ("Sugar in the cells.Notes: from Ada et al", None, ["PF317"]),
    ("Sugar in the cells.Notes: [] and TGF-β  ", None, ["PF317"]),
    ("TGF-β in the cells.Notes: shown in", None, ["PF317", "PF319"]),
    ("Sugar in the cells (adapted from ())", None, ["PF322"]),
    ("Sugar in the cells [modified from Ada et al.].", None, ["PF322"]),
    ("Sugar in the cells (adapted from Ada. Modified from Bo)", None, ["PF322"]),
    ("(A) Sugar in the cells", None, ["PF303"]),
    ("A) A, Sugar in the cells", None, ["PF303"]),
    ("Model.", None, ["PF321"]),
    ("Sugars", None, ["PF301"]),
    (f"Sugar{' and salt' * 30}.Notes: cells", None, ["PF301", "PF317"]),
    (f"Sugar in the cells.Notes: {'and salt ' * 30}x", None, ["PF317"]),
    (f"Sugar in the cells (adapted from {'Ada and ' * 30}Bo)", None, ["PF322"]),
    (f"{'Sugar ' * 41}and.", None, ["PF302", "PF316"][:1]),
    ("Sugar in cells †Electronic supplementary information  ", None, ["PF323"]),
    ("sugar in the cells and", None, ["PF316", "PF318"]),
    ("reject", None, ["PF109"]),
    ("Figure 1.—", None, ["PF320"]),
]  # fmt: skip


@pytest.mark.parametrize(("title", "caption", "codes"), ONE_CAUSE)
def test_one_cause_gives_one_finding(title, caption, codes):
    assert sorted(codes_of(data_of(title, caption))) == codes


STARTS = ("", "(A) ", "A, ", "Figure 1. ", ": ", "(Left) ", "a) ", "Figure 1 (A) ")
CORES = ("sugar in the S", "TGF-β1 and ω-3 in S", "Working model", "Sugar (in mice", "the sugar of E")
ENDS = (
    "", ".", " ", " and", ",", " –", " (see text)", " (adapted from ())", ".Notes: sugar in", ".(A) Sugar", "; adapted from Ada et al",
    " vs", ", modified from S", " © 2009 Ada", ". pombe (e.g", ".Sugar", " †Electronic supplementary information", " of [] and ,", ". Copyright © in", " 7",
)  # fmt: skip


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, 11))])
def test_fixes_of_titles_converge_and_both_paths_find_the_same(part):
    for start, core, end in list(product(STARTS, CORES, ENDS))[part::11]:
        title = f"{start}{core}{end}"
        for caption in (None, f"{title}. pombe cells) in mice. Steps.", f"{core} in mice.Sugar is red. It is 7.4."):
            data = data_of(title, caption)
            quick = prefilter.quick_check(PATH, data)
            assert quick is not None
            found = {hit.rule.code for hit in record_check.check_record(read(PATH, data)).hits}
            assert {rule.code for rule in quick.candidates} == found, (title, caption)
            fixed_title(data)
