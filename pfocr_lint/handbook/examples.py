"""The examples of the rules as complete files, for the tests and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pfocr_lint.linter import checker, hits, record_check
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.record import emitter
from pfocr_lint.record.facts import facts_of
from pfocr_lint.record.parser import read
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import MISSING, Bad, Good, TableFile
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import on_day
from pfocr_lint.workspace import cross_record
from pfocr_lint.workspace.reading import Unreadable

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.settings.model import Settings

TODAY = "2026-01-01"  # the day on which the examples are checked

_FOLDERS = {Kind.FIGURE: "_figures", Kind.FIGURE_2021: "_figures", Kind.ORGANISM: "_organisms", Kind.FETCHED: "figures"}


def data_of(kind: Kind, values: Any) -> dict[str, Any]:
    """Return the clean record of a kind with changed values: keys are paths with '/', MISSING removes a key."""
    data = schemas.example(kind)
    for path, value in (values or {}).items():
        *parents, name = path.split("/", 1) if path.startswith("schema-jsonld/") else [path]
        holder = data
        for parent in parents:
            holder = holder[parent]
        if value is MISSING:
            del holder[name]
        else:
            holder[name] = value
    return data


def path_of(example: Good | TableFile) -> str:
    """Return the path of the file of an example."""
    if isinstance(example, TableFile):
        figid = example.figid or schemas.example(Kind.FIGURE)["figid"]
        return f"_data/{figid}-{example.sort}.tsv"
    if example.table is not None:
        return path_of(example.table)
    name = example.name or hits.identity(Values("", example.kind, data=schemas.example(example.kind)))
    if example.kind is Kind.ORGANISM:
        name = name.replace(" ", "_").lower()
    return f"{_FOLDERS[example.kind]}/{name}.{'yml' if example.kind is Kind.FETCHED else 'md'}"


def text_of(example: Good | TableFile) -> str:
    """Return the complete text of an example."""
    if isinstance(example, TableFile):
        return example.text
    if example.table is not None:
        return example.table.text
    text = emitter.document(data_of(example.kind, example.values))
    if example.text is not None:
        old, new = example.text
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in the example"
        text = text.replace(old, new)
    return text


def fixed_text_of(example: Bad) -> str | None:
    """Return the complete text of an example after the fix, or None without a fix."""
    if isinstance(example.fixed, str):
        if example.text is None:
            return example.fixed
        return emitter.document(data_of(example.kind, example.values)).replace(example.text[0], example.fixed)
    return None if example.fixed is None else emitter.document(data_of(example.kind, example.fixed))


def check_example(example: Good, settings: Settings) -> tuple[dict[str, list[Diagnostic]], cross_record.Comparison]:
    """
    Return the diagnostics of the files of an example, by path, as a run on their folder reports them.

    Raises InternalFault when a rule raises an exception.
    """
    settings = on_day(settings, TODAY)
    texts = {path_of(each): text_of(each).encode() for each in (example, *example.beside)}
    checked = {path: record_check.check_record(read(path, data), settings) for path, data in texts.items()}
    known = [facts for each in checked.values() if (facts := facts_of(each.record)) is not None]
    comparison = cross_record.compare(known, lambda _: settings, lambda path: _text_in(texts, path))
    faults = [*(fault for each in checked.values() for fault in each.faults), *comparison.faults]
    if faults:
        raise checker.InternalFault(faults[0])
    return {
        path: cross_record.merged(diagnostics_of(each), comparison.diagnostics(path)) for path, each in checked.items()
    }, comparison


def _text_in(texts: Mapping[str, bytes], path: str) -> bytes:
    """Return the text of a file of an example. Raises Unreadable for others, such as organism pages in the current folder."""
    if path not in texts:
        raise Unreadable("not part of the example")
    return texts[path]
