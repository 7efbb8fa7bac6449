"""The list of effective waivers, for ``--list-waivers``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.errors import UsageError
from pfocr_lint.linter.listed_waivers import Listed, listed_waivers
from pfocr_lint.report import visible
from pfocr_lint.report.machine import dumps
from pfocr_lint.report.plain import counted
from pfocr_lint.report.reporter import Streams, write_output
from pfocr_lint.workspace.files import DISK, Files
from pfocr_lint.workspace.reading import Unreadable

if TYPE_CHECKING:
    from pfocr_lint.workspace.source import Source


def show(
    outputs: Iterable[tuple[str, str | None]],
    sources: Sequence[Source],
    data: bytes | None,
    streams: Streams,
    *,
    files: Files = DISK,
    today: str,
    quiet: bool = False,
) -> None:
    """
    List the waivers in records, or in ``data`` from standard input.

    ``today`` is the day of the run, ``YYYY-MM-DD``; ``quiet``: without counts. Raises UsageError.
    """

    def write_message(line: str) -> None:
        streams.stderr.write(f"pfocr-lint: {visible(line)}\n")

    for source in sources if data is None else ():
        if not files.exists(source.path):
            raise UsageError(f"{source.path}: there is no such file")
    found = list(_of_files(sources, files, write_message) if data is None else _of_bytes(sources[0], data, write_message))
    for name, target in outputs:
        write_output(target, _text_of(found, name, len(sources), today, summary=not quiet), streams)


def _of_files(sources: Iterable[Source], files: Files, write_message: Callable[[str], None]) -> Iterator[Listed]:
    """Yield the waivers in files; ``write_message`` gets one line for each file that cannot be read."""
    for source in sources:
        data = _loaded(source.path, files, write_message)
        if data is not None:
            yield from _of_bytes(source, data, write_message)


def _loaded(path: str, files: Files, write_message: Callable[[str], None]) -> bytes | None:
    try:
        return files.load(path)
    except Unreadable as refused:
        write_message(f"{path}: {refused}")
    return None


def _of_bytes(source: Source, data: bytes, write_message: Callable[[str], None]) -> list[Listed]:
    found = listed_waivers(source.path, data, source.kind)
    if found is None:
        write_message(f"{source.path}: cannot be read as one record, so its waivers are not listed")
    return found or []


def _text_of(found: list[Listed], form: str, records: int, today: str, *, summary: bool) -> str:
    """Return the list in one of the formats ``full``, ``concise``, ``json`` and ``jsonl``."""
    rows = [each._asdict() for each in found]
    if form == "json":
        return dumps(rows, indent=1) + "\n"
    if form == "jsonl":
        return "".join(dumps(row) + "\n" for row in rows)
    total = f"{counted(len(found), 'waiver') if found else 'No waivers'} in {counted(records, 'record')}.\n"
    return "".join(_line(each, today) for each in found) + (total if summary else "")


def _line(each: Listed, today: str) -> str:
    until = "ended on" if each.until is not None and each.until < today else "until"
    given = (("owner", each.owner), (until, each.until))
    parts = ", ".join(f"{name} {value}" for name, value in given if value is not None)
    text = f"{each.reason or 'no reason given'}{f' ({parts})' if parts else ''}"
    return f"{visible(each.path)}:{each.line}: {', '.join(each.rules)} — {visible(text)}\n"
