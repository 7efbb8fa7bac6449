"""The review of a pull request, from the event to what a curator sees on its page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from github_server import ACCOUNT, TOKEN, GitHub, with_suggestions
from test_action import ACTION, REVIEW
from test_edited import repository  # noqa: F401 - the fixture
from test_repository import figure, page, write

from pfocr_lint.integrations.pull_request import client as api
from pfocr_lint.linter import fixer

GOLDEN = Path(__file__).parent / "reviews"
FORK = "ada/pfocr"
CUT = "Drug resistance and its role in S"
CAPTION = "Stromal cellular signaling facilitates leukemic stem cell survival."


def git(*args: str, folder: Path) -> str:
    names = (
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "uploadpack.allowFilter=true",
    )
    return subprocess.run(["git", "-C", folder, *names, *args], check=True, capture_output=True, text=True).stdout.strip()


class Scene:
    """A repository on GitHub with a few records, the clone in which the workflow runs, and the pull requests."""

    def __init__(self, folder: Path, run, monkeypatch) -> None:
        self.folder, self.run, self.monkeypatch = folder / "curator", run, monkeypatch
        self.folder.mkdir()
        git("init", "-q", "-b", "main", folder=self.folder)
        git("config", "uploadpack.allowFilter", "true", folder=self.folder)
        git("config", "uploadpack.allowAnySHA1InWant", "true", folder=self.folder)
        pages = page("Homo sapiens", "homo_sapiens"), page("Mus musculus", "mus_musculus"), page("Danio rerio", "danio_rerio")
        write(self.folder, *pages, *(figure(1000000 + n, caption=CAPTION) for n in range(1, 4)))
        self.base = self.commit()
        self.github = GitHub(self.folder / ".git")
        self.clone = folder / "clone"
        git("clone", "-q", "--no-checkout", "--filter=blob:none", self.folder.as_uri(), str(self.clone), folder=folder)
        monkeypatch.chdir(self.clone)
        git("switch", "-q", "-c", "titles", folder=self.folder)

    def commit(self) -> str:
        git("add", "-A", folder=self.folder)
        git("commit", "-q", "-m", "change", "--allow-empty", folder=self.folder)
        return git("rev-parse", "HEAD", folder=self.folder)

    def edit(self, old: str, new: str, name: str = figure(1000001)[0]) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def push(self, number: int = 1, branch: str = "titles", repository: str | None = FORK) -> str:  # noqa: F811
        head = self.commit()
        self.github.open(number, self.base, head, branch, repository)
        return head

    def review(self, *argv: str, head: str | None = None, branch: str = "titles", of: str = FORK):
        sha = head or self.github.pulls[1]["head"]["sha"]
        event = {
            "workflow_run": {"head_repository": {"full_name": of}, "head_branch": branch, "head_sha": sha, "pull_requests": []}
        }
        file = self.clone.parent / "event.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        environ = {"GITHUB_EVENT_PATH": str(file), "GITHUB_REPOSITORY": self.github.repository, "GITHUB_TOKEN": TOKEN,
                   "GITHUB_API_URL": self.github.address}  # fmt: skip
        for name, value in environ.items():
            self.monkeypatch.setenv(name, value)
        return self.run("review", *argv)

    def comments(self, number: int = 1) -> list[dict]:
        return self.github.comments[number]

    def reviews(self, number: int = 1) -> list[str]:
        return [each["body"] for each in self.github.reviews[number]]


@pytest.fixture
def scene(tmp_path, run, monkeypatch):
    for name in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", os.devnull)
    monkeypatch.setattr(api.time, "sleep", lambda seconds: None)
    made = Scene(tmp_path, run, monkeypatch)
    yield made
    made.github.close()


def shown(scene: Scene, number: int = 1) -> str:
    """What a curator sees of the last review, with its comments, as text."""
    parts = [scene.reviews(number)[-1]]
    for each in scene.comments(number):
        first = each.get("start_line", each["line"])
        lines = f"line {first}" if first == each["line"] else f"lines {first} to {each['line']}"
        parts.append(f"----- on {each['path']}, {lines}\n\n{each['body']}")
    text = "\n".join(parts).replace(scene.github.pulls[number]["head"]["sha"], "SHA")
    return re.sub(r"(<!-- pfocr-lint:\w+) [0-9a-f ]*-->", r"\1 -->", text)


def title_is_cut(scene):
    scene.edit("caption: Stromal", f"caption: {CUT}. cerevisiae. Stromal")
    scene.edit("description: Stromal", f"description: {CUT}. cerevisiae. Stromal")
    scene.edit("figtitle: Properties of Leukemic Stem Cells in Regulating Drug Resistance", f"figtitle: {CUT}")


CASES = {
    "caption-edited": lambda scene: scene.edit("caption: Stromal", "caption: The stromal"),
    "organism-mistyped": lambda scene: scene.edit("- Homo sapiens", "- Homo sapines"),
    "title-cut": title_is_cut,
    "alias-taken": lambda scene: write(
        scene.folder, figure(1000004, caption=CAPTION, figid_alias="PMC1000001__F1", redirect_from="/figures/PMC1000001__F1")
    ),
    "colon-in-title": lambda scene: scene.edit("figtitle: ", "figtitle: p53: "),
    "several": lambda scene: (
        scene.edit("- Homo sapiens", "- human"),
        scene.edit("year: '2022'", "year: 2022"),
        scene.edit("caption: Stromal", "caption: Stromal  x", figure(1000002)[0]),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_curator_sees(scene, case, request):
    CASES[case](scene)
    scene.push()
    result = scene.review()
    assert (result.status, result.err) == (0, ""), result
    text, golden = shown(scene), GOLDEN / f"{case}.md"
    if os.environ.get("PFOCR_LINT_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", ["title-cut", "colon-in-title", "several", "alias-taken", "organism-mistyped"])
def test_all_suggestions_together_are_what_fix_makes(scene, case):
    """The button of each comment, as GitHub applies it, gives the bytes of the fixer for these findings."""
    CASES[case](scene)
    scene.push()
    scene.review()
    assert scene.comments()
    for name in {each["path"] for each in scene.comments()}:
        text = (scene.folder / name).read_text(encoding="utf-8")
        done = with_suggestions(text, [each for each in scene.comments() if each["path"] == name])
        write(scene.clone, (name, text), page("Homo sapiens", "homo_sapiens"), page("Mus musculus", "mus_musculus"))
        assert scene.run("--fix", "--unsafe-fixes", "-q", "--no-cache", ".").status in (0, 1)
        assert done == (scene.clone / name).read_text(encoding="utf-8") != text


def test_a_fix_that_needs_another_is_posted_with_it_or_not_at_all(scene):
    """In a new record, caption and description are in one hunk: one suggestion holds both, and what is between them."""
    write(scene.folder, figure(1000004, caption="Stem cells  and niches ."))
    scene.push()
    scene.review()
    (comment,) = scene.comments()
    text = (scene.folder / comment["path"]).read_text(encoding="utf-8")
    done = with_suggestions(text, [comment])
    assert fixer.fix(comment["path"], done.encode(), unsafe=True).fixed == ()
    assert done.count("Stem cells and niches") == 2


def test_a_second_run_posts_nothing_twice_and_marks_what_is_fixed(scene):
    scene.edit("year: '2022'", "year: 2022")
    scene.edit("- Homo sapiens", "- human")
    first = scene.push()
    assert scene.review().out.count("posted a review with 2 suggestions") == 1
    assert "nothing new" in scene.review().out
    assert (len(scene.comments()), len(scene.reviews())) == (2, 1)
    scene.edit("year: 2022", "year: '2022'")
    second = scene.push()
    assert "nothing new" in scene.review().out
    of_year, of_organism = scene.comments()
    assert of_year["body"].startswith(f"Fixed in {second}. ~~**YAML 1.1 reads")
    assert not of_organism["body"].startswith("Fixed")
    assert scene.github.minimized == [of_year["node_id"]]
    scene.edit("- human", "- Homo sapiens")
    scene.push()
    for _ in range(2):
        scene.review()
        assert [body.partition(":")[0] for body in scene.reviews()[1:]] == ["All clear"]
    scene.edit("- Homo sapiens", "- human")  # what was fixed once is new when it comes again
    assert scene.push() != first
    scene.review()
    assert len(scene.comments()) == 3
    assert [body.partition("\n")[0] for body in scene.reviews()[2:]] == [
        "**New since the last review: One thing to fix in your change.**"
    ]


def test_clean_changes_and_old_findings_are_no_review(scene):
    scene.edit("figtitle: Properties", "figtitle: The properties")
    scene.push()
    result = scene.review()
    assert (result.status, scene.reviews(), scene.comments()) == (0, [], [])
    assert "nothing to fix" in result.out


def test_forty_findings(scene):
    names = [figure(1000010 + n, caption=CAPTION) for n in range(40)]
    write(scene.folder, *((name, text.replace("year: '2022'", "year: 2022")) for name, text in names))
    scene.push()
    scene.review()
    assert len(scene.comments()) == 25
    body = scene.reviews()[0]
    assert body.startswith("**40 things to fix")
    assert body.count("replace line 16 by:") == 15
    assert "more finding" not in body


def test_what_has_no_room_is_counted(scene):
    caption = "Stem cells  and niches. " + "The cell binds. " * 20
    names = [figure(1000010 + n, caption=f"{caption}{n} ().") for n in range(70)]
    write(scene.folder, *names)
    git("checkout", "-q", "-b", "wide", folder=scene.folder)
    scene.push(branch="wide")
    assert scene.review("--max-comments", "0", branch="wide").status == 0
    (body,) = scene.reviews()
    assert len(body) <= 65_536
    total, left = (int(re.search(pattern, body)[1]) for pattern in (r"\*\*(\d+) things", r"And (\d+) more findings"))
    assert (total, left) == (140, 140 - body.count("\n- ["))


REFUSED = {
    "closed": lambda scene: scene.github.pulls[1].update(state="closed"),
    "another commit": lambda scene: scene.github.pulls[1]["head"].update(sha="0" * 40),
    "another repository": lambda scene: scene.github.pulls[1]["head"]["repo"].update(full_name="eve/pfocr"),
    "the repository was deleted": lambda scene: scene.github.pulls[1]["head"].update(repo=None),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_pull_request_that_is_not_the_one_is_left_alone(scene, how):
    scene.edit("year: '2022'", "year: 2022")
    head = scene.push()
    REFUSED[how](scene)
    result = scene.review(head=head)
    assert (result.status, scene.reviews()) == (0, [])
    assert "no open pull request has the commit" in result.out


@pytest.mark.parametrize("change", [{"state": "closed"}, {"head": {"sha": "1" * 40}}])
def test_a_push_between_start_and_posting_posts_nothing(scene, change):
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.github.before += [lambda *_: None] * 3
    scene.github.before.append(lambda method, path: scene.github.pulls[1].update(change))
    result = scene.review()
    assert (result.status, scene.reviews()) == (0, [])
    assert "closed or changed in the meantime" in result.out


def test_each_pull_request_of_a_commit_is_reviewed(scene):
    scene.edit("year: '2022'", "year: 2022")
    head = scene.push()
    scene.github.open(2, scene.base, head, "titles", FORK)
    scene.review()
    assert len(scene.comments(1)) == len(scene.comments(2)) == 1


def test_of_the_event_only_repository_branch_and_commit_count(scene):
    """An attacker's event names other pull requests, and its artifact is not read."""
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    for sha, branch, of in (("x" * 40, "titles", FORK), ("a" * 40, "a b\n::error::", FORK), ("a" * 40, "titles", "../../user")):
        result = scene.review(head=sha, branch=branch, of=of)
        assert (result.status, result.out) == (2, "")
        assert re.fullmatch(r"pfocr-lint: the event's [a-z ]+ has no form that a [a-z ]+ has\n", result.err)
    assert scene.github.requests == []


def test_others_cannot_speak_for_us(scene):
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.review()
    (ours,) = scene.comments()
    scene.github.comments[1] = [{**ours, "user": {"login": "eve"}}]
    scene.github.reviews[1] = []
    scene.review()
    assert [each["user"]["login"] for each in scene.comments()] == ["eve", ACCOUNT]


ANSWERS = {
    "a server error": ([(502, {}, {"message": "Bad Gateway"})], 0, ""),
    "a limit": ([(403, {"retry-after": "7"}, {"message": "You have exceeded a secondary rate limit"})], 0, ""),
    "too many errors": ([(503, {}, {"message": "Unavailable"})] * 3, 1, "status 503: Unavailable"),
    "a long limit": ([(429, {"retry-after": "3600"}, {"message": "Slow down"})], 1, "status 429: Slow down"),
    "no permission": (
        [(403, {}, {"message": "Resource not accessible by integration"})],
        1,
        "status 403: Resource not accessible",
    ),
    "too large": ([(406, {}, {"message": "Sorry, the diff exceeded the maximum"})], 1, "status 406: Sorry"),
    "a redirect": ([(307, {"location": "/repositories/1/pulls"}, {})], 1, "sends to another host"),
    "another host": ([(301, {"location": "https://example.org/x"}, {})], 1, "sends to another host, example.org"),
    "no list": ([(200, {}, {})], 1, "answered with no list"),
    "a message with commands": ([(404, {}, {"message": "a\n::error::\u202e"})], 1, "a<U+000A>::error::<U+202E>"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_the_server_answers_is_one_line(scene, case):
    answers, status, message = ANSWERS[case]
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.github.failures = list(answers)
    result = scene.review()
    assert (result.status, result.err.count("\n")) == (status, status)
    assert message in result.err
    assert TOKEN not in result.out + result.err
    assert len(scene.comments()) == (0 if status else 1)


def test_where_suggestions_are_refused_the_text_has_them(scene):
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.github.before += [lambda *_: None] * 4
    scene.github.before.append(
        lambda *_: scene.github.failures.append((422, {}, {"message": "Unprocessable", "errors": ["line"]}))
    )
    result = scene.review()
    assert result.status == 0
    assert "takes no suggestions here" in result.out
    assert scene.comments() == []
    assert "replace line 16 by:" in scene.reviews()[0]
    scene.github.has_pending_review = True
    scene.edit("- Homo sapiens", "- human")
    scene.push()
    result = scene.review()
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert "one pending review" in result.err


def test_comments_are_not_folded_without_permission(scene):
    scene.github.forbids_graphql = True
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.review()
    scene.edit("year: 2022", "year: '2022'")
    scene.push()
    result = scene.review()
    assert (result.status, result.err) == (0, "")
    assert "could not be folded" in result.out


@pytest.mark.parametrize("is_made", [True, False])
def test_a_review_whose_answer_is_lost_is_not_posted_twice(scene, is_made):
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.github.loses_answer = "after" if is_made else "before"
    assert scene.review().status == 0
    assert len(scene.reviews()) == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GITHUB_TOKEN", "", "needs the token"),
        ("GITHUB_TOKEN", "a\u00e9", "holds characters that no token has"),
        ("GITHUB_API_URL", "http://example.org", "begins with https://"),
        ("GITHUB_REPOSITORY", "", "on the event workflow_run"),
        ("GITHUB_EVENT_PATH", "nowhere", "the event has no workflow_run"),
    ],
)
def test_a_wrong_environment_is_one_sentence(scene, name, value, message):
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    set_one = scene.monkeypatch.setenv
    scene.monkeypatch.setattr(scene.monkeypatch, "setenv", lambda key, given: set_one(key, value if key == name else given))
    result = scene.review()
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert message in result.err


@pytest.mark.needs("sh")
def test_the_step_of_the_action_as_written(scene):
    scene.edit("year: '2022'", "year: 2022")
    scene.push()
    scene.review("--max-comments", "0")
    assert scene.comments() == []
    scene.edit("- Homo sapiens", "- human")
    scene.push()
    scene.review(head="0" * 40)  # writes the environment
    python = scene.clone.parent / "pfocr-lint" / "bin" / "python"
    python.parent.mkdir(parents=True)
    start = f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'pfocr-lint'; runpy.run_module('pfocr_lint', run_name='__main__')"
    python.write_text(f'#!/bin/sh\nshift 3\nexec {sys.executable} -I -c "{start}" "$@"\n')
    python.chmod(0o755)
    given = {f"${{{{ inputs.{name} }}}}": each["default"] for name, each in ACTION["inputs"].items()} | {
        "${{ inputs.token }}": TOKEN
    }
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())
    event["workflow_run"]["head_sha"] = scene.github.pulls[1]["head"]["sha"]
    Path(os.environ["GITHUB_EVENT_PATH"]).write_text(json.dumps(event))
    values = {name: given[value] for name, value in REVIEW["env"].items()}
    environ = {**os.environ, **values, "RUNNER_TEMP": str(scene.clone.parent)}
    result = subprocess.run(["bash", "-c", REVIEW["run"]], env=environ, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(scene.comments()) == 1
