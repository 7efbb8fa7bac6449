"""Help at a place of a record: hover, completion and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lsprotocol import types

from pfocr_lint.diagnostic import Span
from pfocr_lint.integrations.language_server import outline
from pfocr_lint.integrations.language_server.document import Document
from pfocr_lint.pointer import split
from pfocr_lint.record.emitter import entry
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind

ORGANISM_LISTS = ("/organisms", "/organisms_ner")
_NO_ORGANISM = ("NA", "unassigned", "unspecified plant")
_PMC = "https://www.ncbi.nlm.nih.gov"
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]+")
_FIGLINK = re.compile(r"/pmc/articles/[!-~]+")


def hover(document: Document, position: types.Position, page: Callable[[str], str]) -> types.Hover | None:
    """
    The pages of the rules that report something at a position, else the description of the key.

    ``page`` gives the page of a rule, in Markdown, for its code.
    """
    offset = document.text.offset(position)
    found = document.at(Span(offset, offset))
    if found:
        codes = dict.fromkeys(each.diagnostic.code for each in found)
        text = "\n\n---\n\n".join(page(code) for code in codes)
        start = found[0].diagnostic.span
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), document.text.range(start))
    kind = outline.mapping_kind(document.path, document.text.text)
    lines = document.text.lines
    line = outline.parse(lines, position.line) if position.line < len(lines) else None
    if kind is None or line is None or not outline.inside(lines, position.line):
        return None
    description = _description(schemas.at(kind, line.pointer), line.key)
    return None if description is None else types.Hover(types.MarkupContent(types.MarkupKind.Markdown, description))


def _description(schema: dict[str, object] | None, key: str | None) -> str | None:
    if schema is None or "description" not in schema:
        return None
    parts = [f"**{key or schema.get('title', '')}**", str(schema["description"])]
    examples = schema.get("examples")
    if isinstance(examples, list) and examples and isinstance(examples[0], str | int | float):
        parts.append(f"Example: `{str(examples[0])[:200]}`")
    return "\n\n".join(parts)


def completion(
    document: Document, position: types.Position, organisms: Callable[[], Iterable[str]]
) -> list[types.CompletionItem]:
    """
    What may stand at a position: keys that the record does not have, allowed values, organism names.

    ``organisms`` gives the latin names of the organism pages.
    """
    kind = outline.mapping_kind(document.path, document.text.text)
    lines = document.text.lines
    if kind is None or position.line >= len(lines) or not outline.inside(lines, position.line):
        return []
    offset = document.text.offset(position)
    start = document.text.offset(types.Position(position.line, 0))
    prefix = document.text.text[start:offset]
    line = outline.parse(lines, position.line)
    if line is not None and len(prefix) >= line.value_column:
        values = _values(kind, line.pointer, organisms)
        place = document.text.range(Span(start + line.value_column, start + len(lines[position.line])))
        gap = "" if lines[position.line][: line.value_column].endswith(" ") else " "
        return [_item(value, types.CompletionItemKind.Value, gap + value_text(value), place) for value in values]
    parent = outline.parent_of_name(lines, position.line, prefix)
    if parent is None:
        return []
    schema = schemas.at(kind, parent) or {}
    properties = schema.get("properties", {})
    have = outline.keys_in(lines, parent)
    typed = len(prefix) - len(prefix.lstrip(" "))
    place = document.text.range(Span(start + typed, offset))
    found = []
    for number, (name, about) in enumerate(properties.items()):
        if name in have:
            continue
        item = _item(name, types.CompletionItemKind.Property, f"{_key_text(name)}:{_opening(about)}", place)
        item.detail, item.documentation = about.get("title"), about.get("description")
        item.sort_text = f"{number:03}"  # the format's order
        found.append(item)
    return found


def _values(kind: Kind, pointer: str, organisms: Callable[[], Iterable[str]]) -> list[str]:
    if kind in (Kind.FIGURE, Kind.FIGURE_2021) and pointer.rpartition("/")[0] in ORGANISM_LISTS:
        return [*sorted(organisms()), *_NO_ORGANISM]
    schema = schemas.at(kind, pointer) or {}
    if "enum" in schema:
        return [each for each in schema["enum"] if isinstance(each, str)]
    return [schema["const"]] if isinstance(schema.get("const"), str) else []


def value_text(value: str) -> str:
    """A text as it is written behind a key or a dash: with quotes where YAML needs them."""
    written = str(entry(("x",), value).at(0)).rstrip("\n")
    return written.partition(":")[2].strip()


def _key_text(name: str) -> str:
    return f"'{name}'" if name.startswith("@") else name


def _opening(schema: dict[str, object]) -> str:
    """What follows the colon of a new key."""
    return {"array": "\n- ", "object": "\n  "}.get(str(schema.get("type")), " ")


def _item(label: str, kind: types.CompletionItemKind, text: str, place: types.Range) -> types.CompletionItem:
    return types.CompletionItem(label, kind=kind, text_edit=types.TextEdit(place, text), filter_text=label)


def links(document: Document, page_of: Callable[[str], str | None]) -> Iterator[types.DocumentLink]:
    """
    The links of a record: the figure at PubMed Central, the paper by its DOI, the pages of its organisms.

    ``page_of`` gives the address of the page of a latin name; None without one.
    """
    record = document.record
    if record.data is None or record.kind is Kind.TABLE:
        return
    for pointer in record.entries:
        value = record.value(pointer)
        target = _target(pointer, value, page_of) if isinstance(value, str) and value else None
        if target is not None:
            yield types.DocumentLink(document.text.range(record.span(pointer)), target=target)


def _target(pointer: str, value: str, page_of: Callable[[str], str | None]) -> str | None:
    if pointer in ("/figlink", "/figure_link") and _FIGLINK.fullmatch(value):
        return f"{_PMC}{value}"
    if pointer == "/doi" and _DOI.fullmatch(value):
        return f"https://doi.org/{value}"
    if len(split(pointer)) == 2 and pointer.rpartition("/")[0] in ORGANISM_LISTS:
        return page_of(value)
    return None
