"""
What a curator reads: the comments with suggestions, and the text of the review. Pure.

Texts of records are hostile: they must mention no user, hold no link, hide nothing and end no block (see defused and fenced).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from pfocr_lint.diagnostic import Diagnostic, Severity
from pfocr_lint.integrations.pull_request.groups import Group, Lines
from pfocr_lint.report.markdown import code
from pfocr_lint.report.plain import counted, plain, things

MOST_BODY = 65_000  # characters; GitHub takes 65,536
MOST_LINE = 400  # characters of a line that is shown
MOST_SHOWN = 12  # lines of a block to paste
LONGEST_SUGGESTION = 20_000  # characters

_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+!|~&$:=^-]")
_JOINER = "\u2060"  # has no width, and parts what GitHub would make a mention, a reference or a link of
_LIVE = re.compile(
    r"@(?=\w)|#(?=\d)|\bGH-(?=\d)|(?<=\w)!(?=\d)|://|\bwww\.|\b[0-9a-f]{7,40}\b|\bmailto:|\bxmpp:|(?<=\w)/(?=[\w.-]+#)",
    re.IGNORECASE,
)
_MARKER = re.compile(r"<!-- pfocr-lint:([a-z]+) ([0-9a-f ]*)-->\s*\Z")


class Place(NamedTuple):
    """Where the pull request's branch is: addresses of a record in it, on the page of its repository."""

    repository: str
    branch: str
    sha: str
    address: str = "https://github.com"

    def line(self, name: str, line: int) -> str:
        """The address of a line."""
        return f"{self.address}/{quote(self.repository)}/blob/{self.sha}/{quote(name)}?plain=1#L{line}"

    def editor(self, name: str) -> str:
        """The address of the page where the file is edited."""
        return f"{self.address}/{quote(self.repository)}/edit/{quote(self.branch)}/{quote(name)}"


class Rules(NamedTuple):
    """What is known of rules: a sentence for each code, and the address of its page ('' for none)."""

    summary: Callable[[str], str]
    page: Callable[[str], str]


def defused(text: str) -> str:
    """A text of a record as GitHub shows it letter by letter: no markup, mention, reference or link."""
    shown = plain(text)
    parts, at = [], 0
    for match in _LIVE.finditer(shown):
        middle = match.start() + 1
        parts += [shown[at:middle], _JOINER]
        at = middle
    return _MARKUP.sub(r"\\\g<0>", "".join([*parts, shown[at:]]))


def fenced(text: str, kind: str = "") -> str:
    """A block of code with a fence that is longer than any run of backticks in the text."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence}{kind}\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{fence}"


def marker(kind: str, names: Iterable[str]) -> str:
    """A hidden comment, by which a later run knows what was posted; ``names`` are hexadecimal."""
    return f"<!-- pfocr-lint:{kind} {' '.join(names)} -->"


def marked(kind: str, body: str) -> list[str] | None:
    """The names in the marker at the end of a text of ours, where no record's text stands; None where it is of another kind."""
    found = _MARKER.search(body)
    return found[2].split() if found is not None and found[1] == kind else None


def can_be_suggested(lines: Lines) -> bool:
    """Whether GitHub's button writes exactly the new lines: whole ones, without invisible characters."""
    both = lines.old + lines.new
    whole = lines.old.endswith("\n") and (lines.new.endswith("\n") or not lines.new)
    seen = all(char.isprintable() or char == "\n" for char in both)
    return whole and seen and len(lines.new) <= LONGEST_SUGGESTION


def comment(group: Group, rules: Rules) -> str:
    """The comment of a group, on the lines that its suggestion replaces."""
    button = "The button *Commit suggestion* makes this change."
    ask = button if group.is_safe else f"**Please check** that this is right. {button}"
    names = [each.fingerprint for each in group.findings]
    said = _said(group.findings, rules, "**", "\n")
    parts = [said, ask, fenced(group.whole.new, "suggestion"), f"{_codes(group.findings, rules)}\n{marker('finding', names)}\n"]
    text = "\n\n".join(parts)
    return text if len(text) <= MOST_BODY else f"{said[:2000]}\n\n{marker('finding', names)}\n"


def fixed(body: str, sha: str) -> str:
    """A comment of ours whose finding is gone."""
    names = marked("finding", body) or []
    first = body.partition("\n")[0]
    return f"Fixed in {sha}. ~~{first}~~\n{marker('fixed', names)}\n"


def all_clear(sha: str) -> str:
    """The text of a review that finds nothing any more."""
    return f"All clear: nothing is left to fix in this change. Thank you!\n{marker('clear', [sha])}\n"


def review_text(
    commented: Sequence[Group],
    elsewhere: Sequence[Group],
    others: Sequence[tuple[str, Diagnostic]],
    place: Place,
    rules: Rules,
    *,
    label: str,
    is_fork: bool,
    names: Sequence[str],
    again: bool,
) -> str:
    """
    The text of the review.

    ``commented`` have a comment with a suggestion, ``elsewhere`` a fix that lies in no hunk, ``others`` are findings without a
    fix, with the name of their file. ``label`` is the label by which a maintainer may have the safe fixes made, '' for none.
    ``again`` says that an earlier review stands above.
    """
    total = sum(len(each.findings) for each in (*commented, *elsewhere)) + len(others)
    to_do = f"{things(total)} to fix in your change."
    parts = [f"**{'New since the last review: ' if again else ''}{to_do}**"]
    if commented:
        where = "the comment" if len(commented) == 1 else "each comment"
        rest = "" if elsewhere or others else " Nothing else is needed."
        parts.append(f"Look at {where} below: the button *Commit suggestion* makes the change.{rest}")
    tail = [marker("review", names)]
    if label and any(each.is_safe for each in elsewhere):
        tail.insert(0, _of_label(label, is_fork=is_fork))
    space = MOST_BODY - sum(map(len, (*parts, *tail))) - 200
    left, shown = total - sum(len(each.findings) for each in commented), list[str]()
    blocks = [(len(each.findings), _to_paste(each, place, rules)) for each in elsewhere]
    blocks += [(1, _to_read(name, each, place, rules)) for name, each in others]
    for many, block in blocks:
        if len(block) + 2 > space:
            break
        shown.append(block)
        space -= len(block) + 2
        left -= many
    if shown:
        parts.append("Not in the lines that you changed, or without a button:" if commented else "What to do:")
    if left:
        shown.append(f"And {counted(left, 'more finding')}; the check's summary page lists all.")
    return "\n\n".join([*parts, *shown, *tail]) + "\n"


def _of_label(label: str, *, is_fork: bool) -> str:
    if is_fork:
        return "Your branch is in a repository of your own (a fork), so these changes cannot be made for you."
    return f"A maintainer can add the label {code(label)}: then the safe changes are made for you."


def _said(findings: Sequence[Diagnostic], rules: Rules, mark: str = "", between: str = " ") -> str:
    """What is wrong: each rule's sentence, between marks, and what it is about here."""
    lines = []
    for summary, own in _by_summary(findings, rules):
        about = "; ".join(dict.fromkeys(_cut(each.message) for each in own))
        lines.append(f"{mark}{summary}{mark} Here: {defused(about)}{'' if about.endswith(('.', '?')) else '.'}")
    return between.join(lines)


def _by_summary(findings: Sequence[Diagnostic], rules: Rules) -> Iterable[tuple[str, list[Diagnostic]]]:
    found: dict[str, list[Diagnostic]] = {}
    for each in findings:
        found.setdefault(rules.summary(each.code), []).append(each)
    return found.items()


def _to_paste(group: Group, place: Place, rules: Rules) -> str:
    """A fix as lines to paste, with the way to the editor."""
    name = group.path
    lines = [f"- {_link(name, place, group.whole.first)}: {_said(group.findings, rules)} {_codes(group.findings, rules)}"]
    if not group.is_safe:
        lines.append("  **Please check** that this is right.")
    lines.append(f"  [Open the file in the editor]({place.editor(name)})")
    for number, block in enumerate(group.blocks):
        what = f"line {block.first}" if block.first == block.last else f"lines {block.first} to {block.last}"
        new, then = block.new.splitlines(), "then" if number else "and"
        if not new:
            lines.append(f"  {then} remove {what}.")
        elif len(new) > MOST_SHOWN or any(len(line) > MOST_LINE for line in new) or not _is_shown(block.new):
            lines.append(f"  {then} change {what}; the new text is too long, or has characters that cannot be shown here.")
        else:
            lines += [
                f"  {then} replace {what} by:",
                "",
                *(f"  {line}" for line in fenced("\n".join(new), "yaml").split("\n")),
                "",
            ]
    return "\n".join(lines).rstrip("\n")


def _to_read(name: str, finding: Diagnostic, place: Place, rules: Rules) -> str:
    """A finding without a fix."""
    return f"- {_link(name, place, finding.line)}: {_said([finding], rules)} {_codes([finding], rules)}"


def _link(name: str, place: Place, line: int) -> str:
    return f"[{code(f'{name}, line {line}')}]({place.line(name, line)})"


def _codes(findings: Sequence[Diagnostic], rules: Rules) -> str:
    shown = []
    for name, about in dict.fromkeys((each.code, each.name) for each in findings):
        page = rules.page(name)
        shown.append(f"[{name}]({page}) {about}" if page else f"{name} {about}")
    return f"<sub>{', '.join(shown)}</sub>"


def _is_shown(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LINE else f"{text[:MOST_LINE]} …"


def worst_first(group: Group) -> tuple[bool, bool, str, int]:
    """Groups in the order in which they matter: errors first, then what needs no check."""
    has_error = any(each.severity is Severity.ERROR for each in group.findings)
    return not has_error, not group.is_safe, group.path, group.whole.first
