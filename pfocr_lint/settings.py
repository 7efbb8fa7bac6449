"""Settings: from TOML and flags to which rules are on for which file."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Any

from pfocr_lint import __version__
from pfocr_lint.diagnostic import Severity, quote
from pfocr_lint.globs import matches
from pfocr_lint.ondemand import difflib, expression, pathlib
from pfocr_lint.rule import nearest
from pfocr_lint.rules import BY_CODE, BY_NAME, COMPARING, ON_PAGES, RULES
from pfocr_lint.synonyms import SYNONYMS, Synonyms
from pfocr_lint.values import dataclass, field

FILE = "pfocr-lint.toml"

# What a settings file may ask for: more would make a run slow, not the records better.
MAX_BYTES = 1 << 18
PARTS = 50  # of a dotted key: the TOML library takes the square of their number
ENTRIES = 1_000  # of one list or table
LENGTH = 250  # characters of a glob, or of the version that is required
STARS = 10  # of a glob


class SettingsError(Exception):
    """A setting or flag that is wrong; the message is one line that names it and what is wanted."""


@dataclass(frozen=True)
class Selection:
    """
    What one source, a file or the flags, says of which rules run: codes, prefixes or names. None: it says nothing.

    ``origin`` is the file, or the command line.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    origin: str = field(default_factory=str, compare=False)

    @property
    def compares(self) -> bool:
        """Whether rules that compare records with each other are asked for; those that need the organism pages alone are not."""
        compared = [rule.code for rule in COMPARING if rule not in ON_PAGES]
        names = (*(self.select or ()), *self.extend_select)
        return any(reach(code, name) >= len("PF4") for code in compared for name in names)


@dataclass(frozen=True)
class Settings:
    """
    What is in force for a set of records.

    ``root`` is the folder that globs are relative to; ``sources`` maps a setting's name to where it comes from; ``waivers``
    says whether the waivers in records hold.
    """

    selections: tuple[Selection, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    exclude: tuple[str, ...] = ()
    organisms: str | bool | None = None
    organism_synonyms: tuple[tuple[str, str], ...] = ()
    required_version: str | None = None
    fail_on: str = "warning"
    waivers: bool = True
    root: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    @cached_property
    def synonyms(self) -> Synonyms:
        """Organism name -> latin name."""
        return Synonyms({**SYNONYMS, **dict(self.organism_synonyms)})

    @cached_property
    def enabled(self) -> dict[str, Severity]:
        """Code -> severity of the rules that run, without regard to a file."""
        on = {rule.code: rule.severity for rule in RULES if rule.default}
        for selection in self.selections:
            if selection.select is not None:
                on = {}
            for rule in RULES:
                wanted = max(
                    (reach(rule.code, name) for name in (*(selection.select or ()), *selection.extend_select)), default=0
                )
                refused = max((reach(rule.code, name) for name in selection.ignore), default=0)
                if wanted > refused and (rule.default or wanted == OWN):
                    on[rule.code] = rule.severity
                elif refused and refused >= wanted:
                    on.pop(rule.code, None)
        levels = dict(self.severity)
        return {
            code: levels.get(code, severity)
            for code, severity in sorted(on.items())
            if levels.get(code, severity) is not Severity.OFF
        }

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The rules of :attr:`enabled`."""
        return tuple(self.enabled)

    def rules_for(self, path: str) -> dict[str, Severity]:
        """Code -> severity of the rules that run on one file."""
        here = self.below(path) if self.per_file_ignores else ""
        ignored = {name for glob, names in self.per_file_ignores if matches(here, glob) for name in names}
        if not ignored:
            return self.enabled
        return {code: level for code, level in self.enabled.items() if not any(reach(code, name) for name in ignored)}

    def excludes(self, path: str) -> bool:
        """Whether a file found in a folder is left out."""
        here = self.below(path) if self.exclude else ""
        return any(matches(here, glob) for glob in self.exclude)

    def below(self, path: str) -> str:
        """A path as globs see it: from the settings' folder on where it lies in that, by its name or by its folder's real one."""
        if self.root is not None:
            for way in (os.path.abspath, whole):
                with contextlib.suppress(ValueError):
                    return pathlib.Path(way(path)).relative_to(self.root).as_posix()
        return pathlib.PurePath(path).as_posix()


real = cache(os.path.realpath)  # many files share a folder


def whole(path: str) -> str:
    """The whole path of a file, the links on the way to it followed."""
    folder, name = os.path.split(path)
    return os.path.join(real(os.path.join(os.getcwd(), folder)), name)  # noqa: PTH109, PTH118 - no ".." is resolved before a link


DEFAULT = Settings()
OWN = 1000


def reach(code: str, name: str) -> int:
    """How closely a code, prefix or name means a rule: 0 not at all, more the more exactly."""
    if name == code or BY_NAME.get(name) is BY_CODE[code]:
        return OWN
    return len(name) if code.startswith(name) else 0


def codes(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Check codes, prefixes and names. Raises SettingsError for one that means no rule, naming the nearest."""
    found = []
    for name in names:
        if name not in BY_NAME and not any(code.startswith(name) for code in BY_CODE):
            near = nearest(name)
            hint = f", nearest is {quote(near)}" if near else ""
            raise SettingsError(f"{where}: there is no rule {quote(name)}{hint}")
        if not name:
            raise SettingsError(f"{where}: a rule's code is empty")
        found.append(name)
    return tuple(dict.fromkeys(found))


@cache
def discover(folder: str) -> Settings:
    """The settings nearest to a folder, upward. Raises SettingsError for a file that is wrong."""
    parent, last = folder, ""
    while parent != last:
        for name in (FILE, "pyproject.toml"):
            if os.path.lexists(os.path.join(parent, name)):  # noqa: PTH118 - pathlib takes 8 ms to import
                path = pathlib.Path(parent, name)
                if path.is_symlink() and not inside(str(path), parent):
                    raise SettingsError(f"{path}: is a link that leads out of the repository")
                settings = _from_file(path, parent)
                if settings is not None:
                    return settings
        parent, last = os.path.dirname(parent), parent  # noqa: PTH120
    return DEFAULT


def load(path: pathlib.Path) -> Settings:
    """Settings from one TOML file that is named. Raises SettingsError."""
    settings = _from_file(path, str(path.parent.resolve()))
    if settings is None:
        raise SettingsError(f"{path}: has no table [tool.pfocr-lint]")
    return settings


def _from_file(path: pathlib.Path, root: str) -> Settings | None:
    """Settings of the work tree, where the folder that they name must be; those of another revision may name one that went."""
    settings = from_bytes(_read(path), path, root)
    named = settings.organisms if settings is not None else None
    if isinstance(named, str) and not os.path.isdir(os.path.join(root, named)):  # noqa: PTH112, PTH118
        raise SettingsError(f"{path}: organisms is {quote(named)}, and there is no such folder")
    return settings


def from_bytes(data: bytes, path: pathlib.Path, root: str) -> Settings | None:
    """Settings from what a settings file holds; None where a pyproject.toml has no table of ours. Raises SettingsError."""
    table = _parsed(data, path)
    _headings(table, path)
    project = _tool(table, path) if path.name == "pyproject.toml" else table
    return None if project is None else parse(project, str(path), root)


def work_tree(folder: str) -> str | None:
    """The Git work tree that a folder belongs to, if any."""
    parent, last = folder, ""
    while parent != last:
        if os.path.exists(os.path.join(parent, ".git")):  # noqa: PTH110, PTH118 - pathlib takes 4 ms to import
            return parent
        parent, last = os.path.dirname(parent), parent  # noqa: PTH120
    return None


def inside(path: str, folder: str) -> bool:
    """Whether a path, with its links followed, stays in the repository of a folder; without one, in that folder."""
    home = os.path.realpath(folder)
    try:
        return lies_in(os.path.realpath(path), work_tree(home) or home)
    except ValueError:  # no name of a file
        return False


def lies_in(path: str, folder: str) -> bool:
    """Whether one real path is that of a folder, or of something below it."""
    try:
        return os.path.commonpath([path, folder]) == folder
    except ValueError:  # on another drive
        return False


def _headings(table: Mapping[str, Any], path: pathlib.Path) -> None:
    """Refuse settings below a heading that only another file has, or none: nothing would read them."""
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


def _read(path: pathlib.Path) -> bytes:
    """The bytes of a settings file; a pipe is not waited for."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise SettingsError(f"{path}: is not a file")
            with open(handle, "rb", closefd=False) as file:
                return file.read(MAX_BYTES + 1)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


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
    "required-version": str, "exclude": list, "organisms": (str, bool), "organism-synonyms": dict, "fail-on": str,
}  # fmt: skip
_NAMES = {list: "a list of texts", dict: "a table", str: "a text"}
_VALUES = {"organisms": "a folder, or false", "fail-on": "'error' or 'warning'"}
FAIL_ON = ("error", "warning")


def parse(table: Mapping[str, Any], where: str, root: str) -> Settings:
    """Settings from a TOML table. Raises SettingsError."""
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key.replace("_", "-"), _KEYS, 1, 0.6)
            hint = f", nearest is {quote(near[0])}" if near else f"; known are {', '.join(_KEYS)}"
            raise SettingsError(f"{where}: unknown setting {quote(key)}{hint}")
        wanted = _KEYS[key]
        odd = [item for item in value if not isinstance(item, str)] if isinstance(value, list) else []
        if isinstance(value, (list, dict)) and len(value) > ENTRIES:
            raise SettingsError(f"{where}: {key} has {len(value):,} entries, want at most {ENTRIES:,}")
        if odd or not isinstance(value, wanted) or value is True or (key == "fail-on" and value not in FAIL_ON):
            said = f"holds {quote(odd[0])}" if odd else f"is {quote(value)}"
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
    if isinstance(organisms, str) and not inside(os.path.join(root, organisms), root):  # noqa: PTH118 - an absolute one stays so
        raise SettingsError(f"{where}: organisms is {quote(organisms)}, want a folder inside the repository")
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
