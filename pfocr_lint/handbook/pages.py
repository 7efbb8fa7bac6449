"""The documentation of the rules, from their declarations: ``docs/rules.md``, ``--explain`` and ``--list-rules``."""

from __future__ import annotations

import difflib
from typing import Any

from pfocr_lint.handbook.examples import check_example, fixed_text_of, text_of
from pfocr_lint.report import RuleHelp
from pfocr_lint.report.plain import plain
from pfocr_lint.rules.catalogue import BY_CODE, RULES
from pfocr_lint.rules.declaration import Bad, Rule
from pfocr_lint.schema.kinds import FIGURES, MAPPINGS, Kind
from pfocr_lint.settings.model import Selection, Settings

FAMILIES = {
    "PF0": "Form: is the file one readable mapping?",
    "PF1": "Fields: does each fit the schema?",
    "PF2": "Agreement: do the fields of one record agree?",
    "PF3": "Text: would a reader stumble?",
    "PF4": "Repository: do the records agree with each other?",
    "PF5": "Form of the bytes",
    "PF9": "The linter's own",
}
_FIX = {"none": "no", "safe": "safe", "unsafe": "unsafe", "safe or unsafe": "safe or unsafe, depending on the case"}
_NAMES = {
    Kind.FIGURE: "figures",
    Kind.FIGURE_2021: "figures of the 2021 dialect",
    Kind.ORGANISM: "organism pages",
    Kind.FETCHED: "fetched figures",
    Kind.TABLE: "mention tables",
}
_LONGEST = 300
_PREFACE = """\
Generated from the declarations of the rules by `make docs`; do not edit. Settings and flags accept a rule's code or name.
Under *fix*, `--fix` applies a safe fix. A person must review an unsafe fix, which also needs `--unsafe-fixes`."""


def covers(rule: Rule) -> str:
    """Return the kinds of record that a rule covers, in words."""
    kinds = set(rule.kinds) - {Kind.UNKNOWN}
    if kinds >= MAPPINGS | {Kind.TABLE}:
        return "all records and tables"
    if kinds >= MAPPINGS:
        return "all records"
    words = [name for kind, name in _NAMES.items() if kind in kinds]
    if kinds >= FIGURES:
        words.remove(_NAMES[Kind.FIGURE_2021])
    return ", ".join(words)


def as_data() -> list[dict[str, Any]]:
    """Return all rules as data, for ``--list-rules --output-format json``."""
    return [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.value,
            "default": rule.default,
            "fix": rule.fix,
            "covers": sorted(kind.value for kind in rule.kinds if kind is not Kind.UNKNOWN),
            "summary": rule.summary,
        }
        for rule in RULES
    ]


def listing() -> str:
    """Return all rules, one per line, for ``--list-rules``."""
    width = max(len(rule.name) for rule in RULES)
    lines = []
    for rule in RULES:
        state = rule.severity.value if rule.default else "off"
        fix = {"none": "", "safe": "[*]", "unsafe": "[?]", "safe or unsafe": "[*?]"}[rule.fix]
        lines.append(f"{rule.code}  {rule.name:{width}}  {state:7}  {fix:4}  {rule.summary}".rstrip() + "\n")
    return "".join(lines)


def page(rule: Rule) -> str:
    """Return the page of a rule in Markdown."""
    facts = [f"**{rule.severity.value}**" if rule.default else f"**off** unless selected ({rule.severity.value})"]
    facts.append(f"covers {covers(rule)}")
    facts.append(f"fix: {_FIX[rule.fix]}")
    if not rule.waivable:
        facts.append("cannot be waived inside a file")
    parts = [f"## {rule.code} {rule.name}", rule.summary, " · ".join(facts), rule.documentation]
    if rule.bad:
        parts.append(_example(rule, rule.bad[0]))
    return "\n\n".join(part for part in parts if part) + "\n"


def about(code: str) -> RuleHelp:
    """Return the help for a rule code, for the output formats."""
    rule = BY_CODE[code]
    text = f"{rule.summary} {rule.documentation}".rstrip()
    return RuleHelp(rule.summary, text, page(rule), rule.severity, rule.name)


def book() -> str:
    """Return the content of ``docs/rules.md``."""
    parts = ["# The rules", _PREFACE]
    for prefix, title in FAMILIES.items():
        rules = [rule for rule in RULES if rule.code.startswith(prefix)]
        if not rules:
            continue
        rows = [
            f"| [{r.code}](#{r.code.lower()}-{r.name}) | {r.name} | {r.severity.value if r.default else 'off'} | {r.fix} |"
            for r in rules
        ]
        table = "\n".join(["| code | name | severity | fix |", "| --- | --- | --- | --- |", *rows])
        parts += [f"# {prefix} · {title}", table, *(page(rule).rstrip("\n") for rule in rules)]
    return "\n\n".join(parts) + "\n"


def _example(rule: Rule, bad: Bad) -> str:
    """Return an example as a diff: of its fix, or, without a fix, from a clean record to the wrong one; else its message."""
    wrong, fixed = text_of(bad), fixed_text_of(bad)
    clean = text_of(Bad(kind=bad.kind))
    if bad.table is not None or (bad.beside and fixed is None) or (fixed is None and wrong == clean):
        found, _ = check_example(bad, Settings(selections=(Selection(select=(rule.code,)),)))
        path, message = next((path, each.message) for path, diagnostics in found.items() for each in diagnostics)
        return f"Found in `{path}`: *{message}*"
    if fixed is not None:
        return "With the fix" + (" (unsafe)" if bad.unsafe else "") + ":\n\n" + _diff(wrong, fixed)
    return "A clean record with the error added:\n\n" + _diff(clean, wrong)


def _diff(old: str, new: str) -> str:
    lines = list(difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=1))[3:]
    return "```diff\n" + "\n".join(_plain(line) for line in lines if not line.startswith("@@")) + "\n```"


def _plain(line: str) -> str:
    shown = plain(line)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} …"


if __name__ == "__main__":
    print(book(), end="")  # noqa: T201
