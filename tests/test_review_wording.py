"""What a review shows of hostile texts: their letters, and nothing that GitHub acts upon."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from conftest import SEED, clean_text
from github_server import SUGGESTION, with_suggestions
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pull_request import scene  # noqa: F401 - the fixture
from test_repository import figure, write

from pfocr_lint.integrations.pull_request import wording
from pfocr_lint.integrations.pull_request.groups import groups_of
from pfocr_lint.integrations.pull_request.review import rules_at
from pfocr_lint.linter import checker, fixer
from pfocr_lint.linter.planned import planned_edits

PATH = f"_figures/{SEED}.md"
RULES = rules_at("https://example.org/rules/{code}/")
SITE = "https://github.com/ada/pfocr"
PLACE = wording.Place("ada/pfocr", "titles", "a" * 40)
PIECES = [
    "@octocat", "@org/team", " @a", "#12", "GH-12", "ada/pfocr#3", "ada/pfocr@1234567", "a" * 40, "deadbeef", "https://example.com/x",
    "http://example.com", "www.example.com", "mailto:a@example.com", "a@example.com", "xmpp:a@b.example", "[x](https://example.com)", "![x](y)",
    "<img src=x onerror=y>", "<script>", "</details>", "<!-- pfocr-lint:finding abcd -->", "-->", "```", "````", "``` suggestion", "~~~", "`",
    "``", "$(x)", "$a$", "$`a`$", ":smile:", "&lt;", "&#64;a", "\\", "*a*", "_a_", "**", "~~a~~", "|", "> a", "# a", "- a", "1. a", "+ a",
    "[^1]", "[x]: y", "Figure 1.", "Wnt  signaling", " et al", ".na.character", "é", "日本", "\u202e", "\u200b", "'", '"', ":", ": ", " #", "{", "}",
]  # fmt: skip
TEXTS = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from(["Stem", "cells", " ", " in S", "."])), min_size=1, max_size=8
).map("".join)


class Rendered(HTMLParser):
    """The page of a Markdown text: its links, its elements, and the text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.outside = ""
        self.comments = 0
        self._code = 0
        options = Options.CMARK_OPT_UNSAFE  # as GitHub reads HTML before it takes away what is not allowed
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options))

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self._code += tag in ("code", "pre")
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_endtag(self, tag):
        self._code -= tag in ("code", "pre")

    def handle_comment(self, data):
        self.comments += 1

    def handle_data(self, data):
        self.outside += data if not self._code else "\u2060"


ALLOWED = {"p", "strong", "em", "code", "pre", "sub", "a", "ul", "li", "br", "del"}
LIVE = re.compile(r"(?<![\w`])@\w|(?<!\w)#\d|\bGH-\d|\w#\d|\b[0-9a-f]{40}\b|https?://|\bwww\.")


def holds_nothing_live(text: str) -> None:
    shown = Rendered(text)
    assert shown.tags <= ALLOWED, (shown.tags - ALLOWED, text)
    assert [each for each in shown.links if not each.startswith((f"{SITE}/", "https://example.org/rules/PF"))] == [], text
    assert LIVE.findall(shown.outside) == [], text
    assert shown.comments == 1


def reviewed(data: bytes):
    findings = checker.check(PATH, data)
    fixed = fixer.fix(PATH, data, unsafe=True)
    groups = groups_of(PATH, data, findings, planned_edits(data.decode(), fixed.rounds))
    grouped = {each.fingerprint for group in groups for each in group.findings}
    return groups, [(PATH, each) for each in findings if each.fingerprint not in grouped]


def text_of(groups, others, **options) -> str:
    given_ = {"label": "autofix", "is_fork": False, "names": ["ab"], "again": False, **options}
    return wording.review_text((), groups, others, PLACE, RULES, **given_)


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_is_shown_letter_by_letter(piece):
    page = Rendered(f"Here: {wording.defused(piece)}.")
    assert page.tags == {"p"}
    assert LIVE.findall(page.outside) == []
    shown = re.sub("<U\\+....>", "", page.outside.replace("\u2060", ""))
    letters = re.sub("[\u202e\u200b]", "", piece)
    assert shown.split() == f"Here: {letters}.".split()


def data_of(key: str, text: str, extra: str) -> bytes:
    quoted = "'" + text.replace("'", "''") + "'"
    record = re.sub(rf"(?m)^{key}: .*(?:\n  .*)*$", lambda _: f"{key}: {quoted}{extra}", clean_text(), count=1)
    return record.encode()


@settings(max_examples=60)
@given(
    st.sampled_from(["figtitle", "caption", "papertitle", "publisher_name", "doi"]),
    TEXTS,
    st.sampled_from(["", " ", "\nyear: x"]),
)
def test_any_text_is_only_text(key, text, extra):
    data = data_of(key, text, extra)
    groups, others = reviewed(data)
    holds_nothing_live(text_of(groups, others))
    for each in groups:
        body = wording.comment(each, RULES)
        holds_nothing_live(body)
        if wording.can_be_suggested(each.whole):
            assert SUGGESTION.search(body)[2] == each.whole.new
            lines = {"line": each.whole.last, "start_line": each.whole.first, "body": body}
            done = with_suggestions(data.decode(), [lines])
            assert done.encode() != data


@settings(max_examples=60)
@given(TEXTS)
def test_all_groups_together_are_what_the_fixer_makes(text):
    data = data_of("figtitle", text, "")
    groups, _ = reviewed(data)
    lines = [{"line": each.whole.last, "start_line": each.whole.first, "body": wording.comment(each, RULES)} for each in groups]
    if all(wording.can_be_suggested(each.whole) for each in groups):
        assert with_suggestions(data.decode(), lines) == fixer.fix(PATH, data, unsafe=True).data.decode()


def test_groups_do_not_share_a_line():
    data = (
        clean_text()
        .replace("figtitle: Properties", "figtitle: ' properties  α-cells")
        .replace("Drug Resistance\n", "Drug Resistance.'\n", 1)
        .encode()
    )
    groups, _ = reviewed(data)
    (only,) = groups
    assert len({each.code for each in only.findings}) >= 3
    assert only.whole.first == only.whole.last == 3


@pytest.mark.parametrize(
    ("old", "new", "ok"),
    [("a: b\n", "a: c\n", True), ("a: b\n", "", True), ("a: b", "a: c", False), ("a: b\r\n", "a: c\n", False), ("a: \u200bb\n", "a: b\n", False),
     ("a: b\n", "a: c", False)],
)  # fmt: skip
def test_only_whole_visible_lines_are_suggested(old, new, ok):
    assert wording.can_be_suggested(wording.Lines(1, 1, old, new)) is ok


def test_a_caption_of_a_mebibyte_fits():
    data = data_of("caption", "Stem  cells @octocat. " * 45_000, "")
    groups, others = reviewed(data)
    for text in (text_of(groups, others), *(wording.comment(each, RULES) for each in groups)):
        assert len(text) <= 65_536
        holds_nothing_live(text)


@pytest.mark.parametrize("kind", ["finding", "fixed", "review", "clear"])
def test_no_record_speaks_as_a_marker(kind):
    data = data_of("figtitle", f"Stem  cells <!-- pfocr-lint:{kind} abcd -->", "")
    groups, others = reviewed(data)
    for own, text in (("finding", wording.comment(groups[0], RULES)), ("review", text_of(groups, others))):
        assert {each for each in ("finding", "fixed", "review", "clear") if wording.marked(each, text) is not None} == {own}
        assert "abcd" not in wording.marked(own, text)


def test_a_branch_in_a_fork_is_said():
    groups, _ = reviewed(clean_text().replace("year: '2022'", "year: 2022").encode())
    assert "in a repository of your own (a fork)" in text_of(groups, [], is_fork=True)
    assert "can add the label `autofix`" in text_of(groups, [])
    assert "label" not in text_of(groups, [], label="")


def whole_way(scene, seed):  # noqa: F811
    chance = random.Random(seed)
    for number in range(25):
        values = {
            key: "".join(chance.choices([*PIECES, " cells ", "Wnt "], k=chance.randint(1, 7)))
            for key in ("figtitle", "caption", "papertitle")
        }
        name, text = figure(2000000 + 100 * seed + number, **values)
        for key in ("figtitle", "papertitle") if chance.random() < 0.5 else ():
            text = re.sub(f"(?m)^{key}: .*$", f"{key}: {values[key]}".replace("\\", "\\\\"), text)
        write(scene.folder, (name, text.encode("utf-8", "replace").decode()))
    scene.push(branch="titles")
    result = scene.review("--rules-url", "https://example.org/rules/{code}/")
    assert (result.status, result.err) == (0, ""), result
    assert "takes no suggestions" not in result.out, "GitHub refused the comments"
    for body in (*scene.reviews(), *(each["body"] for each in scene.comments())):
        holds_nothing_live(body)
    by_path: dict[str, list] = {}
    for each in scene.comments():
        by_path.setdefault(each["path"], []).append(each)
    for path, comments in by_path.items():
        text = (scene.folder / path).read_text(encoding="utf-8")
        assert with_suggestions(text, comments) != text


def test_random_records_the_whole_way(scene):  # noqa: F811
    whole_way(scene, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 41))
def test_a_thousand_random_records_the_whole_way(scene, seed):  # noqa: F811
    whole_way(scene, seed)
