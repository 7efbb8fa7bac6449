"""
The step of the GitHub Action: checks the records that a pull request changes, and writes annotations, summary, patch and status.

Untrusted text (names of files, texts of records, branches) is written to the log only where the runner executes no command:
inside the data of a workflow command, or while commands are stopped. The settings come from the base, so that a pull request
cannot turn a rule off for itself.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NoReturn

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.errors import UsageError
from pfocr_lint.handbook import pages
from pfocr_lint.integrations.pull_request.wording import Place
from pfocr_lint.report import unified, visible
from pfocr_lint.report.annotations import command
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.markdown import code, fixed_records
from pfocr_lint.report.plain import counted, plain, things
from pfocr_lint.report.reporter import FAULT, STREAMED_FROM, USAGE, Reporter, ReportOptions, Streams
from pfocr_lint.settings.model import FAIL_ON, Selection, SettingsError
from pfocr_lint.settings.overrides import Overrides
from pfocr_lint.workspace import discovery, many_files, needed
from pfocr_lint.workspace.ci_paths import from_root
from pfocr_lint.workspace.git_checkout import checkout_at
from pfocr_lint.workspace.git_fetch import Fetching
from pfocr_lint.workspace.git_revision import Revision, RevisionError, commit, pull_request_base
from pfocr_lint.workspace.introduced import diff_of
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.revision_files import RevisionFiles, files_of
from pfocr_lint.workspace.run import run as run_scope
from pfocr_lint.workspace.settings_choice import Choice
from pfocr_lint.workspace.source import Source, kind_by_path
from pfocr_lint.workspace.work_tree import WorkTree, sources_of

SUMMARY = 1 << 20  # bytes: GitHub does not show a step summary over 1 MiB
MESSAGE = 4_000  # maximal characters of the message of a failed run

_NOTE = "### The offered fixes as a patch\n\nCopy it into a file `fix.patch`, then `git apply fix.patch`.\n\n"


@dataclass(frozen=True)
class Inputs:
    """
    The inputs of the Action.

    With ``since`` None everything is checked; with ``fail_on`` '' the setting is used. ``today`` is the day of the run. ``files``
    are those of the revision whose records are checked; None means the work tree. ``place`` is the branch of the pull request.
    """

    paths: tuple[str, ...]
    since: Revision | None
    introduced: bool
    form: str
    fail_on: str
    today: str
    files: RevisionFiles | None = None
    place: Place | None = None

    @property
    def pages(self) -> Callable[[str, int], tuple[str, str]] | None:
        """The addresses of a line of the pull request: its page and its editor."""
        place = self.place
        return None if place is None else lambda path, line: (place.line(from_root(path), line), place.editor(from_root(path)))

    @property
    def head(self) -> str:
        """The revision that is checked."""
        return "HEAD" if self.files is None else self.files.commit


def run() -> NoReturn:
    """Run the step of the Action."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(os.environ, sys.stdout))


def main(environ: Mapping[str, str], log: IO[str]) -> int:
    """Check with the inputs in the environment, and return the exit status of pfocr-lint."""
    try:
        inputs = _inputs(environ)
        with TemporaryDirectory() as folder:
            return _check(inputs, Path(folder), environ, log)
    except (UsageError, RevisionError) as error:
        status, problem = USAGE, str(error)
    except Exception as error:  # noqa: BLE001 - a traceback in the log could contain workflow commands from the pull request
        status, problem = FAULT, f"internal fault: {error!r}"
    _write_annotation(problem, "error", log)
    _summarize(_problem(problem), environ)
    return status


def _inputs(environ: Mapping[str, str]) -> Inputs:
    """Read the inputs. Raises UsageError and RevisionError."""

    def given(name: str, default: str) -> str:
        return environ.get(f"PFOCR_LINT_{name}", "").strip() or default

    introduced, form = given("INTRODUCED", "true").lower(), given("FORMAT", "annotations")
    if introduced not in ("true", "false"):
        raise UsageError(f"introduced: '{introduced}' is not 'true' or 'false'")
    if form not in ("annotations", "sarif"):
        raise UsageError(f"format: '{form}' is not 'annotations' or 'sarif'")
    fail_on = given("FAIL_ON", "").lower()
    if fail_on not in ("", *FAIL_ON):
        raise UsageError(f"fail-on: '{fail_on}' is not 'error' or 'warning'")
    paths = tuple(line.strip() for line in given("PATHS", ".").splitlines() if line.strip())
    revision = given("REVISION", "")
    since = given("SINCE", "") or _base(environ, revision or "HEAD")
    base = commit(".", since, "since") if since else None
    files = files_of(paths, revision, "revision") if revision else None
    return Inputs(paths, base, introduced == "true", form, fail_on, time.strftime("%Y-%m-%d"), files, _place(environ))


def _base(environ: Mapping[str, str], revision: str) -> str | None:
    """Return the base commit of the event, or None when the event has no diff."""
    path = environ.get("GITHUB_EVENT_PATH")
    event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    if "merge_group" in event:
        return _sha(event["merge_group"]["base_sha"])
    if "pull_request" not in event:
        return None
    pull = event["pull_request"]
    return pull_request_base(".", _sha(pull["base"]["sha"]), _sha(pull["head"]["sha"]), revision)


def _place(environ: Mapping[str, str]) -> Place | None:
    """Return where the branch of the event's pull request is; None for other events, and where its repository is gone."""
    path = environ.get("GITHUB_EVENT_PATH")
    event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    try:
        head = event["pull_request"]["head"]
        site = environ.get("GITHUB_SERVER_URL", "") or "https://github.com"
        return Place(str(head["repo"]["full_name"]), str(head["ref"]), _sha(head["sha"]), site)
    except (KeyError, TypeError):
        return None


def _sha(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40,64}", value):
        raise UsageError(f"'{value}' in the event is not a commit")
    return value


def _check(inputs: Inputs, folder: Path, environ: Mapping[str, str], log: IO[str]) -> int:
    forms = {name: folder / name for name in ("github", "markdown", "json", "concise")}
    if inputs.form == "sarif":
        forms["sarif"] = Path(environ.get("RUNNER_TEMP") or folder) / "pfocr-lint.sarif"
        forms["sarif"].unlink(missing_ok=True)  # of an earlier run
        del forms["github"]
    messages = io.StringIO()
    fetched: list[str] = []
    status = _run(inputs, [(name, str(path)) for name, path in forms.items()], messages, fetched.append)

    texts = {name: path.read_text(encoding="utf-8") if path.exists() else "" for name, path in forms.items()}
    problem = messages.getvalue().strip()
    if problem:
        _write_annotation(problem, "notice" if texts.get("github") else "error" if status >= USAGE else "warning", log)
    log.write(texts.get("github", ""))
    _write_inert("".join(f"{visible(line)}\n" for line in fetched) + texts["concise"], log)
    found = json.loads(texts["json"] or '{"diagnostics": []}')
    patches = list(_patches(found, inputs))
    asked = _to_do(len(found["diagnostics"])) if inputs.since is not None and found["diagnostics"] else ""
    summary = (_problem(problem) if problem else "") + asked + texts["markdown"]
    _summarize(summary, environ, patches)
    _set_outputs(status, forms.get("sarif"), patches, environ)
    return status


def _run(inputs: Inputs, outputs: Sequence[tuple[str, str | None]], messages: IO[str], say: Callable[[str], None]) -> int:
    """
    Run on the files with the settings of the base.

    Text that is not a diagnostic goes to ``messages``; ``say`` gets lines about what was fetched.
    """
    started = time.perf_counter()
    revision = inputs.since.commit if inputs.since is not None else None
    choice = Choice(
        None, revision, Overrides(Selection(), inputs.fail_on or None, waivers=True, today=inputs.today), inputs.files
    )
    fetching = Fetching(say=say)
    streams = Streams(io.StringIO(), io.StringIO(), messages)
    try:
        settings_of = choice.settings_of(inputs.paths)
        options = ReportOptions(
            outputs,
            streams,
            fails_on_warning=lambda path: settings_of(path).fail_on == "warning",
            rule_help=pages.about,
            path_in_repository=from_root,
            pages=inputs.pages,
        )
        if revision is not None:
            diff = diff_of(inputs.paths, revision, settings_of, files=inputs.files, fetching=fetching, settings_from=inputs.since)
            diff = replace(diff, task=Task(revision=diff.base.commit), only_introduced=inputs.introduced)
            return run_scope(diff, Reporter(options), started)
        if inputs.files is not None:
            needed.for_revision(inputs.files, inputs.paths, fetching)
        sources = sources_of(inputs.paths, settings_of, choice.where)
        task = Task(keywords=discovery.has_tables(sources), revision=inputs.head, files=choice.where)
        reporter = Reporter(options, stream=len(sources) >= STREAMED_FROM, compares=True)
        return run_scope(WorkTree(inputs.paths, sources, task, settings_of), reporter, started)
    except (UsageError, SettingsError) as error:
        messages.write(f"pfocr-lint: {visible(str(error))}\n")
        return USAGE


def _to_do(number: int) -> str:
    """Return the first lines of the job page for a pull request: what its author does about the findings, without a terminal."""
    return (
        f"**{things(number)} to fix in your change.** Open the file in your branch, click the pencil, and change the line: "
        "where a line is shown in red and green, replace the red one by the green one. Then commit.\n\n"
    )


def _write_annotation(text: str, level: str, log: IO[str]) -> None:
    """Write a message as an annotation."""
    lines = "\n".join(plain(line) for line in _cut(text).split("\n"))
    log.write(command(level, {"title": "pfocr-lint"}, lines))


def _write_inert(text: str, log: IO[str]) -> None:
    """Write text to the log while the runner executes no commands."""
    token = secrets.token_hex(16)
    log.write(f"::stop-commands::{token}\n{text}\n::{token}::\n")


def _patches(report: dict[str, Any], inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Yield, for each record with a safe fix of a reported finding, the changes of the fixes and the patch."""
    offered = [d for d in report["diagnostics"] if d["fix"] is not None and d["fix"]["safety"] == "safe"]
    rules = Selection(select=tuple(sorted({d["code"] for d in offered})))
    wanted = Overrides(rules, None, waivers=True, today=inputs.today)
    since = inputs.since
    choice = Choice(None, since.commit if since is not None else None, wanted, inputs.files)
    settings_of = choice.settings_of(inputs.paths)
    sources = [Source(path, settings_of(path), kind_by_path(path)) for path in sorted({d["path"] for d in offered})]
    files = choice.where if since is None or inputs.files is not None else checkout_at(".", since.top)
    task = Task("diff", revision=since.commit if since is not None else inputs.head, files=files)
    for result in many_files.process_all(sources, task, None):
        if result.versions is not None:
            log = FixLog(whole=True)
            log.add(result.fixed)
            yield fixed_records(log.by_record), unified(result.path, *result.versions)


def _summarize(text: str, environ: Mapping[str, str], patches: list[tuple[str, str]] | None = None) -> None:
    """Add text and patches to the job page, up to its size limit."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    written = Path(path).stat().st_size if Path(path).exists() else 0
    with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as page:
        page.write(text + _offer(patches or [], SUMMARY - written - len(text.encode(errors="backslashreplace"))))


def _offer(patches: list[tuple[str, str]], space: int) -> str:
    """Return the patches that fit into ``space`` bytes, and the number of records with another patch."""
    space -= len(_NOTE) + 400  # for the lines around them
    shown: list[str] = []
    fixed: list[str] = []
    for made, text in patches:
        # unprintable characters are lost when a patch is copied, and can hide a part of it
        plainly = all(char.isprintable() or char in "\n\t\u00a0" for char in text)
        size = len(text.encode()) + len(made.encode()) + 1
        if plainly and size <= space:
            space -= size
            shown.append(text)
            fixed.append(f"{made}\n")
    lines = "".join(shown)
    fence = "`" * max(3, max(map(len, re.findall("`+", lines)), default=0) + 1)
    if 2 * len(fence) > space + 100:
        shown = []
    offer = f"\n{_NOTE}{''.join(fixed)}\n{fence}diff\n{lines}{fence}\n" if shown else ""
    more = len(patches) - len(shown)
    if more:
        offer += f"\n**{counted(more, 'record')}** with a fix that is not shown here: `pfocr-lint --fix` applies it.\n"
    return offer


def _problem(text: str) -> str:
    """Return the message of a failed run, for the job page."""
    return "".join(f"- {code(line)}\n" for line in _cut(text).split("\n")) + "\n"


def _cut(text: str) -> str:
    return text if len(text) <= MESSAGE else f"{text[:MESSAGE]} …"


def _set_outputs(status: int, sarif: Path | None, patches: list[tuple[str, str]], environ: Mapping[str, str]) -> None:
    """Set the outputs of the step: the exit status, and files for later steps."""
    folder, path = environ.get("RUNNER_TEMP"), environ.get("GITHUB_OUTPUT")
    if not folder or not path:
        return
    patch = Path(folder) / "pfocr-lint.patch"
    patch.write_bytes("".join(text for _, text in patches).encode())
    outputs = {"status": str(status), "patch": str(patch)}
    if sarif is not None and sarif.exists():
        outputs["sarif"] = str(sarif)
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("".join(f"{name}={value}\n" for name, value in outputs.items()))


if __name__ == "__main__":
    run()
