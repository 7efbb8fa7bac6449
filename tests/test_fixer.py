"""The fixer: fixed values have the bytes of the pipeline, and no other byte changes."""

from __future__ import annotations

import pytest
from conftest import SEED, clean_text, real_records, seed_text
from hypothesis import assume, given
from hypothesis import strategies as st

from pfocr_lint.diagnostic import AddKey, DropItem, Fix, RenameKey, Safety, SetValue, TextEdit, apply_edits
from pfocr_lint.linter import changes, checker, edits, fixer, record_check
from pfocr_lint.record import derived, round_trip
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings

PATH = f"_figures/{SEED}.md"
SEED_OF_2021 = "_figures/PMC6248334__nihms-993375-f0004.md"


def fix_round(text: str, path: str = PATH, **options) -> str:
    fixed = fixer.fix(path, text.encode(), **options)
    assert fixed.faults == ()
    assert fixer.fix(path, fixed.data, **options).data == fixed.data, "a second run changes nothing"
    return fixed.data.decode()


# (damage, old, new): each is fixed to the original bytes
DAMAGE = [
    ("byte order mark", "---\nfigid", "\ufeff---\nfigid"),
    ("one line of Windows", "year: '2022'\n", "year: '2022'\r\n"),
    ("no final line break", "  - scb\n---\n", "  - scb\n---"),
    ("no space behind a dash", "- Drosophila melanogaster\n", "-Drosophila melanogaster\n"),
    ("no space behind a colon", "seo: C", "seo:C"),
    ("a tab in front", "seo: C", "\tseo: C"),
    ("raw control", "Stromal cellular signaling facilitates leukemic stem cell (LSC) survival,\n  q", "Stromal cellular signaling facilitates leukemic stem cell (LSC) survival,\n  \x01q"),
    ("key twice", "figtype: Figure\n", "figtype: Figure\nfigtype: Figure\n"),
    ("no alias", "figid_alias: PMC9405586__F1\n", ""),
    ("no redirect, in the order of 2023", "redirect_from: /figures/PMC9405586__F1\n", ""),
    ("no type", "figtype: Figure\n", ""),
    ("no ndex", "ndex: ''\n", ""),
    ("no seo", "seo: CreativeWork\n", ""),
    ("no license", "  license: CC0\n", ""),
    ("no context", "  '@context': https://schema.org/\n", ""),
    ("no creator", "  creator:\n    '@type': Organization\n    name: WikiPathways\n", ""),
    ("no creator type", "    '@type': Organization\n", ""),
    ("organisms a scalar", "organisms:\n- NA\n", "organisms: NA\n"),
    ("organisms below", "organisms:\n- NA\n", "organisms:\n  NA\n"),
    ("wrong constant", "  license: CC0\n", "  license: MIT\n"),
    ("year a number", "year: '2022'\n", "year: 2022\n"),
    ("keyword a boolean", "  - 'On'\n", "  - On\n"),
    ("ndex null", "ndex: ''\n", "ndex:\n"),
    ("ndex null, a space behind", "ndex: ''\n", "ndex: \n"),
    ("ndex tilde", "ndex: ''\n", "ndex: ~\n"),
    ("a leaked keyword", "  - scb\n---\n", "  - scb\n  - .na.character\n---\n"),
    ("a keyword twice", "  - scb\n---\n", "  - scb\n  - Akt\n---\n"),
    ("an organism twice", "- Drosophila melanogaster\n", "- Drosophila melanogaster\n- Drosophila melanogaster\n"),
    ("PMC id in filename", "filename: bio", "filename: PMC9405586__bio"),
    ("another alias", "figid_alias: PMC9405586__F1\n", "figid_alias: PMC9405586__F3\n"),
    ("another redirect", "redirect_from: /figures/PMC9405586__F1\n", "redirect_from: /figures/PMC9405586__F3\n"),
    ("alias and redirect", "figid_alias: PMC9405586__F1\nfigtype: Figure\n", "figid_alias: PMC9405586__F3\nfigtype: Scheme\n"),
    ("another page", "@id': https://pfocr.wikipathways.org/figures/PMC9405586", "@id': https://pfocr.wikipathways.org/figures/PMC1"),
    ("another description", "  description: Stromal cellular signaling", "  description: Stromal signaling"),
    ("link without slash", "-f001/\nnumber", "-f001\nnumber"),
    ("link with host", "figlink: /pmc", "figlink: https://www.ncbi.nlm.nih.gov/pmc"),
    ("another type", "figtype: Figure\n", "figtype: Scheme\n"),
    ("raw number", "number: F1\n", "number: Figure 1\n"),
    ("doi with resolver", "doi: 10", "doi: https://doi.org/10"),
    ("NA beside a name", "- Drosophila melanogaster\n", "- NA\n- Drosophila melanogaster\n"),
    ("title with period", "  and Chronic Myeloid Leukemias\norganisms", "  and Chronic Myeloid Leukemias.\norganisms"),
    ("title with panel", "figtitle: Properties", "figtitle: (A) Properties"),
    ("title with space", "figtitle: Properties", "figtitle: Properties "),
    ("a soft hyphen", "facilitates leukemic stem cell (LSC) survival,\n  quiescence", "facilit\u00adates leukemic stem cell (LSC) survival,\n  quiescence"),
    ("papertitle with ' .'", "Leukemias.\nreftext", "Leukemias .\nreftext"),
    ("a waiver of nothing", "seo: CreativeWork\n", "seo: CreativeWork # pfocr-lint: ignore[PF104] so be it\n"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE])
def test_damage_is_undone_to_the_byte(old, new):
    text = seed_text()
    assert old in text
    damaged = text.replace(old, new, 1)
    assert checker.check(PATH, damaged.encode()) != []
    assert fix_round(damaged) == text


def test_every_rule_with_a_safe_fix_is_damaged_above():
    """Every safe fix has a case on the long real record too, or a reason why that is impossible."""
    found = {d.code for _, old, new in DAMAGE for d in checker.check(PATH, seed_text().replace(old, new, 1).encode())}
    safe = {rule.code for rule in RULES if "safe" in rule.fix.split(" or ")}
    # the seed has no text that these rules fix; what PF007 fixes keeps the character that was typed
    assert safe - found == {"PF007", "PF213", "PF309", "PF310", "PF501"}


TEN = [
    ("---\nfigid", "\ufeff---\nfigid"),
    ("year: '2022'\n", "year: 2022\n"),
    ("organisms:\n- NA\n", "organisms: NA\n"),
    ("figid_alias: PMC9405586__F1\n", ""),
    ("redirect_from: /figures/PMC9405586__F1\n", "redirect_from: /figures/PMC9405586__F3\n"),
    ("figtype: Figure\n", "figtype: Scheme\n"),
    ("  license: CC0\n", "  license: MIT\n"),
    ("  - 'On'\n", "  - On\n"),
    ("  - scb\n---\n", "  - scb\n  - Akt\n---"),
    ("papertitle: Properties", "papertitle: Properties "),
    ("  description: Stromal cellular signaling", "  description: Stromal signaling"),
]


def test_ten_defects_at_once_are_fixed_in_one_run():
    text = seed_text()
    damaged = text
    for old, new in TEN:
        assert damaged.count(old) == 1
        damaged = damaged.replace(old, new)
    codes = {d.code for d in checker.check(PATH, damaged.encode())}
    assert len(codes) >= 10
    assert {code[:3] for code in codes} == {"PF0", "PF1", "PF2", "PF3"}
    assert fix_round(damaged) == text


@given(st.sets(st.sampled_from([each for each in DAMAGE if "raw control" not in each[0]]), min_size=4, max_size=10))
def test_any_damage_together_is_undone_to_the_byte(chosen):
    text = damaged = seed_text()
    done = 0
    for _, old, new in sorted(chosen, key=DAMAGE.index):
        if damaged.count(old) == 1:  # else another damage removed the text that this one would change
            damaged = damaged.replace(old, new)
            done += 1
    assume(done >= 2)
    fixed = fixer.fix(PATH, damaged.encode())
    assert fixed.faults == ()
    left = {d.code for d in fixed.left}
    if not left:
        assert fixed.data.decode() == text


@pytest.mark.parametrize(
    "old_new", [("figid_alias: PMC6248334__S3\n", "figid_alias: PMC6248334__F3\n"), ("figtype: Scheme\n", "figtype: Figure\n")]
)
def test_the_2021_dialect_is_fixed_in_its_own_order(old_new):
    text = real_records()[SEED_OF_2021].read_text(encoding="utf-8")
    assert fix_round(text.replace(*old_new), SEED_OF_2021) == text


# Hand-edited forms: (name, old in the clean record, hand-edited, after the fix). Comments and spaces stay.
SHAPES = [
    ("comment behind", "year: '2022'\n", "year: 2022 # the year\n", "year: '2022' # the year\n"),
    ("comment above", "year: '2022'\n", "# the year\nyear: 2022\n", "# the year\nyear: '2022'\n"),
    ("wide colon", "year: '2022'\n", "year:    2022\n", "year:    '2022'\n"),
    ("value below", "year: '2022'\n", "year:\n  2022\n", "year:\n  '2022'\n"),
    ("comment between key and value", "year: '2022'\n", "year: # c\n  2022\n", "year: # c\n  '2022'\n"),
    ("quoted key", "year: '2022'\n", '"year": 2022\n', "\"year\": '2022'\n"),
    ("flow list", "organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms: [NA, Homo sapiens]\n", "organisms:\n- Homo sapiens\n"),
    ("flow list, many", "organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms: [NA, Homo sapiens, NA, E. coli, unassigned] # c\n",
     "organisms:\n- Homo sapiens\n- Escherichia coli # c\n"),
    ("indented list", "organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms:\n    - NA\n    - Homo sapiens\n",
     "organisms:\n    - Homo sapiens\n"),
    ("comments in a list", "organisms:\n- Homo sapiens\n- Mus musculus\n",
     "organisms:\n# first\n- Homo sapiens\n# second\n- NA\n# third\n- Mus musculus # last\n",
     "organisms:\n# first\n- Homo sapiens\n# second\n# third\n- Mus musculus # last\n"),
    ("a comment on the line of an item", "organisms:\n- Homo sapiens\n- Mus musculus\n",
     "organisms:\n- NA # authors asked\n- Homo sapiens\n- NA # pfocr-lint: ignore[PF404] so be it\n",
     "organisms:\n- NA # authors asked\n- Homo sapiens\n"),
    ("comments in the block of a new key", "  license: CC0\n  name: CreativeWork\n", "  # about the license\n  name: CreativeWork # c\n",
     "  license: CC0\n  # about the license\n  name: CreativeWork # c\n"),
    ("deep indent", "    '@type': Organization\n    name: WikiPathways\n", "        '@type': Org\n        name: WikiPathways\n",
     "        '@type': Organization\n        name: WikiPathways\n"),
    ("blank lines", "seo: CreativeWork\n", "\nseo: Creative\n\n", "\nseo: CreativeWork\n\n"),
    ("list emptied", "  keywords:\n  - PTEN\n  - AKT1\n  - Glucose\n", "  keywords:\n  - .na.character\n  - NULL\n", "  keywords: []\n"),
    ("block scalar", "publisher_name: MDPI\n", "publisher_name: |-\n  .na.character\n# c\n", "publisher_name: ''\n# c\n"),
    ("scalar list with a comment", "organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms: Homo sapiens # one\n",
     "organisms:\n- Homo sapiens # one\n"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "edited", "after"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_hand_edited_shapes_keep_what_is_not_fixed(old, edited, after):
    text = clean_text()
    assert text.count(old) == 1
    assert fix_round(text.replace(old, edited)) == text.replace(old, after)


@pytest.mark.parametrize("name", [name for name in real_records() if name.startswith("_figures")])
def test_ruamel_breaks_lines_as_libyaml_does(name):
    """Unedited parts of a block with comments keep their bytes, so every real block must be written back unchanged."""
    record = read(name, real_records()[name].read_bytes())
    starts = [record.span(f"/{key}", on_key=True).start for key in record.data]
    for key, start, end in zip(record.data, starts, [*starts[1:], record.body.end], strict=True):
        block = record.text[start:end]
        assert round_trip.rewrite(block, record.data[key]) == block


# Texts from fuzzing: (name, old, new in the long record, the codes that are left); none may be a fault.
FOUND = [
    ("a number too long to print", "year: '2022'", f"year: 0x{'f' * 5000}", ["PF104"]),
    ("a list among the organisms", "organisms:\n- NA\n", "organisms:\n- NA\n- - NA\n", ["PF103"]),
    ("a mapping among the organisms", "organisms:\n- NA\n", "organisms:\n- NA\n- {a: b}\n", ["PF103"]),
    ("a block scalar that says its indent", "papertitle: ", "papertitle: |2-\n   Properties of\n  x\npapertitle_: ", None),
    ("text that keeps its line breaks", "publisher_name: MDPI\n", "publisher_name: |+\n  .na\n\n\n", []),
    ("a separator between the lines", "figtype: Figure\n", "figtype: Figure\u0085", []),
    ("a separator behind a key", "organisms_ner:\n", "organisms_ner:\u2028", []),
    ("a separator that tears a text", "and Chronic Myeloid Leukemias.", "and Chronic.\u2028Myeloid: Leukemias.", ["PF010"]),
    ("a separator that tears a block", "publisher_name: MDPI\n", "publisher_name: |-\n  MDPI.\u2028Basel: all\n", ["PF010"]),
    ("a separator that tears a folded block", "publisher_name: MDPI\n", "publisher_name: >-\n  A\n  B.\u2029keywords: x\n", ["PF010"]),
    ("a separator that ends a block", "\n  license: CC0\n", "\u2028Word: \n  license: CC0\n",
     ["PF101", "PF101", "PF101", "PF101", "PF010"]),
    ("separators that break a text and part lines", "    a known metabolic dependency of LSCs.\n  license: CC0\n",
     "    a known metabolic\u2028  - dependency of LSCs.\n  license: CC0\u2028\n", None),
    ("a tab behind the colon", "figtype: Figure\n", "figtype:\tFigur\n", []),
    ("an explicit key", "ndex: ''\n", "?   ndex\n", ["PF007"]),
    ("an explicit key with a value", "seo: CreativeWork\n", "?   seo\n: CreativeWork\n", ["PF007"]),
    ("a byte order mark behind the fence", "---\nfigid", "---\n\ufefffigid", []),
    ("two byte order marks", "---\nfigid", "\ufeff\ufeff---\nfigid", []),
    ("two panels", "figtitle: Properties", "figtitle: (A) (A) Properties", []),
    ("two neighbours missing", "redirect_from: /figures/PMC9405586__F1\nndex: ''\n", "", []),
    ("three neighbours missing", "  license: CC0\n  name: CreativeWork\n  creator:\n    '@type': Organization\n    name: WikiPathways\n", "", []),
    ("a key twice with two numbers", "number: F1\n", "number: F1\nnumber: F2\n", ["PF006"]),
    ("old Macintosh", "\n", "\r", []),
    ("a lone CR beside another defect", "ndex: ''\nseo: CreativeWork\n", "ndex: ''\r", []),
    ("a comment behind the mark of a block", "publisher_name: MDPI\n", "publisher_name: |- # c\n  .na\n", ["PF106"]),
    ("not a number", "automl_pathway: 0.9377192", "automl_pathway: .nan", ["PF106"]),
    ("a bell and folded separators", "publisher_name: MDPI\n", "publisher_name: 'MD\x07PI\u2028\u2028  Inc'\n", []),
    ("a lost caption", None, None, ["PF312"]),
    ("a third item that becomes equal", "\n  - Anp\n", "\n  - Anp\n  - Anp\n  - 'Anp '\n", []),
    ("a number that becomes a duplicate", "\n  - Anp\n", "\n  - Anp\n  - '12'\n  - '12'\n  - 12\n", None),
    ("a misspelt key twice", "organisms:\n- NA\n", "o|rganisms:\n- NA\no|rganisms:\n- Mus musculus\n", ["PF006", "PF102"]),
    ("a misspelt block with a key twice", "schema-jsonld:\n", "schema-jsonl:\n  license: CC1\n", ["PF102", "PF006"]),
    ("a byte order mark before what is no YAML", "---\nfigid: ", "---\n\ufefffigid: a: ", ["PF003"]),
    ("a tab on an empty line", "year: '2022'\n", "year: 2022\n \t\n", None),
    ("a character that goes from between two equals", "\n  - Anp\n", "\n  - Anp\n  - A\u200bnp\n  - Anp\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "left"), [f[1:] for f in FOUND], ids=[f[0] for f in FOUND])
def test_texts_from_fuzzing_are_checked_and_fixed_without_a_fault(old, new, left):
    text = seed_text()
    if old is None:
        start = text.index("caption: ") + len("caption: ")
        text = text[:start] + "''" + text[text.index("\npapertitle") :]
    else:
        assert old in text
        text = text.replace(old, new)
    assert fixer.fix(PATH, text.encode(), unsafe=True).faults == ()
    fixed = fixer.fix(PATH, text.encode())
    assert fixed.faults == ()
    if left is not None:
        assert [d.code for d in fixed.left] == left, [d.message for d in fixed.left]
    if left == [] and old is not None and "publisher" not in old and "panels" not in new:
        assert fixed.data.decode() == seed_text()
    assert fixer.fix(PATH, fixed.data).data == fixed.data


@pytest.mark.parametrize("key", ["doi", "figid_alias", "figtype", "redirect_from", "seo"])
def test_a_key_that_was_moved_into_a_list_keeps_what_it_swallowed(key):
    text = seed_text()
    start = text.index(f"\n{key}: ") + 1
    line = text[start : text.index("\n", start) + 1]
    moved = text.replace(line, "").replace("  - Stat92E\n", f"  - Stat92E\n{line}")
    assert fix_round(moved, unsafe=True) == moved
    assert "more text that belongs elsewhere: '- Pi3K21B" in checker.check(PATH, moved.encode())[0].message


def test_a_lost_line_loses_no_other():
    text = seed_text().replace("  description: ", "    ")
    assert text.split("\n  license")[0].endswith("LSCs.")
    assert set(text.split("\n")) < set(fix_round(text).split("\n"))


def fix_of(*changes, safety=Safety.SAFE) -> Fix:
    return Fix("", changes, safety)


def test_clashing_fixes_are_held_back_whole():
    record = read(PATH, clean_text().encode())
    plan = edits.plan(
        record,
        [
            fix_of(SetValue("/year", "2021")),
            fix_of(SetValue("/ndex", "x"), SetValue("/year", "2020")),
            fix_of(DropItem("/organisms/0")),
            fix_of(DropItem("/organisms/1"), SetValue("/seo", "y")),
            fix_of(SetValue("/organisms", ["z"])),
        ],
    )
    assert plan.taken == (0, 2, 3)
    data = plan.data(record)
    assert (data["year"], data["ndex"], data["organisms"]) == ("2021", "", [])
    text = apply_edits(record.text, plan.edits)
    assert read(PATH, text.encode()).data == data


@pytest.mark.parametrize(
    "change",
    [
        AddKey("/wpid", "WP1"), SetValue("/figid", "PMC1__x"), RenameKey("/doi", "doy"),
        RenameKey("/schema-jsonld/creator", "author"), DropItem("/schema-jsonld/keywords/1"), SetValue("/organisms", "x"),
        SetValue("/caption", "a: b\n\n- c # d"), SetValue("/schema-jsonld/description", "x\ny " * 40), SetValue("/year", None),
        SetValue("/schema-jsonld/creator", {"a": ["b"]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text",
    [clean_text(), seed_text(), clean_text().replace("  keywords:\n", "  keywords: # here\n")],
    ids=["clean", "seed", "comment"],
)
def test_a_planned_change_reads_as_planned(change, text):
    record = read(PATH, text.encode())
    plan = edits.plan(record, [fix_of(change)])
    assert plan.taken == (0,)
    after = read(PATH, apply_edits(text, plan.edits).encode())
    assert after.data == plan.data(record) == changes.changed(record, [change])


def test_a_fix_that_would_not_verify_leaves_the_file_alone(monkeypatch):
    monkeypatch.setattr(edits.emitter, "entry", lambda path, value: edits.emitter.Written(f"{path[-1]}: 'wrong'", 0))
    data = clean_text().replace("year: '2022'", "year: 2022").encode()
    fixed = fixer.fix(PATH, data)
    assert fixed.data == data
    assert len(fixed.faults) == 1
    assert "PF105" in fixed.faults[0]
    assert [d.code for d in fixed.left] == ["PF105"]


def test_fixes_that_do_not_converge_name_their_rules(monkeypatch):
    def unstable(record):
        from pfocr_lint.diagnostic import Finding

        other = "F1" if record.value("/figtype") == "F2" else "F2"
        yield Finding("/figtype", f"want {other}", fix=fix_of(SetValue("/figtype", other)))

    rule = next(rule for rule in RULES if rule.code == "PF208")
    monkeypatch.setattr("pfocr_lint.linter.record_check.RULES", (type(rule)(**{**rule.__dict__, "check": unstable}),))
    data = clean_text().encode()
    fixed = fixer.fix(PATH, data, Settings(selections=(Selection(select=("PF208",)),)))
    assert fixed.data == data
    assert "PF208 do not converge" in fixed.faults[0]


def test_a_rule_that_raises_is_a_fault_and_the_others_report(monkeypatch):
    def broken(_):
        raise ZeroDivisionError("oh")

    rules = tuple(type(r)(**{**r.__dict__, "check": broken}) if r.code == "PF204" else r for r in RULES)
    monkeypatch.setattr("pfocr_lint.linter.record_check.RULES", rules)
    monkeypatch.setattr("pfocr_lint.linter.prefilter.FILTERING", False)
    checked = record_check.check_record(read(PATH, clean_text().replace("2022'", "2021'").encode()))
    assert [hit.rule.code for hit in checked.hits] == ["PF210"]
    assert checked.faults == (f"{PATH}: rule PF204 failed: ZeroDivisionError: oh",)
    with pytest.raises(checker.InternalFault):
        checker.check(PATH, clean_text().encode())


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120) | st.lists(
    st.sampled_from([": ", " #", "'", '"', "\n", "- ", "  ", "\t", "word", "\u2028", "\u0085", "\ufeff", "\U0001f9ec", "x" * 90,
                     "---", "y", "On", "1e3", "12:30", "\\", "%", "@", "{", "[", "|", ">", "?", "&", "*", "!", "é", "\r"]),
    min_size=1, max_size=30,
).map("".join)  # fmt: skip


@given(
    TEXT, st.sampled_from(["/caption", "/figtitle", "/schema-jsonld/description", "/schema-jsonld/keywords/1", "/organisms/0"])
)
def test_any_text_that_is_written_is_read_back_equal(value, key):
    record = read(PATH, clean_text().encode())
    plan = edits.plan(record, [fix_of(SetValue(key, value))])
    assert plan.taken == (0,)
    after = read(PATH, apply_edits(record.text, plan.edits).encode())
    assert after.value(key) == value
    assert after.data == plan.data(record)
    assert all(fixer.confirmed(after, pointer) for pointer in plan.written), "ruamel.yaml reads the same"


@given(TEXT.filter(str.strip))
def test_any_caption_is_copied_to_the_description_and_converges(value):
    record = read(PATH, clean_text().encode())
    plan = edits.plan(record, [fix_of(SetValue("/caption", value))])
    data = apply_edits(record.text, plan.edits).encode()
    for unsafe in (False, True):
        fixed = fixer.fix(PATH, data, unsafe=unsafe)
        assert fixed.faults == ()
        after = read(PATH, fixed.data).data
        copied = after["caption"] == after["schema-jsonld"]["description"] or derived.says_nothing(after["caption"])
        assert copied or "the caption has lost something" in next(d.message for d in fixed.left if d.code == "PF206")
        assert fixer.fix(PATH, fixed.data, unsafe=unsafe).data == fixed.data


def test_long_words_and_deep_windows_of_text_come_through():
    for value in ("x" * 10_000, "x " * 5_000, "é" * 3_000 + ": y", "' " * 500):
        record = read(PATH, clean_text().encode())
        plan = edits.plan(record, [fix_of(SetValue("/caption", value))])
        assert read(PATH, apply_edits(record.text, plan.edits).encode()).value("/caption") == value


def test_text_edits_must_not_move_a_value():
    record = read(PATH, clean_text().encode())
    at = record.text.index("'2022'")
    before = record_check.check_record(record)
    plan = edits.plan(record, [fix_of(TextEdit(at, at + 6, "'2021'"))])
    after = record_check.check_record(read(PATH, apply_edits(record.text, plan.edits).encode()))
    assert fixer.verify(before, after, [], plan) == "the result does not read as intended"


@pytest.mark.parametrize("kind", [Kind.ORGANISM, Kind.FETCHED])
def test_other_kinds_are_fixed_too(kind):
    text = clean_text(kind)
    key, path = ("ncbi: '9606'", "_organisms/x.md") if kind is Kind.ORGANISM else ("year: '2023'", "figures/x.yml")
    assert fix_round(text.replace(key, key.replace("'", "")), path) == text


def test_what_is_written_has_the_line_ends_of_its_file():
    changes = {
        "seo: CreativeWork\n": "", "organisms_ner:\n- Homo sapiens": "organisms_ner: Homo sapiens", "year: '2022'": "year: 2022", "license: CC0": "license: >-\n    Foo",
        "signaling facilitates": "signal\u00ading facilitates", "  - AKT1\n": "  - AKT1\n  - AKT1\n",
    }  # fmt: skip
    text = clean_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    settings = Settings(selections=(Selection(ignore=("PF009",)),))
    fixed = fixer.fix(PATH, text.replace("\n", "\r\n").encode(), settings)
    assert (len(fixed.fixed), fixed.left, fixed.faults) == (6, (), ())
    assert fixed.data == fixer.fix(PATH, text.encode(), settings).data.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    ("old", "new", "fixed_text"),
    [
        ("seo: C", "'3': \"a\\x071\"\nseo: C", "'3': a1\nseo: C"),
        ("  license: C", "  '3': ' x '\n  license: C", "  '3': x\n  license: C"),
    ],
)
def test_a_key_of_digits_is_no_index(old, new, fixed_text):
    fixed = fixer.fix(PATH, clean_text().replace(old, new).encode())
    assert fixed.faults == ()
    assert fixed.data.decode() == clean_text().replace(old, fixed_text)


@pytest.mark.parametrize(("rounds", "rests"), [(2, True), (1, False)])
def test_a_fix_may_take_the_last_round(monkeypatch, rounds, rests):
    monkeypatch.setattr(fixer, "ROUNDS", rounds)
    text = clean_text().replace("year: '2022'", "year: '2022'  # pfocr-lint: ignore[PF210] so be it").replace("\n", "\r\n")
    found = fixer.fix(PATH, text.replace("figtype: Figure", "figtype: Scheme").encode())
    assert (found.faults == ()) is rests


@pytest.mark.parametrize(
    ("comment", "copied"), [("# a", True), ("# cell", True), ("# checked", True), ("# and drug resistance.", False)]
)
def test_a_comment_behind_a_caption_may_be_its_end_or_a_note(comment, copied):
    text = clean_text().replace("quiescence, and drug resistance.\npaper", f"quiescence,\n{comment}\npaper", 1)
    text = text.replace("quiescence,\n#", "quiescence.\n#") if copied else text
    fixed = fixer.fix(PATH, text.encode())
    values = read(PATH, fixed.data).data
    assert (values["schema-jsonld"]["description"] == values["caption"]) is copied
