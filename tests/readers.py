"""Parsers of the output formats, by the rules of each format, as a program or a page reads the output of pfocr-lint."""

from __future__ import annotations

import functools
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import cmarkgfm
import fastjsonschema
import xmlschema
from conftest import ROOT

from pfocr_lint.diagnostic import Body, Diagnostic, Edit, OfferedFix, Place, Safety, Span
from pfocr_lint.handbook import pages
from pfocr_lint.report import FORMATS, Report
from pfocr_lint.rules.catalogue import RULES

SCHEMAS = ROOT / "tests" / "schemas"
HERE = Place(2, 1, 2, 5, 1, 5)


def found(number: int = 0, **changes) -> Diagnostic:
    """Return a diagnostic of one of the rules in turn, with or without a fix."""
    rule = RULES[number % len(RULES)]
    fix = OfferedFix(Safety.SAFE, "set it", (Edit(4, 8, f"text {number}"),), (HERE,)) if number % 2 else None
    values = {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "message": f"value {number} is wrong",
        "path": f"_figures/PMC{number // 3}__x.md",
        "span": Span(4, 8),
        "place": HERE,
        "key": "/figtitle",
        "fix": fix,
        "related": (),
        "fingerprint": f"{number:032x}",
        "source": (),
    }
    values |= changes
    own = {name: values.pop(name) for name in ("path", "fingerprint", "identity", "made") if name in values}
    return Diagnostic(Body(**values), **own)


def report(*diagnostics: Diagnostic, files: int = 1) -> Report:
    return Report(diagnostics, files=files, fixed=0, seconds=1.23456, version="0.1.0", rule_help=pages.about)


def read_back(form: str, *diagnostics: Diagnostic):
    """Return the output of a format, parsed by the rules of the format."""
    return READERS[form]("".join(FORMATS[form](report(*diagnostics))))


def validator(name: str):
    return fastjsonschema.compile(json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")), use_default=False)


@functools.cache
def schema_of(form: str):
    if form == "junit":
        return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate
    return validator({"sarif": "sarif-2.1.0", "gitlab": "gitlab-code-quality"}.get(form, form))


def read_json(form: str, text: str):
    assert text.isascii()
    loaded = json.loads(text)
    schema_of(form)(loaded)
    return loaded


def read_junit(text: str):
    schema_of("junit")(io.StringIO(text))
    return ET.fromstring(text.encode())


COMMAND = re.compile(r"::(error|warning|notice) ([^:\r\n]*)::([^\r\n]*)\n")


def read_github(text: str):
    """Parse workflow commands as GitHub's runner does: one per line; the first '::' ends the properties."""
    commands = [COMMAND.fullmatch(line) for line in re.split(r"(?<=\n)", text) if line]
    assert None not in commands
    levels = [match[1] for match in commands]
    assert levels == sorted(levels, key=["error", "warning", "notice"].index)
    return [(match[1], dict(map(parsed, match[2].split(","))), unescaped(match[3])) for match in commands]


def parsed(item: str) -> tuple[str, str]:
    key, _, value = item.partition("=")
    return key, unescaped(value.replace("%3A", ":").replace("%2C", ","))


def unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


class Page(HTMLParser):
    """The tags of a page from GitHub's Markdown parser, and the text of each code span in a list."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.spans: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=cmarkgfm.Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        if tag == "code":
            self.spans.append("")

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        self.text += data
        if self.open[-1:] == ["code"]:
            self.spans[-1] += data


def read_markdown(text: str) -> Page:
    assert len(text.encode()) <= 2**20
    page = Page(text)
    assert page.tags <= {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code", "pre", "strong", "sub"}
    return page


READERS = {
    "github": read_github,
    "junit": read_junit,
    "markdown": read_markdown,
    **{form: functools.partial(read_json, form) for form in ("sarif", "rdjson", "gitlab")},
}

COUNTS = {
    "sarif": lambda log: sum(result.get("occurrenceCount", 1) for result in log["runs"][0]["results"]),
    "rdjson": lambda result: len(result["diagnostics"]),
    "gitlab": len,
    "junit": lambda suites: int(suites.get("failures")),
    "github": lambda commands: sum(level != "notice" for level, *_ in commands) + left_out(commands[-1][2] if commands else ""),
    "markdown": lambda page: page.text.count(" is wrong") + left_out(page.text),
}


def left_out(text: str) -> int:
    """Return the number of omitted findings in a sentence."""
    return sum(int(number.replace(",", "")) for number in re.findall(r"([\d,]+) more", text))


def results(log):
    """Return the results of a SARIF log."""
    return log["runs"][0]["results"]
