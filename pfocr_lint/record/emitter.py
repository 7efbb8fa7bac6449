"""
Writes values as the record pipeline does: with libyaml's emitter and the settings of R's yaml package.

The width is 80 columns, Unicode is not escaped, lists are not indented, and each top-level key is emitted alone. R differs from
PyYAML in two ways: it quotes the one-letter booleans, and writes a string with a newline as a literal block. The pipeline does
not fold organism names.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import yaml

from pfocr_lint.dataclass import dataclass
from pfocr_lint.lazy_import import expression
from pfocr_lint.record.characters import SEPARATORS
from pfocr_lint.record.fast_parser import WORDS
from pfocr_lint.record.limits import WIDTH
from pfocr_lint.record.scalars import needs_quotes
from pfocr_lint.record.yaml_library import Dumper

UNFOLDED = frozenset({"organisms", "organisms_ner"})


class _Dumper(Dumper):
    """libyaml's emitter with R's choice of scalar style."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _represent_str(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "'" if needs_quotes(text) else None
    if "\n" in text:  # in a block, libyaml does not indent what follows a separator
        style = "|" if set(SEPARATORS).isdisjoint(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_str)


@dataclass(frozen=True, slots=True)
class Written:
    """
    One entry as the pipeline would write it.

    ``text`` is the source from the key (from the value for a list item) to the last character, without the final newline.
    ``column`` is the column of its first character; ``text`` contains the indentation of later lines.
    """

    text: str
    column: int

    def at(self, column: int) -> str:
        """Return the text for an entry at a column; if it is deeper, indent later lines by the difference."""
        return self.text.replace("\n", "\n" + " " * (column - self.column)) if column > self.column else self.text


def entry(path: Sequence[str | int], value: Any) -> Written:
    """
    Write the entry at the tokens of a JSON Pointer; a number is the index of a list item.

    Its containers are written in block style, as by the pipeline.
    """
    nested: Any = value
    for token in reversed(path):
        nested = [nested] if isinstance(token, int) else {token: nested}
    text = _dump(nested, unfolded=path[0] in UNFOLDED)
    at = 0
    for depth, token in enumerate(path):
        if isinstance(token, int):
            at = _skip_indent(text, at) + len("- ")
        elif depth + 1 < len(path):
            at = text.index("\n", at) + 1
    start = _skip_indent(text, at)
    return Written(text[start:].removesuffix("\n"), start - (text.rfind("\n", 0, start) + 1))


def top_level(key: str, value: Any) -> str:
    """Return the source of one top-level key and its value."""
    return _dump({key: value}, unfolded=key in UNFOLDED)


def document(data: dict[str, Any]) -> str:
    """Return the source of a whole record: fences and front matter."""
    return "---\n" + "".join(top_level(key, value) for key, value in data.items()) + "---\n"


def _skip_indent(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


# A text that libyaml writes as it is; an entry with it is short enough for one line.
_PLAIN = expression("[A-Za-z][A-Za-z0-9 ,.()/-]{1,50}(?<! )")
_PLAIN_KEY = expression("[a-z_]{2,20}")


def _dump(value: Any, *, unfolded: bool) -> str:
    if type(value) is dict and len(value) == 1:
        ((name, text),) = value.items()
        if type(text) is str and _PLAIN_KEY.fullmatch(name) and name not in WORDS:
            if not text:
                return f"{name}: ''\n"
            if _PLAIN.fullmatch(text) and text not in WORDS:
                return f"{name}: {text}\n"
    written: str = yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        width=1 << 30 if unfolded else WIDTH,
        sort_keys=False,
        default_flow_style=False,
    )
    # libyaml ends a document so if its last text keeps its line breaks. A text itself may also end in three dots.
    return written.removesuffix("...\n") if written.endswith("\n...\n") else written


@lru_cache(256)
def key(name: str) -> str:
    """Return the source of a key, quoted if needed."""
    return _dump({name: 0}, unfolded=True).removesuffix(": 0\n")
