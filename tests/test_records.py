"""The expected findings of the real records: each code was reviewed, and its comment gives the reason."""

from __future__ import annotations

import pytest
from conftest import SEED, real_records, seed_text

from pfocr_lint.linter import checker, fixer
from pfocr_lint.record import emitter
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import FIGURES

NA5 = ["PF106"] * 5  # doi, journal_title, journal_nlm_ta, publisher_name, keywords: all are R's missing strings

# record -> its codes, in the order of their places
EXPECTED = {
    "_data/PMC10034247__11064_2023_3912_Fig1_HTML-genes.tsv": ["PF410"],  # every row appears twice
    "_figures/PMC10033690__41598_2023_31603_Fig1_HTML.md": ["PF106"],  # the last keyword is .na.character
    "_figures/PMC10036296__gr1_lrg.md": ["PF313", "PF306"],  # papertitle ends '?.'; reftext ends in a space
    "_figures/PMC10037167__j_med-2022-0615-ga001.md": ["PF215", "PF312"],  # ga001 numbered F1; caption 'Figure'
    "_figures/PMC11045263__research.0360.fig.001.md": ["PF207", "PF315"],  # link without last slash; '(NA)' pages
    "_figures/PMC11141639__1091637.fig1.md": ["PF314", "PF202", "PF207"],  # 'Winer et al'; PMC id in filename; slash
    "_figures/PMC11555182__cdr-7-41.fig.1.md": ["PF315"],  # '(NA)' pages
    "_figures/PMC1274295__pcbi.0010055.g001.md": ["PF209"],  # the oldest dialect: number 'Figure 1', and no alias yet
    "_figures/PMC2695360__nihms107277f9.md": ["PF218", "PF315"],  # scheme 1 is F1, its files f9 and F9; no year
    "_figures/PMC2864807__09_173_.de_ref2.md": ["PF302"],  # the title's period
    "_figures/PMC3095312__1471-2229-10-182-1.md": ["PF313"],  # '"nuclear time bomb"?.'
    "_figures/PMC3499958__SHORTS-12-05802.md": NA5,
    "_figures/PMC3723360__IJAC2013-934357.sch.001.md": ["PF215", *NA5],  # sch1 numbered SF1
    "_figures/PMC4547770__nihms716064f1.md": ["PF315", *NA5],  # the reference has no year
    # appendix figure 1 is numbered F1, its files are f008 and fig8; 'the model in ; Red': a reference was lost; a DOI of eLife
    "_figures/PMC4608393__elife08931f008.md": ["PF218", "PF311", "PF323", *NA5],
    "_figures/PMC5114830__40478_2016_392_Fig1_HTML.md": ["PF306", "PF307", *NA5, "PF107"],  # 'a  Group'; U+FEFF; Cys twice
    "_figures/PMC5354998__nihms843846f10.md": ["PF315", *NA5],  # the reference begins '. Nature.'
    "_figures/PMC5994556__cbm-15-2-137-8.md": ["PF306", *NA5],  # the title ends in a space
    "_figures/PMC6365454__fnins-13-00025-g0002.md": NA5,
    "_figures/PMC6634270__CMAR_A_202342_O_SF0002g.md": ["PF215", *NA5],  # SF0002 numbered F2
    "_figures/PMC7868824__ga1.md": ["PF207", "PF215", "PF312", *NA5],  # link without first slash; ga1 is F45; 'Figure.'
    "_figures/PMC8017486__FPHAR_fphar-2021-625084_wc_sch1.md": ["PF207", "PF215", *NA5],  # sch1 numbered F1
    "_organisms/acinetobacter_baumannii_atcc_19606__cip_7034__jcm_6841.md": ["PF106"],  # image .na.character; double spaces stay
    "_organisms/unspecified_plant.md": ["PF106"],  # 'ncbi:' without a value is null, not ''
    "figures/PMC10011137__41588_2023_1314_Fig4_HTML.yml": ["PF311"],  # 'phenotype ()': a reference was lost
    "figures/PMC10024623__JRAAS2023-5445548.006.yml": ["PF005"],  # a bare '~' below 'keywords:'
}
REAL = real_records()


@pytest.mark.parametrize("name", REAL)
def test_real_records_have_the_expected_findings(name):
    found = checker.check(name, REAL[name].read_bytes())
    assert [d.code for d in found] == EXPECTED.get(name, []), [d.message for d in found]


def test_the_expected_records_exist_and_the_seed_is_clean():
    assert set(EXPECTED) <= set(REAL)
    assert f"_figures/{SEED}.md" not in EXPECTED
    assert len(REAL) == 49


@pytest.mark.parametrize("name", [name for name in REAL if name.startswith("_figures")])
def test_the_pipeline_wrote_the_bytes_that_we_would_write(name):
    data = REAL[name].read_bytes()
    record = read(name, data)
    assert record.kind in FIGURES
    assert emitter.document(record.data).encode() == data


@pytest.mark.parametrize("name", EXPECTED)
def test_safe_fixes_of_real_records_leave_the_findings_without_a_fix(name):
    data = REAL[name].read_bytes()
    fixed = fixer.fix(name, data)
    assert fixed.faults == ()
    assert all(d.fix is None or d.fix.safety.value == "unsafe" for d in fixed.left)
    assert fixer.fix(name, fixed.data).data == fixed.data
    record = read(name, fixed.data)
    if record.kind in FIGURES:
        assert emitter.document(record.data).encode() == fixed.data, "the fixed bytes are the pipeline's own"


def test_a_number_corrected_by_evidence_takes_its_followers_along():
    name = "_figures/PMC3723360__IJAC2013-934357.sch.001.md"
    fixed = fixer.fix(name, REAL[name].read_bytes(), unsafe=True)
    data = read(name, fixed.data).data
    assert (data["number"], data["figid_alias"]) == ("S1", "PMC3723360__S1")
    assert (data["figtype"], data["redirect_from"]) == ("Scheme", "/figures/PMC3723360__S1")
    assert fixed.left == ()


# damaged figid or text -> findings: one root cause, one diagnostic
DAMAGE = [
    ("number: F1\n", "number: F2\n", ["PF203", "PF204"]),
    ("number: F1\n", "number: Figure 1\n", ["PF209"]),
    ("number: F1\n", "number: nope\n", ["PF209"]),
    ("pmcid: PMC9405586\n", "pmcid: PMC9405587\n", ["PF202"]),
    ("figid: PMC9405586__b", "figid: PMC9405586__c", ["PF201"]),
    ("figid: PMC9405586__b", "figid: PMC9405586 b", ["PF104"]),
    ("license: CC0\n", "license: CC1\n", ["PF104"]),
    ("caption: Stromal", "caption: Normal", ["PF206"]),
    ("  description: Stromal", "  description: Normal", ["PF206"]),
    ("year: '2022'\n", "year:\n", ["PF106"]),
    ("year: '2022'\n", "year: 2022\n", ["PF105"]),
    ("doi: 10.3390/biomedicines10081841\n", "doi: .na.character\n", ["PF106"]),
    ("figtype: Figure\n", "figtyp: Figure\n", ["PF102"]),
    ("figtype: Figure\n", "", ["PF101"]),
    ("organisms:\n- NA\n", "organisms: NA\n", ["PF103"]),
    ("seo: CreativeWork\n", "seo: CreativeWork\n\u00a0\n", ["PF005"]),
    ("figlink: /pmc/articles/PMC9405586/", "figlink: /pmc/articles/PMC9405585/", ["PF211"]),
]


@pytest.mark.parametrize(("old", "new", "codes"), DAMAGE, ids=[f"{new.strip() or old.strip()}" for old, new, _ in DAMAGE])
def test_one_root_cause_gives_one_diagnostic(old, new, codes):
    text = seed_text()
    assert text.count(old) == 1
    found = checker.check(f"_figures/{SEED}.md", text.replace(old, new).encode())
    assert [d.code for d in found] == codes, [d.message for d in found]
