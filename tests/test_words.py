"""The pages, docstrings, comments and messages use none of these words."""

from __future__ import annotations

import ast
import io
import re
import tokenize

import pytest
from conftest import ROOT

# Words to avoid, each with its replacement.
WORDS = {
    r"mend(s|ed|ing)?": "fix",
    r"tell(s|ing|er)?|told": "report, output",
    r"say(s|ing)? of|said of|speak(s|ing)? of|spoken of": "report for, refer to",
    r"ask(s|ed|ing)? (of )?(a|the|each|every) rules?|rules? (is|are) asked": "run a rule",
    r"(a|the|first|quick) look|at a glance|glances?": "prefilter, quick check",
    r"judg(e|es|ed|ing)": "validate, check",
    r"cues?": "trigger",
    r"suspects?": "candidate rules",
    r"surveys?": "cross-record check",
    r"whole run": "run",
    r"the sums": "summary",
    r"walk(s|ed)? (over|through|finds|comes|passes)": "file discovery",
    r"come(s)? to rest|restless|standstill": "converge, until nothing changes",
    r"heed(s|ed)?": "handle",
    r"strays?|odd|strange|foreign": "the concrete thing: not a record, unexpected, non-ASCII, of another program",
    r"somebody|nobody|whoever": "the user, another process, no one needed: name who",
    r"as many as pay|pays?": "as many as useful",
    r"ondemand": "lazy import",
    r"rooms?": "package, module",
}
PATTERN = re.compile("|".join(rf"\b(?:{words})\b" for words in WORDS), re.IGNORECASE)

# Texts where such a word is right, each with the reason.
RIGHT = {
    "stray-whitespace": "the name of rule PF306 is fixed",
    "foreign-figlink": "the name of rule PF211 is fixed",
    "git walk": "Git's own word",
}

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def comments_and_texts(source: str, *, data: bool):
    """Yield the comments, docstrings and messages of a module with their lines; where texts are data, no messages."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if data and isinstance(node, DOCUMENTED):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or ""
        elif not data and isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def wrong(text: str):
    for right in RIGHT:
        text = text.replace(right, "")
    return [match[0] for match in PATTERN.finditer(text)]


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in ("pfocr_lint", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_modules(path):
    data = path.relative_to(ROOT).parts[0] != "pfocr_lint"
    found = [(line, wrong(text)) for line, text in comments_and_texts(path.read_text(encoding="utf-8"), data=data)]
    assert [each for each in found if each[1]] == []


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=lambda path: str(path.relative_to(ROOT))
)
def test_pages(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [(number, wrong(line)) for number, line in enumerate(lines, 1) if wrong(line)] == []


def test_a_word_of_the_list_is_found():
    assert wrong("Nobody mends what a rule tells of it.") == ["Nobody", "mends", "tells"]
    assert wrong("Rule stray-whitespace reports it.") == []
