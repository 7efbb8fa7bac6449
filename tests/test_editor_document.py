"""What the language server knows of one text: positions, edits, quick fixes against ``--fix``, and random editing."""

from __future__ import annotations

import os
import random

import pytest
from conftest import SEED, clean_text, real_records
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from language_client import apply
from lsprotocol import types

from pfocr_lint.cli import main
from pfocr_lint.diagnostic import Span, apply_edits
from pfocr_lint.handbook import examples
from pfocr_lint.integrations.difference import difference
from pfocr_lint.integrations.language_server import help as helping
from pfocr_lint.integrations.language_server.document import Document, Refused
from pfocr_lint.integrations.language_server.records import Records, give
from pfocr_lint.integrations.language_server.text import Text
from pfocr_lint.linter.checker import check
from pfocr_lint.linter.fixer import fix
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.settings.model import DEFAULT, Selection, Settings
from pfocr_lint.workspace import settings_files
from pfocr_lint.workspace.settings_choice import settings_for

PATH = f"_figures/{SEED}.md"
ENCODINGS = ("utf-8", "utf-16", "utf-32")
# characters of one, two, three and four bytes, line ends of the protocol, and some that only look like line ends
TEXTS = st.text(st.sampled_from("ab é€𝛼\n\r\u2028\x85\x0b"), max_size=30)


def document(text, settings=DEFAULT, path=PATH):
    return Document(path, Text(text), settings, lambda: None)


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_positions_lead_back(text, encoding):
    placed = Text(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n" or offset == 0:  # no position lies inside a line end
            assert placed.offset(placed.position(offset)) == offset


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), TEXTS), max_size=5), st.sampled_from(ENCODINGS))
def test_changes_are_applied_as_the_protocol_says(text, changes, encoding):
    mine, theirs = Text(text, encoding), text
    for start, end, new in changes:
        place = mine.range(Span(*sorted((min(start, len(theirs)), min(end, len(theirs))))))
        edit = {"range": {at: vars_of(getattr(place, at)) for at in ("start", "end")}, "newText": new}
        theirs = apply(theirs, [edit], encoding)
        mine = mine.changed([types.TextDocumentContentChangePartial(place, new)])
        assert mine.text == theirs


def vars_of(position):
    return {"line": position.line, "character": position.character}


@given(TEXTS, TEXTS)
def test_a_difference_makes_the_new_text(old, new):
    edits = difference(old, new)
    assert apply_edits(old, edits) == new
    assert bool(edits) == (old != new)


BADS = [
    pytest.param(rule, bad, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, bad in enumerate(rule.bad)
    if bad.fixed is not None and not bad.beside and bad.table is None
]


@pytest.mark.parametrize(("rule", "bad"), BADS)
def test_the_quick_fix_of_a_finding_gives_the_bytes_of_fix(rule, bad):
    """The fix of the one finding of a rule's example is what ``--fix`` writes for that rule, and what the example says."""
    settings = Settings(selections=(Selection(extend_select=(rule.code,)),), today=examples.TODAY)
    here = document(examples.text_of(bad), settings, examples.path_of(bad))
    found = [each for each in here.found() if each.diagnostic.code == rule.code]
    assert found
    fixed = fix(here.path, here.data, settings, unsafe=bad.unsafe).data.decode()
    if len(found) == 1 and found[0].diagnostic.fix is not None:
        now = apply_edits(here.text.text, here.fix_one(found[0]))
        if document(now, settings, here.path).found() == []:  # one round was enough
            assert now == fixed
    if not bad.unsafe:
        assert apply_edits(here.text.text, here.fix_rule(rule.code)) == fixed
        assert apply_edits(here.text.text, here.fix_all()) == fixed


def test_a_fix_moves_nothing_else():
    text = clean_text().replace("publisher_name: MDPI", "publisher_name: ' MDPI '").replace("year: '2022'", "year: '2021'")
    here = document(text)
    for each in here.found():
        if each.diagnostic.fix is not None:
            edits = here.fix_one(each)
            assert sum(edit.end - edit.start + len(edit.text) for edit in edits) < 40, each.diagnostic.code


def test_the_fix_of_a_finding_that_is_gone_is_refused():
    here = document(clean_text())
    with pytest.raises(Refused, match="not there any more"):
        here.by_print("PF210", "0" * 32)


def test_one_of_two_findings_is_waived():
    text = clean_text().replace("- Mus musculus\n", "- mouse\n- human\n")
    here = document(text)
    first, second = (each for each in here.found() if each.diagnostic.code == "PF213")
    now = document(apply_edits(text, here.waive(first, "as printed")))
    assert [each.diagnostic.message for each in now.found()] == [second.diagnostic.message]
    without = document(apply_edits(text, here.waive(first, None)))
    assert {each.diagnostic.code for each in without.found()} == {"PF213", "PF902"}
    with pytest.raises(Refused, match="line break"):
        here.waive(first, "a\nb")


def test_formatting_loses_nothing():
    settings = Settings(selections=(Selection(extend_select=("PF501",)),))
    text = clean_text().replace("year: '2022'", 'year: "2022"')
    assert apply_edits(text, document(text, settings).format()) == clean_text()
    assert document(text.replace("seo: CreativeWork", "seo: CreativeWork # always")).format() == []
    assert apply_edits(text, document(text).format()) == clean_text()  # PF501 need not be on


COMPLETIONS = [
    ("figtype: Figure\n", "figtype: ", 9, {"Scheme", "Graphical abstract"}),
    ("figtype: Figure\n", "figtype:\n", 8, {"Scheme"}),
    ("seo: CreativeWork\n", "se\n", 2, {"seo"}),
    ("  name: ", "  na", 4, {"name"}),
    ("- Homo sapiens\n", "- Ho\n", 4, {"Danio rerio", "NA"}),
]


@pytest.mark.parametrize(("old", "new", "character", "labels"), COMPLETIONS)
def test_completion(old, new, character, labels):
    text = clean_text()
    at = text.index(old)
    text = text[:at] + new + text[at + len(old) :]
    position = types.Position(text[:at].count("\n"), character)
    found = helping.completion(document(text), position, lambda: ["Danio rerio"])
    assert labels <= {each.label for each in found}
    for each in found:
        if each.label in labels and each.kind is types.CompletionItemKind.Value:
            place = Text(text).span(each.text_edit.range)
            now = text[: place.start] + each.text_edit.new_text + text[place.end :]
            assert each.label in (document(now).record.value("/figtype"), *document(now).record.value("/organisms"))


@pytest.mark.parametrize("path", sorted(real_records()))
def test_real_records_as_the_check_sees_them(path):
    text = real_records()[path].read_bytes().decode()
    assert [each.diagnostic for each in document(text, path=path).found()] == check(path, text.encode())


class Editing(RuleBasedStateMachine):
    """
    Random editing of records in a folder: findings are those of ``check``, and after a save those of a run over the folder.

    ``encoding`` alternates with the sessions; ten records of the samples and tests are the start.
    """

    folder = None

    @initialize(seed=st.integers(0, 2**16))
    def start(self, seed):
        self.random = random.Random(seed)
        self.encoding = self.random.choice(("utf-8", "utf-16"))
        base = type(self).folder
        for each in sorted(base.rglob("*"), reverse=True):
            each.unlink() if each.is_file() else each.rmdir()
        os.chdir(base)
        settings_files.discover.cache_clear()
        figures = [(name, path) for name, path in sorted(real_records().items()) if name.startswith("_figures/")]
        chosen = [figures[at % len(figures)] for at in range(0, 10 * 3, 3)]
        self.texts = {name: path.read_bytes().decode() for name, path in chosen}
        self.texts[PATH] = clean_text()
        for name, text in self.texts.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_bytes(text.encode())
        self.records = Records(settings_for)
        self.records.read(["."])
        self.records.compare()
        self.open = {
            name: Document(name, Text(text, self.encoding), settings_for(name), lambda: None) for name, text in self.texts.items()
        }
        give(self.records, self.open.values())
        self.saved = set(self.open)
        self.touched = PATH

    def edit(self, start, end, new):
        here = self.open[self.touched]
        place = here.text.range(Span(start, end))
        self.open[self.touched] = here.changed(here.text.changed([types.TextDocumentContentChangePartial(place, new)]))
        self.saved.discard(self.touched)

    @rule(number=st.integers(0, 9))
    def choose(self, number):
        self.touched = sorted(self.open)[number % len(self.open)]

    @rule(
        where=st.floats(0, 1),
        new=st.sampled_from([*"aé𝛼:'\"-# \n[]{}&*%1", "\r\n", "\u2028", "\t", ""]),
        over=st.integers(0, 3),
    )
    def type_a_character(self, where, new, over):
        length = len(self.open[self.touched].text.text)
        start = int(where * length)
        self.edit(start, min(length, start + over), new)

    @rule(where=st.floats(0, 1), source=st.floats(0, 1), length=st.integers(0, 200), over=st.integers(0, 100))
    def paste(self, where, source, length, over):
        other = self.texts[self.random.choice(sorted(self.texts))]
        text = self.open[self.touched].text.text
        start, begin = int(where * len(text)), int(source * len(other))
        self.edit(start, min(len(text), start + over), other[begin : begin + length])

    @rule()
    def take_an_alias(self):
        text = self.open[self.touched].text.text
        start = text.find("figid_alias: ")
        if start >= 0:
            end = text.find("\n", start)
            self.edit(start, end if end >= 0 else len(text), "figid_alias: PMC9405586__F1")

    @rule()
    def undo_all(self):
        text = self.open[self.touched].text.text
        self.edit(0, len(text), self.texts[self.touched])

    @rule(ignore=st.sampled_from(["", 'ignore = ["PF2"]\n', 'extend-select = ["PF501"]\n']))
    def change_settings(self, ignore):
        (type(self).folder / "pfocr-lint.toml").write_text(ignore)
        settings_files.discover.cache_clear()
        for name, here in self.open.items():
            self.open[name] = Document(name, here.text, settings_for(name), here.before)
        self.records.read(["."])
        self.records.compare()
        give(self.records, self.open.values())

    @rule()
    def save(self):
        (type(self).folder / self.touched).write_bytes(self.open[self.touched].data)
        self.saved.add(self.touched)
        self.records.update([self.touched])
        self.records.compare()
        give(self.records, self.open.values())

    @precondition(lambda self: hasattr(self, "open"))
    @invariant()
    def the_findings_are_those_of_check(self):
        here = self.open[self.touched]
        alone = {(each.code, each.key, each.message, each.span) for each in check(here.path, here.data, here.settings)}
        shown = {
            (each.diagnostic.code, each.diagnostic.key, each.diagnostic.message, each.diagnostic.span) for each in here.found()
        }
        compared = set() if here.compared is None else {(hit.rule.code, hit.finding.key) for hit in here.compared.hits}
        assert {each for each in shown if each[:2] not in compared} == {
            each for each in alone if each[:2] not in compared and not (each[0] == "PF201" and each not in shown)
        }
        for _, span in here.still_hold():
            assert 0 <= span.start <= span.end <= len(here.text.text)

    def teardown(self):
        """After saving all, the findings are those of a run over the folder."""
        if not hasattr(self, "open"):
            return
        for name in sorted(set(self.open) - self.saved):
            self.touched = name
            self.save()
        again = Records(settings_for)
        again.read(["."])
        again.compare()
        expected = run_over(type(self).folder)
        for name, here in self.open.items():
            assert [(each.diagnostic.code, each.diagnostic.message) for each in here.found()] == expected.get(name, []), name
            assert (again.found(name) is None) == (self.records.found(name) is None)


def run_over(folder):
    import io
    import json

    out = io.StringIO()
    main.main(["--output-format", "json", "--no-cache", "--jobs", "1", "."], main.Streams(io.StringIO(), out, io.StringIO()))
    found = {}
    for each in json.loads(out.getvalue())["diagnostics"]:
        found.setdefault(each["path"], []).append((each["code"], each["message"]))
    return found


def play(tmp_path, monkeypatch, examples_, steps):
    from hypothesis.stateful import run_state_machine_as_test

    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "repository"
    folder.mkdir()
    machine = type("Editing", (Editing,), {"folder": folder})
    run_state_machine_as_test(
        machine, settings=hypothesis_settings(max_examples=examples_, stateful_step_count=steps, deadline=None)
    )
    settings_files.discover.cache_clear()


def test_random_editing(tmp_path, monkeypatch):
    play(tmp_path, monkeypatch, 4, 15)


@pytest.mark.slow
def test_two_thousand_random_edits(tmp_path, monkeypatch):
    play(tmp_path, monkeypatch, 40, 50)
