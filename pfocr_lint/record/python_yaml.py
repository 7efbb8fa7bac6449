"""
PyYAML's loader and dumper in Python, made to read and write as libyaml does, for a browser, where there is no libyaml.

libyaml is a port of PyYAML's Python code, so both read the same texts, with few exceptions; the words of their errors differ.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.error import MarkedYAMLError
from yaml.scanner import ScannerError

# What libyaml writes as it is in double quotes.
_PRINTABLE = re.compile(r"[\x20!#-\[\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_ENDS = "\0\r\n\x85\u2028\u2029"
_BLANKS = f"{_ENDS} \t"
_WHITE = _BLANKS[1:]

# PyYAML's errors, and libyaml's for the same fault.
_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"mapping (values|keys) are not allowed here", r"mapping \1 are not allowed in this context"),
        (r"sequence entries are not allowed here", "block sequence entries are not allowed in this context"),
        (r"found character .* that cannot start any token", "found character that cannot start any token"),
        (r"expected alphabetic or numeric character.*", "did not find expected alphabetic or numeric character"),
        (r"expected the node content.*", "did not find expected node content"),
        (r"(expected ',' or '[\]}]').*", r"did not find \1"),
        (r"expected escape sequence.*", "did not find expected hexdecimal number"),
        (r"found unknown escape character.*", "found unknown escape character"),
        (r"found unexpected document separator", "found unexpected document indicator"),
        (r"expected '<document start>'.*", "did not find expected <document start>"),
        (r"expected (?:chomping or|a comment or a line break).*", "did not find expected comment or line break"),
        (r"expected indentation indicator.*", "found an indentation indicator equal to 0"),
        (r"expected URI,.*", "did not find expected tag URI"),
        (r"expected URI escape.*", "did not find URI escaped octet"),
    )
)
_BLOCK_END = {
    "while parsing a block collection": "did not find expected '-' indicator",
    "while parsing a block mapping": "did not find expected key",
}


class Loader(yaml.SafeLoader):
    """The loader in Python, with libyaml's errors."""

    def scan_to_next_token(self) -> None:
        """Skip to the next token; libyaml skips tabs too where no key may begin."""
        while True:
            if self.column == 0 and self.peek() == "\ufeff":
                self.forward()
                self.column += 1  # PyYAML does not count the mark
            while self.peek() == " " or (self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in _ENDS:
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain_spaces(self, indent: int, start_mark: yaml.Mark) -> list[str]:
        """Return what stands for the white space in a plain text; in libyaml a tab is white space."""
        spaces, breaks = "", []
        while (char := self.peek()) in _WHITE:
            if char not in " \t":
                breaks.append(self.scan_line_break())  # type: ignore[no-untyped-call]
                self.allow_simple_key = True
                if self.prefix(3) in ("---", "...") and self.peek(3) in _BLANKS:
                    return []
                continue
            if breaks and char == "\t" and self.column < indent:
                problem = "found a tab character that violates indentation"
                raise ScannerError("while scanning a plain scalar", start_mark, problem, self.get_mark())
            if not breaks:
                spaces += char
            self.forward()
        if not breaks:
            return [spaces] if spaces else []
        first, *more = breaks
        return [*([first] if first != "\n" else [] if more else [" "]), *more]

    def scan_block_scalar_indentation(self) -> tuple[list[str], int, yaml.Mark]:
        """Skip to the first character of a block; libyaml takes no tab in front of it."""
        chunks, indent, end = super().scan_block_scalar_indentation()
        self._refuse_tab()
        return chunks, indent, end

    def scan_block_scalar_breaks(self, indent: int) -> tuple[list[str], yaml.Mark]:
        """Skip empty lines of a block; libyaml takes no tab in its indentation."""
        chunks, end = super().scan_block_scalar_breaks(indent)
        if self.column < indent:
            self._refuse_tab()
        return chunks, end

    def _refuse_tab(self) -> None:
        if self.peek() == "\t":
            here = self.get_mark()
            problem = "found a tab character where an indentation space is expected"
            raise ScannerError("while scanning a block scalar", here, problem, here)

    def scan_directive(self) -> yaml.DirectiveToken:
        """Read a directive; libyaml takes no unknown one."""
        start = self.get_mark()
        token = super().scan_directive()
        if token.name not in ("YAML", "TAG"):
            raise ScannerError("while scanning a directive", start, "found unknown directive name", token.end_mark)
        return token

    def get_single_node(self) -> yaml.Node | None:
        """Return the nodes of the one document. Raises yaml.YAMLError."""
        try:
            return super().get_single_node()
        except MarkedYAMLError as error:
            error.problem = _translated(error)
            raise


def _translated(error: MarkedYAMLError) -> str | None:
    problem = error.problem
    if problem is None:
        return None
    if error.context == "while scanning a directive" and problem.startswith("expected alphabetic"):
        named = getattr(error.problem_mark, "index", 0) > getattr(error.context_mark, "index", 0) + 1
        return "found unexpected non-alphabetical character" if named else "could not find expected directive name"
    if problem.startswith("expected <block end>"):
        return _BLOCK_END.get(error.context or "", problem)
    for pattern, words in _WORDS:
        if pattern.fullmatch(problem):
            return pattern.sub(words, problem)
    return problem


class Dumper(yaml.SafeDumper):
    """The dumper in Python, with libyaml's choice of quotes."""

    def analyze_scalar(self, scalar: str) -> Any:
        """Return PyYAML's analysis; libyaml writes characters above U+FFFF only as escapes, in double quotes."""
        found = super().analyze_scalar(scalar)
        if scalar and max(scalar) > "\uffff":
            found.allow_flow_plain = found.allow_block_plain = found.allow_single_quoted = found.allow_block = False
        return found

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Write a text in double quotes, with libyaml's line breaks and escapes."""
        self.write_indicator('"', need_whitespace=True)
        folded = False
        for at, char in enumerate(text):
            if char == " ":
                if split and not folded and self.column > self.best_width and 0 < at < len(text) - 1:
                    self.write_indent()
                    if text[at + 1] == " ":
                        self._write("\\")
                else:
                    self._write(char)
                folded = True
                continue
            self._write(char if _PRINTABLE.match(char) else _escape(char))
            folded = False
        self.write_indicator('"', need_whitespace=False)

    def _write(self, text: str) -> None:
        self.column += len(text)
        self.stream.write(text)


def _escape(char: str) -> str:
    if char in Dumper.ESCAPE_REPLACEMENTS:
        return f"\\{Dumper.ESCAPE_REPLACEMENTS[char]}"
    number = ord(char)
    return f"\\x{number:02X}" if number <= 0xFF else f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
