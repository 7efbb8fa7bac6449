"""Typed text survives every fix: backslashes in double quotes, and the letters and digits of every text field."""

from __future__ import annotations

import re
import unicodedata

import pytest
import yaml
from conftest import SEED, clean_text, real_records, seed_text
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from test_fixer import DAMAGE, PATH

from pfocr_lint.diagnostic import Safety
from pfocr_lint.linter import checker, fixer
from pfocr_lint.record.document import Record
from pfocr_lint.record.parser import read
from pfocr_lint.record.scalar_source import as_typed
from pfocr_lint.settings.model import DEFAULT, Selection, Settings

# Text fields; the documentation of the rules says what fixes remove from them.
FIELDS = ("/figtitle", "/caption", "/papertitle", "/reftext", "/journal_title", "/journal_nlm_ta", "/publisher_name",
          "/schema-jsonld/description", "/schema-jsonld/keywords")  # fmt: skip
REMOVING = {"PF106", "PF107", "PF206", "PF303", "PF408"}
# PF301 and PF321 take another title; the others of PF3 take away what their pages name, or spell it otherwise.
REMOVING_UNSAFE = {*REMOVING, "PF102", "PF301", "PF304", "PF308", "PF313", "PF317", "PF318", "PF319", "PF320", "PF321", "PF322",
                   "PF323"}  # fmt: skip

ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^\n\r])")


def typed_text(source: str, value: str) -> str:
    """An independent model: the text of a scalar with the typed backslashes."""
    if source[:1] != '"':
        return value
    body = source[1:-1]
    made = [(match, yaml.safe_load(f'"{match[0]}"')) for match in ESCAPE.finditer(body)]
    removable = [(match, char) for match, char in made if re.match("[\x00-\x1f\x7f-\x9f\u2028\u2029]", char)]
    if not any(re.match("[^\\W\\d_]|[\u0300-\u036f]", body[match.end() :]) for match, _ in removable):
        return value
    kept = {match.span() for match, _ in removable}
    return ESCAPE.sub(lambda match: match[0] if match.span() in kept else yaml.safe_load(f'"{match[0]}"'), body)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text)))


def typed_letters(record: Record) -> dict[str, list[str]]:
    """Return the typed letters and digits of each text field; for a list, those of each item."""
    found: dict[str, list[str]] = {}
    for field in FIELDS:
        for key, entry in record.entries.items():
            if f"{key}/".startswith(f"{field}/") and isinstance(entry.node, yaml.ScalarNode):
                span = record.node_span(entry.node)
                found.setdefault(field, []).append(letters(typed_text(record.text[span.start : span.end], entry.node.value)))
    return found


def survives(path: str, data: bytes, settings: Settings = DEFAULT, *, unsafe: bool) -> fixer.Fixed:
    """Fix a record, and compare the text fields of the result with the typed ones."""
    before = read(path, data)
    fixed = fixer.fix(path, data, settings, unsafe=unsafe)
    assert fixed.faults == (), data
    again = fixer.fix(path, fixed.data, settings, unsafe=unsafe)
    assert (again.data, again.fixed) == (fixed.data, ()), "a second run changes nothing"
    if before.data is not None:
        named = {each.key for each in fixed.fixed if each.code in (REMOVING_UNSAFE if unsafe else REMOVING)}
        if any((each.code, each.key) == ("PF323", "/caption") for each in fixed.fixed):
            named.add("/schema-jsonld/description")  # its fix changes the copy too
        there, now = typed_letters(before), typed_letters(read(path, fixed.data))
        for field, texts in there.items():
            if not any(key is not None and f"{key}/".startswith(f"{field}/") for key in named):
                assert now.get(field) == texts, (field, data)
    return fixed


TYPED = [
    r"the role of \beta-catenin and \tau in mice", r"\alpha-synuclein", r"the \nu subunit", r"PI3K\Akt", r"\epsilon and \eta",
    r"the \Psi potential", r"\Lambda phage", r"\NF-kB", r"\rho GTPases", r"\vimentin", r"\foxo3", r"C:\new\table", r"\0mice and men",
    r"MEK\x07ERK", r"MEK\u0007ERK", r"MEK\U00000007ERK", r"cells\u2028go on", r"one\ttwo", r"first\nsecond", r"\Phi\beta\tau",
    r"a \beta b\n", r"α\βeta \bcl2", r"\_x and \tau", r"\text{Ca}", r"\bar{x} ± \times 3",
]  # fmt: skip
YAML_REFUSES = [text for text in TYPED if r"\Akt" in text or r"\βeta" in text]
TYPED = [text for text in TYPED if text not in YAML_REFUSES]
AS_MEANT = ["50\\u00b0C", "β-catenin \\u03b1SMA", "a \\\"b\\\" c", "a\\\\beta", "a\\/b", "ends in a bell\\a", "\\t5-FU", "IL-6\\n- TNF",
            "wide\\_space", "\\x41kt"]  # fmt: skip


@pytest.mark.parametrize("text", TYPED)
def test_a_backslash_that_was_typed_in_double_quotes_stays(text):
    for key, line in (("figtitle", "figtitle: "), ("keywords", "  - "), ("caption", "caption: ")):
        record = seed_text()
        old = {"figtitle": re.search(r"figtitle: (.*?)\norganisms:", record, re.DOTALL)[0].removesuffix("\norganisms:"),
               "keywords": "  - Anp", "caption": re.search(r"caption: .*?(?=\npapertitle)", record, re.DOTALL)[0]}[key]  # fmt: skip
        damaged = record.replace(f"{old}\n", f'{line}"the words and {text}"\n')
        assert damaged != record
        safe = fixer.fix(PATH, damaged.encode())
        assert safe.faults == ()
        assert f'{line}"the words and {text}"\n' in safe.data.decode(), "no safe fix takes it away"
        about = [each for each in safe.left if "in double quotes" in each.message]
        assert len(about) == 1, [each.message for each in safe.left]
        assert re.search(r"in double quotes '\\.*' is a (control character|tab|line break); use single quotes$", about[0].message)
        assert about[0].fix.safety is Safety.UNSAFE
        unsafe = survives(PATH, damaged.encode(), unsafe=True)
        read_as = str(read(PATH, unsafe.data).value(f"/{key}") if key != "keywords" else unsafe.data.decode())
        slashed = text.replace("\\", "/") if key != "keywords" else text  # PF310, in titles and captions
        assert slashed.replace("/_x", "\u00a0x") in read_as or slashed in read_as


@pytest.mark.parametrize("text", AS_MEANT)
def test_an_escape_that_no_letter_follows_or_no_fix_removes_is_yaml(text):
    assert as_typed(f'"{text}"') is None


@pytest.mark.parametrize("text", YAML_REFUSES)
def test_a_backslash_that_yaml_refuses_is_a_syntax_error(text):
    assert [d.code for d in checker.check(PATH, seed_text().replace("seo: CreativeWork", f'seo: "{text}"').encode())] == ["PF005"]


def test_the_description_does_not_follow_a_caption_that_double_quotes_misread():
    text = seed_text()
    caption = re.search(r"caption: (.*?)\npapertitle", text, re.DOTALL)[1]
    for description in (None, "Wnt signalling: the role of \\beta-catenin", "Wnt signalling, an older text"):
        damaged = text.replace(f"caption: {caption}", 'caption: "Wnt signalling: the role of \\beta-catenin"')
        old = re.search(r"  description: .*?\n  license", damaged, re.DOTALL)[0]
        new = "" if description is None else f"  description: '{description}'\n"
        damaged = damaged.replace(old, f"{new}  license")
        fixed = fixer.fix(PATH, damaged.encode())
        assert fixed.faults == ()
        assert read(PATH, fixed.data).value("/schema-jsonld/description") == description
        assert fixed.fixed == ()
        codes = [each.code for each in fixed.left]
        assert codes == {None: ["PF010", "PF101"], "Wnt signalling: the role of \\beta-catenin": ["PF010"]}.get(
            description, ["PF010", "PF206"]
        )
        repaired = read(PATH, fixer.fix(PATH, damaged.encode(), unsafe=True).data)
        assert repaired.value("/caption") == repaired.value("/schema-jsonld/description")
        assert repaired.value("/caption") == "Wnt signalling: the role of /beta-catenin"


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("name", real_records())
def test_real_records_keep_their_letters(name, unsafe):
    survives(name, real_records()[name].read_bytes(), unsafe=unsafe)


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(("first", "second"), [(a, b) for a in range(0, len(DAMAGE), 3) for b in range(1, len(DAMAGE), 4)])
def test_pairs_of_damage_keep_their_letters(first, second, unsafe):
    """The fix of one rule must not use a value that another misread: two damages beside backslashes in double quotes."""
    text = seed_text().replace("publisher_name: MDPI", 'publisher_name: "MDPI \\beta and \\tau"')
    for _, old, new in (DAMAGE[first], DAMAGE[second]):
        text = text.replace(old, new, 1)
    survives(PATH, text.encode(), unsafe=unsafe)


WORDS = st.lists(
    st.sampled_from(["\\", "\\b", "\\t", "\\n", "\\x07", "\\u200b", "\\u2028", "\\L", "\\_", "\\0", "\\e", "\\\\", "\\r", "eta", "au", "5", " ",
                     "  ", "()", "é", "e\u0301", "\u00ad", "\t", "\u2028", "(A) ", ".", " .", "?.", "<i>", "&amp;", "'", "-", "Ã©", "\x07"]),
    min_size=1, max_size=12,
).map("".join)  # fmt: skip
STYLES = st.sampled_from(['"{}"', "'{}'", "{}"])


FORMATTER = Settings(selections=(Selection(extend_select=("PF501",)),))


@hypothesis_settings(max_examples=300)
@given(WORDS, WORDS, STYLES, STYLES, st.booleans(), st.booleans(), st.booleans())
def test_texts_with_backslashes_keep_their_letters(one, other, style, second, unsafe, formatted, flow):
    text = clean_text()
    caption = re.search(r"caption: .*?(?=\npapertitle)", text, re.DOTALL)[0]
    text = text.replace(caption, f"caption: {style.format(f'Wnt {one} x')}")
    text = text.replace("- AKT1", f"- {second.format(f'A{other}')}").replace(
        "publisher_name: MDPI", f"publisher_name: {style.format(f'M{other}')}"
    )
    if flow:
        text = re.sub(
            r"  keywords:\n((?:  - .*\n)*)", lambda m: f"  keywords: [{', '.join(re.findall('  - (.*)', m[1]))}, NULL]\n", text
        )
    survives(f"_figures/{SEED}.md", text.encode(), FORMATTER if formatted else DEFAULT, unsafe=unsafe)


# A comment after a caption may be a part of it: (the last line of the caption, whether a safe fix may be made)
BEHIND = [
    ("and drug resistance.", True), ("and drug resistance. # 2 of E. coli", False), ("and drug resistance. # as in mice", False), ("and drug #2.", False),
    ("and drug resistance.\n# checked", True), ("and drug resistance. # pfocr-lint: ignore[PF301] why", True),
]  # fmt: skip


@pytest.mark.parametrize(("end", "safe"), BEHIND)
def test_a_description_does_not_lose_what_a_comment_cut_off_the_caption(end, safe):
    text = (
        clean_text()
        .replace("quiescence, and drug resistance.\npaper", f"quiescence, {end}\npaper", 1)
        .replace("caption: Stromal", "caption: All stromal")
    )
    fixed = fixer.fix(f"_figures/{SEED}.md", text.encode())
    assert fixed.faults == ()
    assert ("PF206" in {each.code for each in fixed.fixed}) is safe
    assert ("PF206" in {each.code for each in fixed.left}) is not safe


MISPLACED = "# pfocr-lint: ignore[PF203] alias is kept for old links\n"


@pytest.mark.parametrize("where", ["number:", "figid:", "caption:", "redirect_from:"])
def test_a_waiver_in_the_wrong_place_keeps_its_reason(where):
    text = (
        clean_text()
        .replace("figid_alias: PMC9405586__F1", "figid_alias: PMC9405586__F9")
        .replace(f"\n{where}", f"\n{MISPLACED}{where}")
    )
    found = checker.check(PATH, text.encode())
    (about,) = [each for each in found if each.code == "PF901"]
    line = text.split("\n").index("figid_alias: PMC9405586__F9") + 1
    assert (
        about.message
        == f"the waiver of PF203 has nothing to waive here; PF203 is reported at line {line}, and a waiver stands directly above"
    )
    assert about.fix is None
    assert fixer.fix(PATH, text.encode()).data == text.encode(), "nor is the value replaced that it was to keep"
    assert "PF203" in {each.code for each in fixer.fix(PATH, text.encode(), unsafe=True).fixed}


def test_a_text_indented_by_no_break_spaces_gets_plain_ones():
    text = clean_text().replace(
        "  quiescence, and drug resistance.\npaper", "\u00a0\u00a0quiescence, and drug resistance.\npaper"
    )
    (found,) = checker.check(PATH, text.encode())
    assert found.message == (
        "a no-break space (U+00A0) is in front of 'quiescence, and drug resistance.', where YAML wants plain spaces"
    )
    assert fixer.fix(PATH, text.encode()).data == text.encode()
    assert fixer.fix(PATH, text.encode(), unsafe=True).data.decode() == clean_text()
