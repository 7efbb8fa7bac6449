"""
One HTML file: Jinja2 templates with autoescape, and a policy (CSP) under which only the scripts and styles of this package run.

Large data is compressed and stands in the page as base64. No text of a record is in the page's source but what the templates
escape; scripts put texts into the page as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from pfocr_lint.errors import UsageError
from pfocr_lint.version import __version__
from pfocr_lint.workspace.new_file import write_whole

_FOLDER = files("pfocr_lint.dashboard") / "templates"


def need_templates(command: str) -> None:
    """Raise UsageError where Jinja2 is not installed."""
    if find_spec("jinja2") is None:
        raise UsageError(f"{command} needs Jinja2; install it with: pip install 'pfocr-lint[report]'")


def packed(data: Any) -> str:
    """Data as a script of the page reads it: JSON, compressed, in base64."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15, 9)
    return base64.b64encode(squeeze.compress(text) + squeeze.flush()).decode()


def render(template: str, script: str, **values: Any) -> str:
    """A page from a template, with a style sheet and the scripts ``common.js`` and ``script``."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["counted"] = "{:,}".format
    environment.filters["percent"] = _percent
    style, code = _text("page.css"), f"{_text('common.js')}\n{_text(script)}"
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(code)}; base-uri 'none'; form-action 'none'"
    return environment.get_template(template).render(
        policy=policy,
        style=Markup(style),
        code=Markup(code),
        version=__version__,
        **values,
    )


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _percent(part: int, whole: int) -> str:
    """A share, never rounded to all or to none."""
    if not whole:
        return "–"
    share = 100 * part / whole
    return f"{min(max(share, 0.1), 99.9):.1f} %" if 0 < part < whole else f"{share:.0f} %"


def write_page(target: str, text: str, flag: str) -> None:
    """Write a page to a file. Raises UsageError."""
    try:
        write_whole(target, [text.encode("utf-8", "backslashreplace")])
    except OSError as error:
        raise UsageError(f"{flag}: {target} cannot be written: {error.strerror}") from None
