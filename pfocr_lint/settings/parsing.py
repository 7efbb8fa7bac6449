"""Settings from the text of a TOML file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from pfocr_lint.diagnostic import Severity
from pfocr_lint.lazy_import import difflib, expression, pathlib
from pfocr_lint.quoting import quote
from pfocr_lint.record.synonyms import SYNONYMS
from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME
from pfocr_lint.settings.model import FAIL_ON, Selection, Settings, SettingsError, codes
from pfocr_lint.version import __version__

# Limits of a settings file: larger ones would only make a run slow.
MAX_BYTES = 1 << 18

PARTS = 50  # of a dotted key: the TOML library takes the square of their number

ENTRIES = 1_000  # of one list or table

LENGTH = 250  # characters of a glob, or of the version that is required

STARS = 10  # of a glob


def own_table(data: bytes, path: pathlib.Path) -> dict[str, Any] | None:
    """Our table in the text of a settings file; None where a pyproject.toml has none. Raises SettingsError."""
    table = _parsed(data, path)
    _headings(table, path)
    return _tool(table, path) if path.name == "pyproject.toml" else table


def _headings(table: Mapping[str, Any], path: pathlib.Path) -> None:
    """Refuse settings under a heading that is wrong for this file: nothing would read them."""
    tools = table.get("tool")
    found = [*table, *(f"tool.{key}" for key in tools)] if isinstance(tools, dict) else [*table]
    for name in found:
        if re.sub(r"[\W_]", "", name.lower()) not in ("pfocrlint", "toolpfocrlint"):
            continue
        if path.name != "pyproject.toml":
            raise SettingsError(f"{path}: leave out {quote(name)}: in this file the settings stand at the top")
        if name != "tool.pfocr-lint":
            raise SettingsError(f"{path}: write '[tool.pfocr-lint]' for {quote(f'[{name}]')}")


def _tool(whole: dict[str, Any], path: pathlib.Path) -> dict[str, Any] | None:
    tools = whole.get("tool", {})
    if not isinstance(tools, dict):
        raise SettingsError(f"{path}: tool is {quote(tools)}, want a table")
    table = tools.get("pfocr-lint")
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{path}: tool.pfocr-lint is {quote(table)}, want a table")
    return table


# The texts and comments of TOML, in which dots part no key.
_TEXTS = expression(r"""\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL)


def _parsed(data: bytes, path: pathlib.Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if len(data) > MAX_BYTES:
        raise SettingsError(f"{path}: is larger than {MAX_BYTES >> 10} KiB")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        if any(part.count(".") > PARTS for part in re.split("[\n,]", _TEXTS.sub("x", text).replace("..", ""))):
            raise SettingsError(f"{path}: has a key of more than {PARTS} parts")
        table: dict[str, Any] = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8, at byte {error.start + 1}") from error
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise SettingsError(f"{path}: is not TOML: {str(error).splitlines()[0]}") from error
    return table


_KEYS: dict[str, Any] = {
    "select": list, "ignore": list, "extend-select": list, "per-file-ignores": dict, "severity": dict,
    "$schema": str, "required-version": str, "exclude": list, "organisms": (str, bool), "organism-synonyms": dict, "fail-on": str,
}  # fmt: skip

_NAMES = {list: "a list of texts", dict: "a table", str: "a text"}

_VALUES = {"organisms": "a folder, or false", "fail-on": "'error' or 'warning'"}


def parse(table: Mapping[str, Any], where: str, root: str) -> Settings:
    """Settings from a TOML table. Raises SettingsError."""
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key.replace("_", "-"), _KEYS, 1, 0.6)
            hint = f"; did you mean {quote(near[0])}?" if near else f"; known are {', '.join([*_KEYS][1:])}"
            raise SettingsError(f"{where}: unknown setting {quote(key)}{hint}")
        wanted = _KEYS[key]
        wrong = [item for item in value if not isinstance(item, str)] if isinstance(value, list) else []
        if isinstance(value, (list, dict)) and len(value) > ENTRIES:
            raise SettingsError(f"{where}: {key} has {len(value):,} entries, want at most {ENTRIES:,}")
        if wrong or not isinstance(value, wanted) or value is True or (key == "fail-on" and value not in FAIL_ON):
            said = f"holds {quote(wrong[0])}" if wrong else f"is {quote(value)}"
            raise SettingsError(f"{where}: {key} {said}, want {_VALUES.get(key) or _NAMES[wanted]}")
    ignores = []
    for glob, given in table.get("per-file-ignores", {}).items():
        names = [given] if isinstance(given, str) else given
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise SettingsError(f"{where}: per-file-ignores of {quote(glob)} is {quote(names)}, want a list of codes")
        ignores.append((glob, codes(names, f"{where}: per-file-ignores of {quote(glob)}")))
    selection = Selection(
        select=codes(table["select"], f"{where}: select") if "select" in table else None,
        ignore=codes(table.get("ignore", ()), f"{where}: ignore"),
        extend_select=codes(table.get("extend-select", ()), f"{where}: extend-select"),
        origin=where,
    )
    for key in ("exclude", "per-file-ignores"):
        for glob in table.get(key, ()):
            if len(glob) > LENGTH or glob.count("*") > STARS:
                raise SettingsError(f"{where}: {key}: {quote(glob)} has over {LENGTH} characters, or over {STARS} stars")
    required = table.get("required-version")
    if required is not None:
        _require(required, where)
    organisms = table.get("organisms")
    return Settings(
        selections=(selection,),
        per_file_ignores=tuple(ignores),
        severity=tuple(_severities(table.get("severity", {}), where)),
        exclude=tuple(table.get("exclude", ())),
        organisms=organisms,
        organism_synonyms=tuple(_synonyms(table.get("organism-synonyms", {}), where)),
        required_version=required,
        fail_on=table.get("fail-on", "warning"),
        root=root,
        sources=dict.fromkeys(table, where),
    )


def _severities(table: Mapping[str, Any], where: str) -> Iterable[tuple[str, Severity]]:
    for name, level in table.items():
        rule = BY_CODE.get(name) or BY_NAME.get(name)
        if rule is None:
            codes([name], f"{where}: severity")
            raise SettingsError(f"{where}: severity of {quote(name)}: name one rule by its full code")
        if level not in [severity.value for severity in Severity]:
            raise SettingsError(f"{where}: severity of {name} is {quote(level)}, want 'error', 'warning' or 'off'")
        yield rule.code, Severity(level)


def _synonyms(table: Mapping[str, Any], where: str) -> Iterable[tuple[str, str]]:
    spelled: dict[str, str] = {}
    folded = {name.casefold(): latin for name, latin in {**SYNONYMS, **table}.items()}
    for name, latin in table.items():
        if not isinstance(latin, str) or not latin.strip():
            raise SettingsError(f"{where}: organism-synonyms of {quote(name)} is {quote(latin)}, want a latin name")
        if latin in table or folded.get(latin.casefold(), latin) != latin:
            raise SettingsError(f"{where}: organism-synonyms of {quote(name)} is {quote(latin)}, which has another name itself")
        other = spelled.setdefault(name.casefold(), name)
        if table[other] != latin:
            twice = f"organism-synonyms of {quote(other)} and of {quote(name)} are {quote(table[other])} and {quote(latin)}"
            raise SettingsError(f"{where}: {twice}, want one latin name: case is ignored")
        yield name, latin


def _require(wanted: str, where: str) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        if len(wanted) > LENGTH:
            raise InvalidSpecifier
        specifiers = SpecifierSet(wanted if wanted.lstrip()[:1] in "<>=!~" else f"=={wanted}")
    except InvalidSpecifier as error:
        raise SettingsError(f"{where}: required-version is {quote(wanted)}, want for example '>=0.1'") from error
    if not specifiers.contains(__version__, prereleases=True):
        raise SettingsError(f"{where}: required-version is {quote(wanted)}, this is {__version__}")
