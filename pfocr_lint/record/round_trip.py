"""
Uses ruamel.yaml for two tasks: to edit a block that has comments, and to read an edited entry with a second parser.

ruamel's own emitter breaks long scalars at other places than libyaml. The emitter here follows libyaml's rule, so text that is
not edited keeps its bytes. If bytes would still change, the block is not edited.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import YAMLError

from pfocr_lint.record.comments import WAIVER
from pfocr_lint.record.limits import WIDTH

# The characters that libyaml does not escape in double quotes.
_PLAIN = re.compile("[ !#-\\[\\]-~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


class LibyamlBreaks(Emitter):
    """Breaks a long scalar at the first single space after the width, like libyaml; never earlier."""

    def write_plain(self, text: str, split: bool = True) -> None:
        if not text:
            return
        if not self.whitespace:
            self._put(" ")
        self.whitespace = self.indention = False
        self._words(text, split, quoted=False)

    def write_single_quoted(self, text: str, split: bool = True) -> None:
        self.write_indicator("'", need_whitespace=True)
        self._words(text, split, quoted=True)
        self.write_indicator("'", need_whitespace=False)

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        self.write_indicator('"', need_whitespace=True)
        last = len(text) - 1
        for index, char in enumerate(text):
            inner = split and 0 < index < last and text[index - 1] != " "
            if char == " " and inner and self.column > self.best_width:
                self.write_indent()
                self._put("\\" if text[index + 1] == " " else "")
            else:
                self._put(char if _PLAIN.match(char) else self._escaped(char))
        self.write_indicator('"', need_whitespace=False)

    def _escaped(self, char: str) -> str:
        short = self.ESCAPE_REPLACEMENTS.get(char)
        if short is not None:
            return f"\\{short}"
        code = ord(char)
        return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"

    def _put(self, text: str) -> None:
        self.column += len(text)
        self.stream.write(text)

    def _words(self, text: str, split: bool, *, quoted: bool) -> None:
        last = len(text) - 1
        broken = False
        for index, char in enumerate(text):
            if char == "\n":
                if not broken:
                    self.write_line_break()
                self.write_line_break()
                broken = True
                continue
            if broken:
                self.write_indent()
                self.whitespace = self.indention = broken = False
            alone = char == " " and text[index - 1 : index] != " " and text[index + 1 : index + 2] != " "
            if alone and split and 0 < index < last and self.column > self.best_width:
                self.write_indent()
                self.whitespace = self.indention = False
            else:
                self._put("''" if quoted and char == "'" else char)
        if broken:
            self.write_indent()


@cache
def _parser() -> Any:
    """Return a YAML 1.1 parser that preserves comments and quotes, and breaks lines like libyaml."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Emitter = LibyamlBreaks
    yaml.version = (1, 1)
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.allow_duplicate_keys = True
    return yaml


@cache
def _untyped() -> Any:
    """Return a YAML 1.1 parser that reads every scalar as text."""
    yaml = YAML(typ="base", pure=True)
    yaml.version = (1, 1)
    return yaml


def untyped(text: str) -> Any:
    """Return the content of YAML source as read by ruamel.yaml, with every scalar as text; None if it cannot be read."""
    try:
        return _untyped().load(text)
    except (YAMLError, ValueError, IndexError):
        return None


def rewrite(block: str, value: Any) -> str | None:
    """
    Return the lines of one top-level entry with another value and the same comments.

    ``block`` is ``key: …`` with all its lines. None if ruamel.yaml would change a byte that is not edited, or lose a comment on
    its own line.
    """
    try:
        parsed = _parser().load(block)
        if _dump(parsed) != block:
            return None
        (key,) = parsed
        parsed[key] = _merged(parsed[key], value)
        text = _dump(parsed)
        if untyped(text) is None or _parser().load(text) != {key: value}:
            return None
    except (YAMLError, ValueError, IndexError, AttributeError, KeyError):
        return None
    own = [line for line in block.split("\n") if line.lstrip().startswith("#")]
    return text if [line for line in text.split("\n") if line.lstrip().startswith("#")] == own else None


def _dump(parsed: Any) -> str:
    stream = io.StringIO()
    _parser().dump(parsed, stream)
    return stream.getvalue().removeprefix("%YAML 1.1\n---\n")


def _merged(old: Any, new: Any) -> Any:
    """Change the commented collection ``old`` to the plain value ``new``; equal values keep their nodes and comments."""
    if isinstance(old, CommentedSeq) and isinstance(new, list):
        return _merged_list(old, new)
    if isinstance(old, CommentedMap) and isinstance(new, dict):
        for key in [key for key in old if key not in new]:
            place = list(old).index(key)
            renamed = list(new)[place] if len(new) == len(old) else None
            if renamed is None or renamed in old:
                raise KeyError(key)  # keys are added and renamed, never dropped
            old.insert(place, renamed, old[key])
            comment = old.ca.items.pop(key, None)
            del old[key]
            if comment is not None:
                old.ca.items[renamed] = comment
        for place, key in enumerate(new):
            if key not in old:
                old.insert(place, key, new[key])
            else:
                old[key] = _merged(old[key], new[key])
        return old
    return old if old == new else new


def _merged_list(old: Any, new: list[Any]) -> Any:
    """
    Drop the items of ``old`` that are not in ``new``, from the end. Comment lines below a dropped item move up.

    A waiver on the line of a dropped item is dropped too. Another comment there may be a curator's reason for the item: then the
    list is not edited. Raises ValueError if the list cannot be edited.
    """
    kept = len(new)
    for place in range(len(old) - 1, -1, -1):
        if kept and old[place] == new[kept - 1]:
            kept -= 1
            continue
        token = (old.ca.items.get(place) or [None])[0]
        beside, _, below = token.value.partition("\n") if token is not None else ("", "", "")
        if beside and WAIVER not in beside:
            raise ValueError("the comment on its line would be lost")
        if below:
            _move_up(old, place, token, below)
        old.ca.items.pop(place, None)
        del old[place]
    if kept:
        raise ValueError("a list only loses items here")
    return old


def _move_up(seq: Any, place: int, token: Any, below: str) -> None:
    above = (seq.ca.items.get(place - 1) or [None])[0]
    if place == 0 or not seq:
        raise ValueError("no item above to carry the comment")
    if above is not None:
        above.value = above.value.rstrip("\n") + "\n" + below
    else:
        token.value = "\n" + below
        seq.ca.items[place - 1] = [token, None]
