"""
Packs the linter and its libraries for Pyodide, and writes the pages of the rules: ``python web/engine.py FOLDER``.

The libraries are those of the environment that runs this script, whose versions ``requirements-dev.txt`` pins. Only their Python
code is taken. The archive is the same for the same input.
"""

from __future__ import annotations

import html
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

from pfocr_lint.handbook.pages import page
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.version import __version__

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent
LIBRARIES = (
    "attrs", "ftfy", "jsonschema", "jsonschema-specifications", "packaging", "PyYAML", "referencing", "ruamel.yaml", "tqdm",
    "typing_extensions", "wcwidth",
)  # fmt: skip
_LEFT_OUT = re.compile(
    r"(?:^|/)(?:tests|benchmarks|cli|__pycache__|[^/]*\.dist-info/(?!METADATA))|\.(?:so|pyd|pyi|pyc|typed|c|h)$|^\.\."
)
_NOT_NEEDED = re.compile(r"/(?:cli|campaign|workspace|language_server|pull_request|github\.py|__pycache__)(?:/|$)|\.pyc$")
_TIME = (1980, 1, 1, 0, 0, 0)
SAMPLES = {
    "a record with small defects": "samples/_figures/PMC7868824__ga1.md",
    "a title that was cut": "samples/_figures/PMC11141639__1091637.fig1.md",
    "a record without findings": "samples/_figures/PMC9405586__biomedicines-10-01841-g001.md",
    "broken YAML": "samples/figures/PMC10024623__JRAAS2023-5445548.006.yml",
    "an organism page": "samples/_organisms/unspecified_plant.md",
}


def members() -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the archive."""
    for path in sorted((ROOT / "pfocr_lint").rglob("*.py")):
        if not _NOT_NEEDED.search(path.as_posix()):
            yield path.relative_to(ROOT).as_posix(), path.read_bytes()
    for path in sorted((ROOT / "schemas").glob("*.json")):
        yield f"pfocr_lint/schemas/{path.name}", path.read_bytes()
    yield "rpds.py", (WEB / "standin/rpds.py").read_bytes()
    for name in LIBRARIES:
        for file in sorted(distribution(name).files or (), key=str):
            if not _LEFT_OUT.search(file.as_posix()):
                yield file.as_posix(), Path(str(file.locate())).read_bytes()


def pack(target: Path) -> None:
    """Write the archive."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members():
            archive.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED, 9)


def rules() -> str:
    """Return the rules' pages as the body of an HTML page; each rule has its code as anchor."""
    parts = []
    for rule in RULES:
        body = cmarkgfm.github_flavored_markdown_to_html(page(rule), Options.CMARK_OPT_DEFAULT)
        parts.append(f'<section id="{html.escape(rule.code)}">\n{re.sub(" lang=", " data-lang=", body)}</section>\n')
    return "".join(parts)


def main(folder: Path) -> None:
    """Write ``engine.zip``, ``rules.html`` (a body) and ``samples.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    pack(folder / "engine.zip")
    (folder / "rules.html").write_text(rules(), encoding="utf-8", newline="\n")
    samples = [
        {"title": title, "name": Path(path).name, "text": (ROOT / path).read_bytes().decode()} for title, path in SAMPLES.items()
    ]
    (folder / "samples.json").write_text(json.dumps({"version": __version__, "samples": samples}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
