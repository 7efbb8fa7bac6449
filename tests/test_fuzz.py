"""
Random content of records and settings files: it is read without a crash, and a fix keeps its guarantees or is not made.

Short in the suite, long with ``make fuzz``. The guarantees of a fix are checked independently of the verification in the fixer.
"""

from __future__ import annotations

import random

from conftest import real_records
from hypothesis import given
from hypothesis import strategies as st
from test_canonical import SOURCES, mutated

from pfocr_lint.linter import fixer, record_check
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.pointer import split
from pfocr_lint.record import emitter
from pfocr_lint.record.characters import CONTROL
from pfocr_lint.record.document import untyped
from pfocr_lint.record.parser import read
from pfocr_lint.record.round_trip import untyped as second_reader
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import MAPPINGS, Kind
from pfocr_lint.settings import model, parsing
from pfocr_lint.workspace import settings_files

PATH = "_figures/PMC1__x.md"
RECORDS = [(name, path.read_bytes()) for name, path in sorted(real_records().items()) if path.stat().st_size < 20_000]
CHANCE = st.integers(min_value=0)


def hostile(seed: int) -> tuple[str, bytes]:
    """Return a record with a few pieces inserted or removed, and sometimes a byte."""
    chance = random.Random(seed)
    name, data = chance.choice([*RECORDS, *((PATH, source.encode()) for source in SOURCES)])
    data = mutated(chance, data.decode("utf-8", "replace")).encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + bytes([chance.randrange(256)]) + data[at + chance.randrange(2) :]
    return name, data


# Words and signs of titles and captions, as curators type and publishers write them.
WORDS = [
    "p53", "signalling", "in", "the", "Warburg", "effect", "of", "(A)", "α-", "Ca2+", "[ ]", "et al", "S. cerevisiae", "Figure 1.", "NF-κB",
    "'Wilson's", "disease'", '"Crabtree"', "#1", "# 2", ": a review", "see , and .", "()", "<i>in vitro</i>", "&beta;", "*p53", "!Kung", "pathway",
    "→", "“model”", "IL-6;", "CD4+", "10 µM", "Adapted from Ref", "\u00a0", "\u200b", "- ", "| ", "> ", "@", "%", "`", "year: ", "~",
]  # fmt: skip
FIELDS = ["figtitle", "caption", "papertitle", "reftext", "keywords", "publisher_name"]


def curated_like(chance: random.Random) -> str:
    """Return a record with texts made of the words above: some are written as the pipeline would, some as a hand would type them."""
    data, typed = schemas.example(Kind.FIGURE), {}
    for field in chance.sample(FIELDS, chance.randrange(1, len(FIELDS))):
        text = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 30)))
        typed |= {field: text} if chance.random() < 0.3 else {}
        data[field] = text
        if field == "caption" and chance.random() < 0.5:
            data["schema-jsonld"]["description"] = text
    parts = [
        emitter.top_level(key, value) if key not in typed else f"{key}:{chance.choice([' ', ' ', ' ', '', chr(9)])}{typed[key]}\n"
        for key, value in data.items()
    ]
    return "---\n" + "".join(parts) + "---\n"


def misspelt(key: str, chance: random.Random) -> str:
    """Return a key with one character more, less or other."""
    at = chance.randrange(1, len(key))
    return key[:at] + chance.choice(["|", "", "_", key[at]]) + key[at + chance.randrange(2) :]


def with_slips(chance: random.Random, text: str) -> str:
    """Return a record with slips of a hand in its lines: keys misspelt, twice, moved; tabs, quotes, a byte order mark."""
    lines = text.split("\n")
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(1, len(lines) - 2)
        key, colon, rest = lines[at].partition(":")
        slip = chance.randrange(9)
        if slip == 0 and colon and key.strip():
            lines[at] = f"{misspelt(key, chance) if len(key) > 1 else key}:{rest}"
        elif slip == 1 and colon and len(key) > 1:
            wrong = f"{misspelt(key, chance)}:{rest}"
            lines[at : at + 1] = [wrong, wrong]
        elif slip == 2:
            lines.insert(chance.randrange(1, len(lines) - 1), lines[at])
        elif slip == 3:
            lines[1] = "\ufeff" + lines[1]
        elif slip == 4:
            lines[at] = chance.choice(["\t", " ", "  "]) + lines[at]
        elif slip == 5:
            lines[at] = lines[at].lstrip(" ")
        elif slip == 6 and colon:
            lines[at] = f"{key}:{rest.replace(' ', chance.choice(['', ' ' + chr(39), ' ' + chr(34), ' &', ' *', ' !', ' #']), 1)}"
        elif slip == 7:
            lines.insert(at, chance.choice(["", " ", "\t", " \t", "# a note", "and more", "~"]))
        else:
            lines[at] = lines[at] + chance.choice(["'", '"', ":", ",", " # a note", " #1", "\t"])
    return "\n".join(lines)


def readable(name: str, data: bytes) -> None:
    record = read(name, data)
    if record.data is None and record.kind in MAPPINGS:
        assert len(record.faults) == 1
        assert record.faults[0].code.startswith("PF0")
    if record.data is not None and not CONTROL.search(record.text):  # ruamel.yaml breaks lines at U+2028, like YAML 1.1
        assert second_reader(record.text[record.body.start : record.body.end]) in (None, untyped(record.root))
    checked = record_check.check_record(record)
    assert checked.faults == ()
    for each in diagnostics_of(checked):
        assert 0 <= each.span.start <= each.span.end <= len(record.text)
        assert "\n" not in each.message


def check_and_fix(name: str, data: bytes, *, unsafe: bool) -> None:
    before = read(name, data)
    fixed = fixer.fix(name, data, unsafe=unsafe)
    assert fixed.faults == (), data
    if fixed.data == data:
        assert fixed.fixed == ()
        return
    after = read(name, fixed.data)
    assert after.data is not None or before.kind not in MAPPINGS
    changed = [change.key for each in fixed.fixed for change in each.made]
    keys = {split(key)[0] for key in (*changed, *(each.key for each in fixed.fixed)) if key}
    if before.data is not None and all(each.key is not None for each in fixed.fixed):
        assert {k: v for k, v in before.data.items() if k not in keys} == {
            k: v for k, v in after.data.items() if k in before.data and k not in keys
        }
        assert before.text[: before.body.start] == after.text[: after.body.start]
        assert before.text[before.body.end :] == after.text[after.body.end :]
    if after.root is not None and not CONTROL.search(after.text):
        assert second_reader(after.text[after.body.start : after.body.end]) in (None, untyped(after.root))
    again = fixer.fix(name, fixed.data, unsafe=unsafe)
    assert again.data == fixed.data, "a second run changes nothing"
    assert again.fixed == again.faults == ()


@given(CHANCE)
def test_the_reader(seed):
    readable(*hostile(seed))


@given(
    st.binary(max_size=300),
    st.sampled_from(["_figures/x.md", "_organisms/x.md", "figures/x.yml", "_data/PMC1__x-genes.tsv", "-"]),
)
def test_the_reader_of_raw_bytes(data, name):
    for each in (data, b"---\n" + data + b"\n---\n"):
        readable(name, each)
        check_and_fix(name, each, unsafe=True)


@given(CHANCE, st.booleans())
def test_the_fixer(seed, unsafe):
    check_and_fix(*hostile(seed), unsafe=unsafe)


@given(CHANCE, st.booleans())
def test_the_fixer_of_what_a_hand_typed(seed, unsafe):
    chance = random.Random(seed)
    text = curated_like(chance)
    if chance.random() < 0.7:
        text = with_slips(chance, text)
    readable(PATH, text.encode())
    check_and_fix(PATH, text.encode(), unsafe=unsafe)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["PF1", "PF301", "off", "error", "PF0", "*", "**/", "[", ">=0.1"]),
)
TABLES = st.dictionaries(
    st.one_of(st.sampled_from(sorted(parsing._KEYS)), st.text(max_size=10)),
    st.recursive(
        SCALARS,
        lambda below: (
            st.lists(below, max_size=4)
            | st.dictionaries(st.text(max_size=8) | st.sampled_from(["PF301", "*.md"]), below, max_size=4)
        ),
    ),
    max_size=4,
)


def one_line(call) -> None:
    try:
        found = call()
    except model.SettingsError as error:
        problem = str(error)
    else:
        problem = "fine"
        assert found is None or found.rules_for("_figures/x.md") is not None
        assert found is None or isinstance(found.excludes("_figures/x.md"), bool)
    assert problem
    assert "\n" not in problem


@given(TABLES)
def test_settings_of_any_table(table):
    one_line(lambda: parsing.parse(table, "odd.toml", "."))


PIECES = [
    "select",
    "ignore",
    "severity",
    "exclude",
    " = ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    '"""',
    "PF1",
    "\n",
    ".",
    "#",
    "1",
    "1979-05-27",
    "\\",
    ",",
    "\ufffd",
    "[tool.pfocr-lint]",
    "nan",
    "0x",
]


@given(
    st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map(lambda parts: "".join(parts).encode()))
)
def test_settings_of_any_bytes(data):
    from pathlib import Path

    for name in ("pfocr-lint.toml", "pyproject.toml"):
        one_line(lambda name=name: settings_files.from_bytes(data, Path(name), "."))
