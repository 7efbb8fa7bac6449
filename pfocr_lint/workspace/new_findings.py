"""Which findings a version has and its base has not."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.workspace import cross_record

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.result import Result


def all_left(results: Iterable[Result], comparison: cross_record.Comparison) -> dict[str, list[Diagnostic]]:
    """The diagnostics of the records, each alone and in comparison, by path."""
    alone = {each.path: each.left for each in results}
    return {
        path: cross_record.merged(alone.get(path, ()), comparison.diagnostics(path)) for path in {*alone, *comparison.checked}
    }


def introduced(
    base: Mapping[str, Sequence[Diagnostic]], now: Mapping[str, Sequence[Diagnostic]]
) -> tuple[dict[str, list[Diagnostic]], int]:
    """
    The diagnostics that a version has and its base has not, by path, and how many of the base are resolved.

    Of equal findings as many are new as there are more of them than before, or as there are members that took no part in them
    before; these are the last in the order of ``now``.
    """
    names = _names(base, now)
    before, after = _by_match(base, {path: path for path in base}), _by_match(now, names)
    fresh: dict[str, list[Diagnostic]] = {}
    resolved = sum(map(len, before.values()))
    for match, found in after.items():
        known = before.get(match, [])
        joined = _members(found) - _members(known)
        many = max(len(found) - len(known), min(len(found), len(joined)))
        resolved -= len(found) - many
        for path, diagnostic in found[len(found) - many :]:
            fresh.setdefault(path, []).append(diagnostic)
    return fresh, resolved


def _names(base: Mapping[str, Sequence[Diagnostic]], now: Mapping[str, Sequence[Diagnostic]]) -> dict[str, str]:
    """For each path what the record was called in the base: the same, or the path that it was moved from."""
    gone = {each.identity: path for path, found in base.items() if path not in now for each in found}
    return {path: path if path in base or not found else gone.get(found[0].identity, path) for path, found in now.items()}


def _by_match(
    found: Mapping[str, Sequence[Diagnostic]], names: Mapping[str, str]
) -> dict[Hashable, list[tuple[str, Diagnostic]]]:
    """The diagnostics that are one finding, each with its path; of a finding within a record the record's name is part."""
    matched: dict[Hashable, list[tuple[str, Diagnostic]]] = {}
    for path, diagnostics in found.items():
        for each in diagnostics:
            match = each.match if each.members else (names[path], each.match)
            matched.setdefault(match, []).append((path, each))
    return matched


def _members(found: Iterable[tuple[str, Diagnostic]]) -> set[str]:
    return {member for _, each in found for member in each.members}
