"""An open record: its text, what is found in it, and the edits that the client is offered. No file is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Diagnostic, Edit, Safety, Span, common_start
from pfocr_lint.integrations.difference import difference
from pfocr_lint.integrations.language_server.text import Text
from pfocr_lint.linter import checker, cross_record, fixer
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.hits import Checked, Hit
from pfocr_lint.linter.waiver_writing import write_waivers
from pfocr_lint.record.document import Record
from pfocr_lint.rules.waiver_comments import comment_of
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings
from pfocr_lint.workspace.cross_record import merged
from pfocr_lint.workspace.source import kind_by_path

_NO_REASON = "reason"


class Found(NamedTuple):
    """A diagnostic, and where its finding comes from: the check of the record, or the comparison of records."""

    diagnostic: Diagnostic
    hit: Hit
    checked: Checked


class Refused(Exception):  # noqa: N818 - an answer to the user, not a failure
    """An edit that cannot be made; the message is one line that says why."""


class Document:
    """
    One text of an open record. A change makes another document.

    ``before`` gives the bytes that Git knows (see linter.edited_values). ``compared`` are the findings of the last comparison of
    records for this one, None without any. ``held`` are an earlier readable text and its diagnostics.
    """

    def __init__(
        self, path: str, text: Text, settings: Settings, before: Callable[[], bytes | None], held: Document | None = None
    ) -> None:
        self.path, self.text, self.settings, self.before = path, text, settings, before
        self.compared: Checked | None = None
        self._held = held
        self._known: tuple[Checked | None, list[Found]] | None = None

    def changed(self, text: Text) -> Document:
        """The document with another text."""
        held = self if self.record.data is not None else self._held
        if held is not None:
            held._held = None
        new = Document(self.path, text, self.settings, self.before, held)
        new.compared = self.compared
        return new

    @property
    def data(self) -> bytes:
        """The bytes that saving it would write."""
        return self.text.text.encode()

    @cached_property
    def checked(self) -> Checked:
        """The findings of the record alone."""
        checked = checker.checked_of(self.path, self.data, self.settings, kind_by_path(self.path), None, self.before)
        assert checked is not None  # it is None only after a quick check
        return checked

    @property
    def record(self) -> Record:
        """The record as it is read."""
        return self.checked.record

    @property
    def is_record(self) -> bool:
        """Whether it is a record that the settings do not leave out."""
        return not self.settings.excludes(self.path) and self.record.kind is not Kind.UNKNOWN

    def found(self) -> list[Found]:
        """The diagnostics of the record alone and of the comparison, in order; none for what is not a record."""
        if self._known is None or self._known[0] is not self.compared:
            self._known = self.compared, self._all()
        return self._known[1]

    @cached_property
    def _alone(self) -> list[Found]:
        return [Found(each, hit, self.checked) for each, hit in _paired(self.checked)]

    def _all(self) -> list[Found]:
        if not self.is_record:
            return []
        alone = self._alone
        if self.compared is None or self.record.data is None:
            return alone
        here = cross_record.moved(self.compared, self.record, self.settings)
        other = [Found(each, hit, here) for each, hit in _paired(here)]
        by_identity = {id(each.diagnostic): each for each in (*alone, *other)}
        return [
            by_identity[id(each)] for each in merged((each.diagnostic for each in alone), [each.diagnostic for each in other])
        ]

    def still_hold(self) -> list[tuple[Diagnostic, Span]]:
        """
        While the text cannot be read: the diagnostics of the last text that could, where their text is untouched.

        Each with its place in the present text.
        """
        if self.record.data is not None or self._held is None or self.record.kind is Kind.TABLE:
            return []
        old, new = self._held.text.text, self.text.text
        head = common_start(old, new)
        tail = common_start(old[head:][::-1], new[head:][::-1])
        kept = []
        for each in self._held.found():
            start, end = each.diagnostic.span
            if end < head or (start > len(old) - tail and start < end):
                shift = 0 if end < head else len(new) - len(old)
                kept.append((each.diagnostic, Span(start + shift, end + shift)))
        return kept

    def at(self, span: Span) -> list[Found]:
        """What is found at a place."""
        return [
            each for each in self.found() if each.diagnostic.span.start <= span.end and span.start <= each.diagnostic.span.end
        ]

    def by_print(self, code: str, fingerprint: str) -> Found:
        """The finding with a fingerprint. Raises Refused when it is gone."""
        for each in self.found():
            if each.diagnostic.code == code and each.diagnostic.fingerprint == fingerprint:
                return each
        raise Refused(f"the finding of {code} is not there any more")

    def fix_one(self, found: Found) -> list[Edit]:
        """The edits of the fix of one finding, verified. Raises Refused."""
        step = fixer.fix_findings(found.checked, [found.hit], self.settings)
        if step is None:
            raise Refused(f"{found.diagnostic.code} offers no fix here")
        if step.problem is not None:
            raise Refused(step.problem)
        return difference(self.text.text, step.after.record.text)

    def fix_all(self, settings: Settings | None = None) -> list[Edit]:
        """The edits of all safe fixes until nothing changes, as ``--fix`` makes them. Raises Refused."""
        kind = kind_by_path(self.path)
        fixed = fixer.fix(self.path, self.data, settings or self.settings, kind=kind, before=self.before())
        if fixed.faults:
            raise Refused(fixed.faults[0])
        return difference(self.text.text, fixed.data.decode())

    def fix_rule(self, code: str) -> list[Edit]:
        """The edits of the safe fixes of one rule until it offers none. Raises Refused."""
        checked = self.checked
        for _ in range(fixer.ROUNDS):
            step = fixer.fix_findings(
                checked, [hit for each, hit in _paired(checked) if each.code == code and _is_safe(each)], self.settings
            )
            if step is None:
                break
            if step.problem is not None:
                raise Refused(step.problem)
            checked = step.after
        return difference(self.text.text, checked.record.text)

    def fixes_safely(self, code: str) -> int:
        """How many findings of a rule offer a safe fix."""
        return sum(each.diagnostic.code == code and _is_safe(each.diagnostic) for each in self.found())

    def waive(self, found: Found, reason: str | None) -> list[Edit]:
        """
        The edit that writes the waiver above one finding. Raises Refused.

        Without a reason, PF902 reports the comment until the user has written one.
        """
        code = found.hit.rule.code
        try:
            comment = comment_of(code, _NO_REASON if reason is None else reason, None, None)
        except ValueError as error:
            raise Refused(str(error)) from None
        written = write_waivers(found.checked, code, comment, self.settings, only=found.hit)
        if written.problem is not None:
            raise Refused(written.problem)
        edits = difference(self.text.text, written.text)
        if reason is None:
            edits = [edit._replace(text=edit.text.replace(comment, comment.removesuffix(_NO_REASON))) for edit in edits]
        return edits

    def format(self) -> list[Edit]:
        """The edits that write the record in the pipeline's own form (PF501), where nothing is lost."""
        try:
            return self.fix_all(_only(self.settings, "PF501"))
        except Refused:
            return []


def _paired(checked: Checked) -> list[tuple[Diagnostic, Hit]]:
    return list(zip(diagnostics_of(checked), checked.hits, strict=True))


def _is_safe(diagnostic: Diagnostic) -> bool:
    return diagnostic.fix is not None and diagnostic.fix.safety is Safety.SAFE


def _only(settings: Settings, code: str) -> Settings:
    """The settings with one rule alone, as ``--select`` does it."""
    return replace(settings, selections=(*settings.selections, Selection(select=(code,))))
