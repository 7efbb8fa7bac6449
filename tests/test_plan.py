"""``plan``, ``apply``, ``verify`` and ``undo``: what they write, what they refuse, and that a kill at any place does no harm."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
from collections import Counter

import jsonschema
import pytest
from conftest import ROOT, clean_text, real_records

from pfocr_lint.campaign import plan_file
from pfocr_lint.cli import main
from pfocr_lint.linter import fixer, planned
from pfocr_lint.workspace import atomic_write

PLAN = "../plan.jsonl"
TITLE = "papertitle: "

# What is done to a clean record, as (old text, new text); "" stands for the begin of the file.
DEFECTS = {
    "value": ("year: '2022'", "year: '2021'"),
    "title": (TITLE, "papertitle: <i>A</i> "),
    "caption": ("caption: ", "caption: <b>A</b> "),
    "link": ("/figure/", "//figure/"),
    "doubled item": ("- Homo sapiens\n", "- Homo sapiens\n- Homo sapiens\n- human\n"),
    "label": ("number: ", "number: Figure 3 # "),
    "missing": ("publisher_name: ", "publisher_name: .na.character # "),
    "waiver": ("year:", "# pfocr-lint: ignore[PF210] unused\nyear:"),
    "broken title": (TITLE, "papertitle: Signals: a second colon "),
    "doubled key": ("year:", "year: '2022'\nyear:"),
    "BOM": ("", "\ufeff"),
    "CR LF": ("\n", "\r\n"),
}


def broken(name: str, text: str) -> str:
    old, new = DEFECTS[name]
    if old == "":
        return new + text
    return text.replace(old, new) if old == "\n" else text.replace(old, new, 1)


def git(*args: str, folder: str = ".") -> str:
    command = ["git", "-C", folder, "-c", "core.autocrlf=false", *args]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit(message: str = "by hand") -> None:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def dirty(tmp_path, run, monkeypatch):
    """A repository in Git with a record for each defect and one with several, and the plan of its fixes beside it."""
    top = tmp_path / "repository"
    (top / "_figures").mkdir(parents=True)
    monkeypatch.chdir(top)
    for number, name in enumerate(DEFECTS):
        write(number, broken(name, named(number)))
    write(50, broken("CR LF", broken("title", named(50))))
    write(51, broken("title", broken("caption", broken("missing", named(51)))))
    write(52, broken("BOM", broken("doubled item", broken("caption", named(52)))))
    write(99, named(99))
    git("init", "-q")
    git("config", "user.name", "A Person")
    git("config", "user.email", "person@example.org")
    commit("the base")
    assert run("plan", "-o", PLAN, "--unsafe-fixes").status == 0
    return top


def named(number: int) -> str:
    return clean_text().replace("PMC9405586", f"PMC94055{number:02d}")


def path(number: int) -> str:
    return f"_figures/PMC94055{number:02d}__biomedicines-10-01841-g001.md"


def write(number: int, text: str) -> None:
    with open(path(number), "wb") as file:
        file.write(text.encode())


def read_all() -> dict[str, bytes]:
    found = {}
    for name in sorted(os.listdir("_figures")):
        with open(f"_figures/{name}", "rb") as file:
            found[name] = file.read()
    return found


def lines(file: str = PLAN) -> list[dict]:
    with open(file, encoding="utf-8") as source:
        return [json.loads(line) for line in source]


def save(rows: list[dict], file: str = PLAN) -> None:
    with open(file, "wb") as target:
        for row in rows:
            target.write(plan_file.dumps(row).encode() + b"\n")


def test_a_plan_is_what_fix_does(dirty, run):
    before = read_all()
    assert run("apply", PLAN).status == 0
    planned_bytes = read_all()
    git("checkout", "-q", ".")
    run("--fix", "--unsafe-fixes", "--no-cache")
    assert planned_bytes == read_all() != before


def test_the_same_commit_gives_the_same_bytes(dirty, run):
    write(99, "work in progress")
    run("plan", "-o", "../again.jsonl", "--unsafe-fixes", "--jobs", "2")
    with open(PLAN, "rb") as one, open("../again.jsonl", "rb") as other:
        assert one.read() == other.read()


def test_each_line_fits_the_schema_and_its_base(dirty):
    schema = json.loads((ROOT / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    rows = lines()
    for row in rows:
        jsonschema.validate(row, schema)
    assert len(rows) == rows[0]["lines"] + 1 > 15
    for row in rows[1:]:
        with open(row["path"], "rb") as file:
            assert file.read()[row["start"] : row["end"]] == row["old"].encode()
        assert git("hash-object", row["path"]) == row["blob"]


@pytest.mark.parametrize("by", ["rule", "paper", "folder"])
def test_batches_are_applied_in_any_order_and_committed_each(dirty, run, by):
    run("plan", "-o", PLAN, "--unsafe-fixes", "--batch-by", by, "--batch-size", "2")
    run("apply", PLAN)
    wanted = read_all()
    git("checkout", "-q", ".")
    batches = sorted({row["batch"] for row in lines()[1:]}, reverse=True)
    for _ in range(3):  # what was left out because it needs another batch is made the next time
        for batch in batches:
            assert run("apply", PLAN, "--batch", batch, "--commit").status in (0, 1)
    assert read_all() == wanted
    assert git("status", "--short") == ""
    for revision in git("rev-list", "HEAD~1").split()[:-1]:
        assert run("verify", PLAN, "--revision", revision).status == 0, revision
    assert run("verify", PLAN).status == 0


def test_what_needs_a_deleted_line_is_left_out_and_named(dirty, run):
    rows = lines()
    caption = next(row for row in rows[1:] if row["path"] == path(51) and any(v["key"] == "/caption" for v in row["values"]))
    needing = [row for row in rows[1:] if row["path"] == path(51) and caption["id"] in row["needs"]]
    assert {value["key"] for row in needing for value in row["values"]} == {"/schema-jsonld/description"}
    save([row for row in rows if row is not caption])
    ran = run("apply", PLAN)
    assert ran.status == 1
    assert f"{path(51)}: line {needing[0]['id']}" in ran.err
    assert f"reduced from {rows[0]['lines']:,} lines, {rows[0]['digest']}" in ran.out
    with open(path(51), encoding="utf-8") as file:
        assert "<b>A</b>" in file.read()


def test_a_record_that_changed_is_left_and_named(dirty, run):
    write(1, named(1) + "\n")
    ran = run("apply", PLAN)
    assert ran.status == 1
    assert f"{path(1)}: it changed since the plan" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "../outside.md"}, "no such file"),
        ({"path": "_figures/../_figures/x.md"}, "no such file"),
        ({"path": ".github/workflows/gate.yml"}, "no such file"),
        ({"path": "/etc/passwd"}, "no such file"),
        ({"path": "README.md"}, "not a record"),
        ({"path": "_figures/link.md"}, "it is a link"),
        ({"blob": "0" * 40}, "has another version"),
        ({"start": 3, "end": 3, "old": ""}, "as it was"),
        ({"old": "y"}, "does not have the length"),
        ({"start": -1}, "'start'"),
        ({"needs": "x"}, "'needs'"),
        ({"rule": "PF999"}, "'rule'"),
        ({"batch": "../x"}, "'batch'"),
        ({"extra": 1}, "'extra'"),
        ({"id": True}, "'id'"),
        ({"new": "\ud800"}, "'new'"),
    ],
    ids=str,
)
def test_a_hostile_line_is_refused(dirty, run, change, message):
    with open("README.md", "w", encoding="utf-8") as file:
        file.write("text\n")
    os.symlink(path(99).removeprefix("_figures/"), "_figures/link.md")
    commit()
    run("plan", "-o", PLAN, "--unsafe-fixes", path(1))
    rows = lines()
    row = rows[1]
    hostile = {**row, **change}
    save([rows[0], hostile])
    before = read_all()
    ran = run("apply", PLAN)
    if message == "as it was":  # it makes an edit that no rule offers; only verify proves that
        assert ran.status == 0
    else:
        assert ran.status in (1, 2)
        assert message in ran.err
        assert ran.err.count("\n") == 1
        assert read_all() == before
    assert run("verify", PLAN).status in (1, 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a plan"),
        (b"{}\n", "its first line lacks"),
        (b"[" * 100_000, "not a plan"),
        (b'{"plan": 2}\n', "version"),
        (b"\xff\n", "not a plan"),
    ],
    ids=repr,
)
def test_a_file_that_is_no_plan(dirty, run, data, message):
    with open(PLAN, "wb") as file:
        file.write(data)
    for command in ("apply", "verify", "undo"):
        ran = run(command, PLAN)
        assert ran.status == 2
        assert message in ran.err
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize("change", [b"  ", b'"x": 1, '], ids=["a space", "a doubled field"])
def test_a_line_is_written_in_one_way(dirty, run, change):
    with open(PLAN, "rb") as file:
        head, first, *_ = file.read().splitlines(keepends=True)
    with open(PLAN, "wb") as file:
        file.write(head + first.replace(b'{"id"', b'{"id": 1, "id"' if b"x" in change else b'{  "id"'))
    assert "not written as a plan is" in run("apply", PLAN).err


def test_blank_lines_between_the_lines_do_no_harm(dirty, run):
    """As an editor may leave them in place of a deleted line."""
    run("apply", PLAN)
    wanted = read_all()
    git("checkout", "-q", ".")
    with open(PLAN, "rb") as file:
        data = file.read()
    with open(PLAN, "wb") as file:
        file.write(data.replace(b"\n", b"\n\n"))
    assert run("apply", PLAN).status == 0
    assert read_all() == wanted
    assert run("verify", PLAN).status == 0


def test_a_plan_that_changes_while_it_is_read_is_refused(dirty):
    plan = plan_file.load(PLAN)
    with open(PLAN, "rb") as file:
        data = file.read()
    with open(PLAN, "wb") as file:
        file.write(data.replace(b'"old": "', b'"old": "x'))
    with pytest.raises(plan_file.PlanError, match="the file changed while it was read"):
        list(plan.read(plan.entries()))


def mutations(rng: random.Random) -> list[tuple[str, object]]:
    """Changes of a commit that verify must refuse: a name, and a function of nothing that makes it in the work tree."""

    def bytes_of(edit):
        def change():
            name = f"_figures/{rng.choice(os.listdir('_figures'))}"
            with open(name, "rb") as file:
                data = file.read()
            with open(name, "wb") as file:
                file.write(edit(data))

        return change

    def more(data):
        at = rng.randrange(len(data) + 1)
        return data[:at] + b"x" + data[at:]

    def less(data):
        at = rng.randrange(len(data))
        return data[:at] + data[at + 1 :]

    def swap():
        one, other = rng.sample(sorted(os.listdir("_figures")), 2)
        os.rename(f"_figures/{one}", "_figures/x")
        os.rename(f"_figures/{other}", f"_figures/{one}")
        os.rename("_figures/x", f"_figures/{other}")

    def mode():
        os.chmod(f"_figures/{rng.choice(os.listdir('_figures'))}", 0o755)

    def new():
        with open(f"new{rng.random()}", "w", encoding="utf-8") as file:
            file.write("x")

    def gone():
        os.unlink(f"_figures/{rng.choice(os.listdir('_figures'))}")

    def link():
        name = rng.choice(os.listdir("_figures"))
        os.unlink(f"_figures/{name}")
        os.symlink("elsewhere", f"_figures/{name}")

    def undone():
        rows = lines()[1:]
        alike = Counter(batch for _, batch in {(row["path"], row["batch"]) for row in rows})
        name = rng.choice([row["path"] for row in rows if alike[row["batch"]] > 1])  # else a whole batch would be missing
        git("checkout", "-q", "HEAD~1", "--", name)

    def another():
        with open(path(99), "rb") as file:
            data = file.read()
        made = {data[: row["start"]] + row["new"].encode() + data[row["end"] :] for row in lines()[1:]} - {data}
        with open(path(99), "wb") as file:
            file.write(rng.choice(sorted(made)))

    def workflow():
        os.makedirs(".github/workflows", exist_ok=True)
        with open(".github/workflows/gate.yml", "w", encoding="utf-8") as file:
            file.write("on: push\n")

    found = {
        "more": bytes_of(more),
        "less": bytes_of(less),
        "swap": swap,
        "mode": mode,
        "new": new,
        "gone": gone,
        "link": link,
        "undone": undone,
        "another": another,
        "workflow": workflow,
    }
    return list(found.items())


@pytest.mark.parametrize("seed", [*range(2), *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 63)]])
def test_a_commit_that_was_changed_is_refused(dirty, run, seed):
    rng = random.Random(seed)
    run("apply", PLAN)
    commit("applied")
    assert run("verify", PLAN, "--revision", "HEAD").status == 0
    good = git("rev-parse", "HEAD")
    for name, change in mutations(rng):
        change()
        git("add", "-A")
        git("commit", "-q", "--amend", "-m", "applied")
        ran = run("verify", PLAN, "--revision", "HEAD")
        assert (ran.status, ran.err) == (1, ""), name
        git("reset", "-q", "--hard", good)


def test_an_edit_that_no_rule_offers_is_refused(dirty, run):
    rows = lines()
    row = next(row for row in rows[1:] if row["path"] == path(1))
    made_up = {**row, "new": row["new"].replace("A", "B")}
    save([rows[0], *(made_up if each is row else each for each in rows[1:])])
    assert run("apply", PLAN).status == 0
    ran = run("verify", PLAN)
    assert ran.status == 1
    assert f"line {row['id']}: the linter does not offer this edit on {path(1)}" in ran.out


def test_other_needs_are_refused(dirty, run):
    rows = lines()
    save([{**row, "needs": []} if "needs" in row else row for row in rows])
    run("apply", PLAN)
    assert "does not offer this edit" in run("verify", PLAN).out


def test_undo_takes_back_and_keeps_what_people_wrote(dirty, run):
    before = read_all()
    run("apply", PLAN)
    applied = read_all()
    name, kept = path(51).removeprefix("_figures/"), path(1).removeprefix("_figures/")
    write(51, applied[name].decode().replace("seo: CreativeWork", "seo: CreativeWork # by hand"))
    write(1, applied[kept].decode().replace(TITLE, f"{TITLE}New "))
    ran = run("undo", PLAN)
    assert ran.status == 1
    assert f"{path(1)}: line " in ran.err
    assert "people edited it since" in ran.err
    after = read_all()
    assert after.pop(name) == before.pop(name).replace(b"seo: CreativeWork", b"seo: CreativeWork # by hand")
    assert after.pop(kept) == applied[kept].replace(TITLE.encode(), f"{TITLE}New ".encode())
    assert after == {other: before[other] for other in after}


def killed(argv: list[str], after: int) -> bool:
    """Run the command in a child that is killed at the given call that writes; whether it was killed."""
    child = os.fork()
    if child == 0:
        left = [after]

        def counting(function):
            def call(*args, **named):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*args, **named)

            return call

        for name in ("write", "replace", "unlink", "link", "rename"):
            setattr(os, name, counting(getattr(os, name)))
        atomic_write.exchange = counting(atomic_write.exchange)
        subprocess.run = counting(subprocess.run)
        main.main(argv, main.Streams(io.StringIO(), io.StringIO(), io.StringIO()))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a child")
@pytest.mark.parametrize("options", [[], ["--commit"]], ids=str)
@pytest.mark.parametrize(
    ("records", "first", "step"),
    [((1, 51), 3, 11), pytest.param((*range(len(DEFECTS)), 50, 51, 52), 12, 7, marks=pytest.mark.slow)],
    ids=["some", "all"],
)
def test_a_killed_run_goes_on(dirty, run, options, records, first, step):
    """
    From any place at which a kill leaves it, the same command leads to the same records and commits.

    It is killed at each of the ``first`` calls that write, and then at one of ``step``.
    """
    head, *rows = lines()
    save([head, *(row for row in rows if row["path"] in map(path, records))])
    base = git("rev-parse", "HEAD")
    run("apply", PLAN, *options)
    wanted, subjects = read_all(), git("log", "--format=%B")
    git("reset", "-q", "--hard", base)
    at = kills = 0
    while killed(["apply", PLAN, *options], at):
        assert run("apply", PLAN, *options).status == 0, at
        assert (read_all(), git("log", "--format=%B")) == (wanted, subjects), at
        if options:
            assert git("status", "--short") == "", at
        git("reset", "-q", "--hard", base)
        git("clean", "-fdq")
        at += 1 if at < first else step
        kills += 1
    assert kills > first


def random_campaign(seed: int) -> list[str]:
    """Make a repository of random records; the paths."""
    rng = random.Random(seed)
    texts = [path.read_bytes().decode() for name, path in real_records().items() if name.startswith("_figures")]
    os.makedirs("_figures")
    for number in range(8):
        text = rng.choice([*texts, named(number)])
        for name in rng.sample(sorted(DEFECTS), rng.randint(0, 4)):
            text = broken(name, text)
        write(number, text)
    git("init", "-q")
    git("config", "user.name", "A Person")
    git("config", "user.email", "person@example.org")
    commit("the base")
    return [path(number) for number in range(8)]


@pytest.mark.parametrize("seed", [*range(4), *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 200)]])
def test_a_random_campaign(tmp_path, run, seed, monkeypatch):
    """Plan, reduce, apply in batches with kills, verify each commit, edit by hand, undo: as the model here."""
    top = tmp_path / "repository"
    top.mkdir()
    monkeypatch.chdir(top)
    rng = random.Random(seed)
    random_campaign(seed)
    before = read_all()
    run("plan", "-o", PLAN, "--unsafe-fixes", "--batch-by", rng.choice(["rule", "paper"]), "--batch-size", str(rng.randint(1, 4)))
    rows = [row for row in lines() if "plan" in row or rng.random() < 0.8]
    save(rows)

    def model(gone: set[str] = frozenset()) -> dict[str, bytes]:
        found = dict(before)
        for name, data in before.items():
            own = {
                row["id"]: plan_file.Line(**row)
                for row in rows[1:]
                if row["path"] == f"_figures/{name}" and row["batch"] not in gone
            }
            while lacking := [each for each in own if set(own[each].needs) - own.keys()]:
                for each in lacking:
                    del own[each]
            found[name] = planned.made(data, list(own.values()))
        return found

    if hasattr(os, "fork"):
        killed(["apply", PLAN, "--commit"], rng.randrange(60))
    run("apply", PLAN, "--commit")
    assert read_all() == model()
    made = git("rev-list", "HEAD", "--first-parent").split()[:-1]
    for revision in made:
        ran = run("verify", PLAN, "--revision", revision)
        assert ran.status == 0, ran.out
    edited = rng.sample(sorted(before), 3)
    for name in edited:
        with open(f"_figures/{name}", "ab") as file:
            file.write(b"\n")
    commit()
    batches = {row["batch"] for row in rows[1:]}
    gone = set(rng.sample(sorted(batches), min(2, len(batches))))
    run("undo", PLAN, *[part for batch in sorted(gone) for part in ("--batch", batch)])
    after, wanted = read_all(), model(gone)
    for name in before:
        if name not in edited:
            assert after[name] == wanted[name], name


@pytest.mark.parametrize("unsafe", [False, True])
def test_planned_edits_make_what_the_fixer_makes(unsafe):
    """Also where fixes are found in several rounds, and touch one another."""
    rng = random.Random(7)
    texts = [path.read_bytes().decode() for name, path in real_records().items() if name.startswith("_figures")]
    rounds = 0
    for _ in range(60):
        text = rng.choice(texts)
        for name in rng.sample(sorted(DEFECTS), rng.randint(1, 5)):
            text = broken(name, text)
        fixed = fixer.fix("_figures/PMC1__x.md", text.encode(), unsafe=unsafe)
        edits = planned.planned_edits(text, fixed.rounds)
        assert planned.made(text.encode(), edits) == fixed.data
        rounds = max(rounds, len(fixed.rounds))
    assert rounds > 1
