"""Findings and fixes as the protocol has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lsprotocol import types

from pfocr_lint.diagnostic import Diagnostic, Edit, Safety, Severity, Span
from pfocr_lint.integrations.language_server.document import Document, Found, Refused
from pfocr_lint.report import visible
from pfocr_lint.rules.catalogue import BY_CODE

SOURCE = "pfocr-lint"  # the one name of all diagnostics
FIX_ALL = "source.fixAll.pfocr-lint"
WAIVE = "pfocr-lint.waive"  # a command of the server: file, code, fingerprint, reason
ASK_AND_WAIVE = "pfocr-lint.askAndWaive"  # a command of the client, which asks for the reason and calls WAIVE
_LEVELS = {Severity.ERROR: types.DiagnosticSeverity.Error, Severity.WARNING: types.DiagnosticSeverity.Warning}
_MOST = 20  # findings of one place whose fixes are offered


def diagnostics(document: Document, uri_of: Callable[[str], str]) -> list[types.Diagnostic]:
    """The diagnostics of a document; while it cannot be read, with those of before that still hold."""
    found = [_diagnostic(document, each.diagnostic, None, uri_of) for each in document.found()]
    kept = [_diagnostic(document, each, span, uri_of) for each, span in document.still_hold()]
    return [*found, *kept]


def _diagnostic(document: Document, found: Diagnostic, span: Span | None, uri_of: Callable[[str], str]) -> types.Diagnostic:
    related = []
    for other in found.related if span is None else ():
        here = other.path == document.path
        start = types.Position(other.line - 1, 0)
        if here:  # columns count code points, the client may count otherwise
            start = document.text.position(document.text.start_of(other.line - 1) + other.column - 1)
        place = types.Location(uri_of(other.path), types.Range(start, start))
        related.append(types.DiagnosticRelatedInformation(place, visible(other.message)))
    return types.Diagnostic(
        range=document.text.range(found.span if span is None else span),
        message=visible(found.message),
        severity=_LEVELS[found.severity],
        code=found.code,
        source=SOURCE,
        related_information=related or None,
        data={"fingerprint": found.fingerprint, "name": found.name},
    )


def actions(
    document: Document, uri: str, place: types.Range, only: list[str] | None, *, asks: bool
) -> Iterator[types.CodeAction]:
    """
    The actions at a place, without their edits; ``data`` is what :func:`edits` needs.

    ``only`` are the kinds that the client wants. ``asks`` says that the client can ask for a reason.
    """

    def data(what: str, found: Found | None = None) -> dict[str, Any]:
        at = {"code": found.diagnostic.code, "fingerprint": found.diagnostic.fingerprint} if found is not None else {}
        return {"uri": uri, "what": what, **at}

    if _wanted(types.CodeActionKind.QuickFix, only):
        here = document.at(document.text.span(place))[:_MOST]
        for each in here:
            if each.diagnostic.fix is not None:
                unsafe = " (unsafe: check the result)" if each.diagnostic.fix.safety is Safety.UNSAFE else ""
                title = f"{each.diagnostic.code}: {visible(each.diagnostic.fix.message)}{unsafe}"
                action = types.CodeAction(title, types.CodeActionKind.QuickFix, data=data("one", each))
                action.is_preferred = not unsafe
                yield action
        for code, each in {each.diagnostic.code: each for each in here}.items():
            if (number := document.fixes_safely(code)) > 1:
                title = f"{code}: fix all {number} of this rule in this file"
                yield types.CodeAction(title, types.CodeActionKind.QuickFix, data=data("rule", each))
        if any(document.fixes_safely(each.diagnostic.code) for each in here):
            title = "Apply all safe fixes of pfocr-lint in this file"
            yield types.CodeAction(title, types.CodeActionKind.QuickFix, data=data("all"))
        for each in here:
            code = each.diagnostic.code
            if not BY_CODE[code].waivable or document.record.data is None:
                continue
            title = f"{code}: waive here{' …' if asks else ''}"
            action = types.CodeAction(title, types.CodeActionKind.QuickFix, data=data("waive", each))
            if asks:
                action.command = types.Command(title, ASK_AND_WAIVE, arguments=[uri, code, each.diagnostic.fingerprint])
            yield action
    if only and _wanted(FIX_ALL, only) and document.is_record:
        yield types.CodeAction("Apply all safe fixes of pfocr-lint", FIX_ALL, data=data("all"))


def _wanted(kind: str, only: list[str] | None) -> bool:
    """Whether a client that names kinds wants one: a kind includes those below it."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") or not each for each in only)


def edits(document: Document, data: dict[str, Any]) -> list[Edit]:
    """The edits of an action of :func:`actions`. Raises Refused."""
    what, code = data.get("what"), str(data.get("code", ""))
    if what == "all":
        return document.fix_all()
    if what == "rule" and code in BY_CODE:
        return document.fix_rule(code)
    found = document.by_print(code, str(data.get("fingerprint", "")))
    if what == "one":
        return document.fix_one(found)
    if what == "waive":
        return document.waive(found, None)
    raise Refused("this action is not known")
