"""A correction in a copy is kept, and a change that increases a difference is introduced; with Git and without."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys

import pytest
import yaml
from conftest import SEED, seed_text
from test_fixer import PATH
from test_repository import figure, page, write

from pfocr_lint.diagnostic import Safety
from pfocr_lint.linter import checker, fixer
from pfocr_lint.record import emitter
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.workspace import git_history, git_objects


def text_of(**values: str) -> str:
    """Return the clean record with changed values; values of the JSON-LD block by their names."""
    data = copy.deepcopy(schemas.example(Kind.FIGURE))
    for key, value in values.items():
        holder = data["schema-jsonld"] if key in ("description", "id") else data
        holder["@id" if key == "id" else key] = value
    return emitter.document(data)


OLD = schemas.example(Kind.FIGURE)["caption"]
CORRECTED = OLD.replace("Stromal", "Stromal cell")
PAGE = "https://pfocr.wikipathways.org/figures/PMC9405586__x.html"

# (rule, values in the earlier version, values now, whether the fix is safe, the part of the message about the edit)
EDITED = [
    ("PF206", {}, {"description": CORRECTED}, False, "schema-jsonld/description was edited, caption was not"),
    ("PF206", {}, {"caption": CORRECTED}, True, ""),
    ("PF206", {}, {"caption": CORRECTED, "description": "Another text for both."}, False,
     "schema-jsonld/description and caption were both edited"),
    ("PF206", {"description": "An older text."}, {"description": "An older text."}, True, ""),
    ("PF206", {"description": "An older text."}, {"description": "A newer text."}, False, "description was edited, caption was not"),
    ("PF206", {"description": "An older text."}, {"description": "An older text.", "caption": CORRECTED}, True, ""),
    ("PF206", {"year": "2021"}, {"description": CORRECTED, "year": "2021"}, False, "description was edited"),
    ("PF203", {}, {"figid_alias": "PMC9405586__F2"}, False, "figid_alias was edited, figid and number were not"),
    ("PF203", {}, {"number": "F2"}, True, ""),
    ("PF203", {}, {"number": "F3", "figid_alias": "PMC9405586__F2"}, False, "figid_alias was edited, figid was not"),
    ("PF204", {}, {"redirect_from": "/figures/PMC9405586__F2"}, False, "redirect_from was edited, figid and number were not"),
    ("PF204", {}, {"number": "F2", "figid_alias": "PMC9405586__F2"}, True, ""),
    ("PF205", {}, {"id": PAGE}, False, "schema-jsonld/@id was edited, figid was not"),
    ("PF205", {"id": PAGE}, {"id": PAGE}, True, ""),
    ("PF208", {}, {"figtype": "Scheme"}, False, "figtype was edited, number was not"),
    ("PF208", {}, {"number": "S1"}, True, ""),
    ("PF209", {}, {"number": "Figure 1"}, False, "number was edited, figid_alias was not"),
    ("PF209", {"number": "Figure 1"}, {"number": "Figure 1"}, True, ""),
    ("PF210", {}, {"year": "2021"}, False, "year was edited, reftext was not"),
    ("PF210", {}, {"reftext": "Ada Author, et al. Biomedicines. 2021 Aug;10(8):1841."}, False, ""),
]  # fmt: skip


@pytest.mark.parametrize(("code", "old", "new", "safe", "message"), EDITED)
def test_a_copy_that_was_edited_is_not_replaced_by_a_safe_fix(code, old, new, safe, message):
    before, now = text_of(**old).encode(), text_of(**new).encode()
    found = next(d for d in checker.check(PATH, now, before=before) if d.code == code)
    assert (found.fix.safety is Safety.SAFE) is safe
    assert message in found.message
    assert ("edited" in found.message) is bool(message)
    fixed = fixer.fix(PATH, now, before=before)
    assert fixed.faults == ()
    assert (code in {each.code for each in fixed.fixed}) is safe
    if not safe:
        made = fixer.fix(PATH, now, before=before, unsafe=True)
        assert code in {each.code for each in made.fixed}
    alone = next(d for d in checker.check(PATH, now) if d.code == code)
    assert "edited" not in alone.message, "without Git it is as ever"


UNKNOWN = [None, b"", b"no record", b"---\n- a\n---\n", b"\xff", b"---\nfigtitle: a: b\n---\n"]


@pytest.mark.parametrize("before", UNKNOWN)
def test_an_unreadable_earlier_version_makes_no_fix_unsafe(before):
    data = text_of(description=CORRECTED).encode()
    fixed = fixer.fix(PATH, data, before=before)
    assert [d.code for d in fixed.fixed] == ["PF206"]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(f"  description: {OLD[:20]}", f"  description: |-\n    {OLD}\n  about: {OLD[:20]}"),
        lambda text: text.replace("figid_alias: PMC9405586__F1", "figid_alias: 'PMC9405586__F1'"),
        lambda text: text.replace("year: '2022'", "year: 2022"),
    ],
)
def test_a_value_written_in_another_way_was_not_edited(rewrite):
    before = text_of().encode()
    now = rewrite(text_of()).replace("caption: Stromal", "caption: Stromal cell").encode()
    assert "PF206" in {each.code for each in fixer.fix(PATH, now, before=before).fixed}


def test_what_an_earlier_fix_of_the_run_made_of_a_copy_was_not_edited():
    before = text_of(description="Signal\u00ading, an older text.").encode()
    fixed = fixer.fix(PATH, text_of(description="Signal\u00ading, an older text.", caption=CORRECTED).encode(), before=before)
    assert (fixed.left, fixed.faults) == ((), ())
    data = text_of(description="Signal\x07ing, an older text.").encode()
    fixed = fixer.fix(PATH, data, before=data)
    assert (fixed.left, fixed.faults) == ((), ())


# ---- with Git


def git(*args: str, cwd=".") -> str:
    return subprocess.run(["git", "-C", str(cwd), *args], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path, monkeypatch, run):
    for key, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    git("init", "-q", "-b", "main")
    return tmp_path


RECORD = f"_figures/{SEED}.md"
CAPTION = yaml.safe_load(seed_text().split("---")[1])["caption"]
CORRECTION = "Stromal cellular signalling"


def corrected(text: str, *, caption: bool = False, description: bool = False) -> str:
    if caption:
        text = text.replace("caption: Stromal cellular signaling", f"caption: {CORRECTION}")
    return text.replace("  description: Stromal cellular signaling", f"  description: {CORRECTION}") if description else text


def committed(folder, text: str, name: str = RECORD) -> None:
    write(folder, (name, text))
    git("add", ".")
    git("commit", "-q", "-m", "records")


KNOWN_BY_GIT = {
    "work tree": lambda folder: write(folder, (RECORD, corrected(seed_text(), description=True))),
    "index": lambda folder: (write(folder, (RECORD, corrected(seed_text(), description=True))), git("add", ".")),
    "windows": lambda folder: (folder / RECORD).write_bytes(
        corrected(seed_text(), description=True).replace("\n", "\r\n").encode()
    ),
    "committed since main": lambda folder: (
        git("switch", "-q", "-c", "curator"),
        committed(folder, corrected(seed_text(), description=True)),
    ),
}


@pytest.mark.parametrize("where", KNOWN_BY_GIT)
def test_a_correction_of_the_description_stays(repository, run, where):
    committed(repository, seed_text())
    KNOWN_BY_GIT[where](repository)
    since = ["--since", "main"] if where == "committed since main" else []
    for args in ([RECORD], ["."], ["--jobs", "2", "."]):
        result = run("--fix", *since, *args, "--output-format", "concise")
        assert result.status == 1
        assert "PF206 [?] description differs from caption" in result.out
        assert result.out.count("; schema-jsonld/description was edited, caption was not\n") == 1
        assert CORRECTION in (repository / RECORD).read_text()
        if where == "windows":
            KNOWN_BY_GIT[where](repository)
    assert "edited" in run(*since, RECORD).out, "a run without --since reports it too"
    assert json.loads(run(*since, RECORD, "--output-format", "json").out)["diagnostics"][-1]["fix"]["safety"] == "unsafe"
    assert "+  description: Stromal cellular signaling" not in run("--diff", *since, RECORD).out
    assert "+  description: Stromal cellular signaling" in run("--diff", "--unsafe-fixes", *since, RECORD).out


def test_a_caption_takes_its_description_along(repository, run):
    committed(repository, seed_text())
    write(repository, (RECORD, corrected(seed_text(), caption=True)))
    assert run("--fix", RECORD).status == 0
    assert (repository / RECORD).read_text().count(CORRECTION) == 2


NOT_KNOWN = ["no git folder", "new to git", "no commit yet", "moved", "broken before", "no git program", "ignored"]


@pytest.mark.parametrize("where", NOT_KNOWN)
def test_a_record_that_git_does_not_know_is_fixed_as_ever(tmp_path, repository, run, monkeypatch, where):
    text = corrected(seed_text(), description=True)
    if where == "no git folder":
        (tmp_path / ".git").rename(tmp_path / "gone")
    elif where == "broken before":
        committed(tmp_path, seed_text().replace("number: F1", "number F1"))
    elif where == "moved":
        committed(tmp_path, seed_text(), "_figures/PMC1__other.md")
        git("mv", "_figures/PMC1__other.md", RECORD)
    elif where in ("no git program", "ignored"):
        committed(tmp_path, seed_text()) if where == "no git program" else write(tmp_path, (".gitignore", "_figures\n"))
        monkeypatch.setenv("PATH", str(tmp_path)) if where == "no git program" else None
    write(tmp_path, (RECORD, text))
    assert run("--fix", RECORD).status == 0
    assert CORRECTION not in (tmp_path / RECORD).read_text()


def test_standard_input_is_known_by_its_name(repository, run):
    committed(repository, seed_text())
    text = corrected(seed_text(), description=True)
    assert run("--fix", "--stdin-filename", RECORD, "-", stdin=text.encode()).out == text
    assert CORRECTION not in run("--fix", "-", stdin=text.encode()).out


STEMS = ["a b", "PMC1__ä", "quote'\"", "-dash", "line\nbreak", "HEAD", "x:y"]


@pytest.mark.parametrize("stem", STEMS)
def test_a_record_of_any_name_below_any_folder(repository, run, stem):
    name = f"data base/_figures/{stem}.md"
    text = seed_text().replace(f"figid: {SEED}", "figid: x")
    committed(repository, text, name)
    write(repository, (name, corrected(text, description=True)))
    run("--fix", "--select", "PF206", "data base")
    assert (CORRECTION in (repository / name).read_text()) is ("\n" not in stem), "Git before 2.42 cannot be given a line break"


@pytest.mark.needs("sh")
def test_one_git_process_answers_for_all_and_only_for_those_that_need_it(repository, run, tmp_path, monkeypatch):
    committed(repository, seed_text())
    for number in range(1000001, 1000041):
        write(repository, figure(number, caption=CAPTION))
    git("add", ".")
    git("commit", "-q", "-m", "more")
    log = tmp_path / "log"
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real} "$@"\n')
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert run("--fix", "_figures").status == 0
    assert not log.exists(), "no record needs it"
    for number in range(1000001, 1000031):
        write(repository, figure(number, caption=CAPTION, year="2022", **({} if number % 2 else {"seo": "Creative"})))
        path = repository / figure(number)[0]
        path.write_text(corrected(path.read_text(), description=True))
    result = run("--fix", "_figures", "--select", "PF206,PF104", "--output-format", "concise")
    assert result.out.count("was edited, caption was not") == 30
    assert [line.split()[-2:] for line in log.read_text().splitlines()] == [["cat-file", "--batch"]]
    assert git_objects._open == {}, "and it has ended"


def test_records_that_are_new_to_git_need_no_other_process(repository, run, tmp_path, monkeypatch):
    committed(repository, seed_text())
    started = []
    monkeypatch.setattr(
        git_objects.subprocess,
        "Popen",
        lambda *args, real=subprocess.Popen, **options: started.append(1) or real(*args, **options),
    )
    for number in range(1000001, 1000006):
        name, text = figure(number, caption=CAPTION)
        write(repository, (name, text.replace("figtype: Figure", "figtype: Scheme")))
    write(repository, (RECORD, corrected(seed_text(), description=True)))
    result = run("--fix", "_figures", "--select", "PF206,PF208", "--output-format", "concise")
    assert "5 fixed." in result.out
    assert result.out.count("was edited") == 1
    assert len(started) == 1


def test_each_repository_is_read_by_itself(repository, run, tmp_path):
    committed(repository, seed_text())
    committed(repository, corrected(seed_text(), caption=True, description=True))
    other = tmp_path / "other"
    git("init", "-q", "-b", "main", str(other))
    write(other, (RECORD, corrected(seed_text(), description=True)))
    git("add", ".", cwd=other)
    git("commit", "-q", "-m", "records", cwd=other)
    try:
        found = {
            git_history.before(path, revision)
            for path in (RECORD, f"other/{RECORD}", f"other/../{RECORD}")
            for revision in ("HEAD", "HEAD~1")
        }
        assert found == {seed_text().encode(), (repository / RECORD).read_bytes(), (other / RECORD).read_bytes(), None}
        assert len(git_objects._open) == 2, "one process for each repository"
    finally:
        git_objects.close()
    assert git_objects._open == {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_process_that_was_forked_ends_only_what_it_began(repository, run):
    committed(repository, seed_text())
    try:
        assert git_history.before(RECORD, "HEAD") == seed_text().encode()
        child = os.fork()
        if not child:
            git_objects.close()
            os._exit(0 if len(git_objects._open) == 1 else 1)
        assert os.waitpid(child, 0)[1] == 0
        ((_, blobs),) = git_objects._open.items()
        assert blobs._process.poll() is None
        assert git_history.before(RECORD, "HEAD") == seed_text().encode()
    finally:
        git_objects.close()


def test_git_that_ends_or_answers_nonsense_is_no_failure(repository, run, tmp_path, monkeypatch):
    committed(repository, seed_text())
    write(repository, (RECORD, corrected(seed_text(), description=True)))
    (tmp_path / "bin").mkdir()
    for script in ("exit 1", "read line; echo nonsense", "read line; echo 1 blob x", "read line; echo 1 blob 5; echo abc", "cat >/dev/null",
                   "read line; echo 1 blob 99999999999; yes", "read line; echo 1 tree 4; echo abcd"):  # fmt: skip
        (tmp_path / "bin" / "git").write_text(f"#!{sys.executable and '/bin/sh'}\n{script}\n")
        (tmp_path / "bin" / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
        if script == "cat >/dev/null":
            continue  # a program without answers is not Git
        result = run("--diff", RECORD)
        assert (result.status, "-  description" in result.out) == (1, True), script


# ---- a generated history: no edit of a curator is lost, and the introduced findings equal those of a model


WORDS = [
    "cells",
    "growth",
    "the niche",
    "leukemia",
    "survival",
    "signaling",
    "stress",
    "hypoxia",
    "matrix",
    "repair",
    "mice",
    "receptors",
]


def sentence(chance: random.Random) -> str:
    return f"Stromal {' and '.join(chance.sample(WORDS, 4))} in {chance.randrange(10**6)} samples: a view."


class Model:
    """The records of a generated database, with the values that the test knows."""

    def __init__(self, folder, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.values: dict[str, dict[str, str]] = {}
        for number in range(1000001, 1000051):
            name, text = figure(number, caption=sentence(chance))
            data = yaml.safe_load(text.split("---")[1])
            self.values[name] = {"caption": data["caption"], "description": data["caption"], "alias": data["figid_alias"], "wrap": "0",
                                 "right": data["figid_alias"], "data": data}  # fmt: skip
            if number % 3 == 0:  # different before
                self.values[name]["description"] = sentence(chance)
            if number % 7 == 0:
                self.values[name]["alias"] = data["figid_alias"] + "9"
            self.write(name)

    def write(self, name: str) -> None:
        """Write a record, in another form each time when it is re-wrapped."""
        values = self.values[name]
        data = copy.deepcopy(values["data"])
        data["caption"], data["figid_alias"] = values["caption"], values["alias"]
        data["schema-jsonld"]["description"] = values["description"]
        width, style = (80, None) if values["wrap"] == "0" else (int(values["wrap"]), "'")
        if values["wrap"] != "0":
            data = {key: data[key] for key in (*list(data)[3:], *list(data)[:3])}  # keys moved
        body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=width, default_style=style)
        body = body.replace(f"automl_pathway: !!float '{data['automl_pathway']}'", f"automl_pathway: {data['automl_pathway']}")
        body = body.replace("'automl_pathway': !!float ", "automl_pathway: ").replace(
            f"'{data['automl_pathway']}'", str(data["automl_pathway"])
        )
        write(self.folder, (name, f"---\n{body}---\n"))

    def read(self, name: str) -> dict[str, str]:
        data = yaml.safe_load((self.folder / name).read_text(encoding="utf-8").split("\n---")[0].removeprefix("---"))
        return {"caption": data["caption"], "description": data["schema-jsonld"]["description"], "alias": data["figid_alias"]}

    def edit(self) -> tuple[str, dict[str, str]]:
        """Make one edit of a curator; return the name of the record and the typed values."""
        name = self.chance.choice(sorted(self.values))
        kind = self.chance.choice(["caption", "description", "both", "apart", "alias", "wrap"])
        aliases = [self.values[name]["right"] + end for end in ("", "8", "7")]
        typed = {
            "caption": {"caption": sentence(self.chance)},
            "description": {"description": sentence(self.chance)},
            "both": dict.fromkeys(("caption", "description"), sentence(self.chance)),
            "apart": {"caption": sentence(self.chance), "description": sentence(self.chance)},
            "alias": {"alias": self.chance.choice([each for each in aliases if each != self.values[name]["alias"]])},
            "wrap": {"wrap": str(self.chance.choice([20, 60, 500]))},
        }[kind]
        self.values[name].update(typed)
        self.write(name)
        return name, typed

    def state(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return the findings, each with its values."""
        found = {}
        for name, values in self.values.items():
            if values["caption"] != values["description"]:
                found[name, "PF206"] = values["caption"], values["description"]
            if values["alias"] != values["right"]:
                found[name, "PF203"] = (values["alias"],)
        return found


@pytest.mark.parametrize("seed", range(4))
def test_introduced_findings_equal_those_of_a_model_of_random_edits(repository, run, seed):
    chance = random.Random(seed)
    model = Model(repository, chance)
    write(repository, page("Homo sapiens", "human"))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    seen = 0
    for _ in range(10):
        before = model.state()
        for _ in range(5):
            model.edit()
        now = model.state()
        wanted = sorted(key for key, about in now.items() if before.get(key) != about)
        result = run("--since", "HEAD", "--introduced", "--output-format", "jsonl", "--select", "PF203,PF206,PF105,PF101")
        assert sorted((d["path"], d["code"]) for d in map(json.loads, result.out.splitlines())) == wanted
        assert result.status == (1 if wanted else 0)
        seen += len(wanted)
        git("commit", "-q", "-a", "-m", "edits")
    assert seen > 10


def test_a_hook_on_every_commit_loses_none_of_the_edits(repository, run):
    model = Model(repository, random.Random(7))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    followed = 0
    for _ in range(200):
        name, typed = model.edit()
        result = run("--fix", "--select", "PF203,PF206", name, "-q")
        assert result.status in (0, 1)
        now = model.read(name)
        for key, value in typed.items():
            assert key == "wrap" or now[key] == value, typed
        followed += "caption" in typed and "description" not in typed and now["description"] == typed["caption"]
        model.values[name].update(now)
        git("commit", "-q", "-a", "-m", "an edit", "--allow-empty")
    assert followed > 15, "what was not edited follows as ever"
