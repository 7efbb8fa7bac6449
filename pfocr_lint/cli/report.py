"""``pfocr-lint report [PATH …] -o FILE.html``: the quality of the records as one page for a browser."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from pfocr_lint.campaign.base_records import in_repository
from pfocr_lint.campaign.plan_file import Flags
from pfocr_lint.cli import settings_flags
from pfocr_lint.cli.arguments import add_rules, command_parser, intermixed, jobs_of
from pfocr_lint.dashboard.collecting import Collector, collect
from pfocr_lint.dashboard.findings import Collected
from pfocr_lint.dashboard.history import ALWAYS, Point, trend
from pfocr_lint.dashboard.links import commit_base, given_base, remote
from pfocr_lint.dashboard.numbers import About, numbers
from pfocr_lint.dashboard.page import need_templates, write_page
from pfocr_lint.dashboard.report_page import report_page
from pfocr_lint.errors import UsageError
from pfocr_lint.handbook import pages
from pfocr_lint.report import visible
from pfocr_lint.report.machine import dumps
from pfocr_lint.report.plain import counted
from pfocr_lint.report.reporter import CLEAN, FAULT, ReportOptions, Streams
from pfocr_lint.settings.overrides import Overrides
from pfocr_lint.workspace import discovery
from pfocr_lint.workspace.ci_paths import from_root
from pfocr_lint.workspace.files import DISK
from pfocr_lint.workspace.git_objects import output
from pfocr_lint.workspace.git_revision import Revision, RevisionError, commit
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.settings_choice import Choice, folder_of
from pfocr_lint.workspace.work_tree import WorkTree, sources_of


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    flags = intermixed(_parser(), argv)
    need_templates("report")
    jobs, paths = jobs_of(flags.jobs), flags.paths or ["."]
    given = None if flags.link_base is None else given_base(flags.link_base)
    head = _head(paths)
    if flags.history is not None and head is None:
        raise UsageError("--history: the records are in no Git repository with a commit")
    today = settings_flags.day_of(flags.today)
    history = None if flags.history is None or head is None else _history(flags, head, paths, jobs)
    collected = _collected(flags, paths, jobs, today, streams)
    repository = None if head is None else remote(head.top)
    data = numbers(collected, _about(head, repository, paths, today), pages.about, history)
    base = given or (commit_base(repository, head.commit) if repository is not None and head is not None else None)
    write_page(flags.output, report_page(collected, data, base, today), "-o")
    if flags.data is not None:
        write_page(flags.data, dumps(data, indent=1) + "\n", "--data")
    if not flags.quiet:
        what = f"{counted(data['errors'] + data['warnings'], 'finding')} in {counted(data['records'], 'record')}"
        streams.stdout.write(f"{visible(flags.output)}: {what}, {data['clean']:,} of them clean.\n")
    return FAULT if collected.status == FAULT else CLEAN


def _parser() -> argparse.ArgumentParser:
    options = command_parser("report", "Show where the records stand as one page for a browser, which needs no network.")
    options.epilog = "Exit status: 0 done, whatever was found, 2 wrong usage or settings, or no record, 3 internal fault."
    add = options.add_argument
    add("paths", nargs="*", metavar="PATH", help="files or folders (default: current folder)")
    add("-o", "--output", required=True, metavar="FILE.html", help="the page to write")
    add("--data", metavar="FILE.json", help="write the numbers of the page as JSON too")
    add("--history", metavar="REV", help="draw the trend over the first-parent commits since this revision")
    add("--link-base", metavar="URL", help="link records to URL/PATH (default: the commit on the page of the remote 'origin')")
    add("--no-cache", action="store_true", help="check every record and commit again, and write no cache")
    add("--cache-dir", metavar="DIR", help="the cache (default: in the user's cache folder)")
    add("--no-progress", action="store_true", help="show no progress bar")
    add_rules(options.add_argument_group("rules"))
    return options


def _head(paths: Sequence[str]) -> Revision | None:
    """The commit HEAD of the repository of the records; None where there is none."""
    try:
        return commit(folder_of(paths), "HEAD", "report")
    except RevisionError:
        return None


def _about(head: Revision | None, repository: str | None, paths: Sequence[str], today: str) -> About:
    name = os.path.basename(os.path.realpath(folder_of(paths) if head is None else head.top))  # noqa: PTH119
    if head is None:
        return About(name, "", "", today)
    day = output(head.top, "show", "-s", "--format=%cs", head.commit).decode().strip()
    return About(name if repository is None else urlsplit(repository).path.strip("/"), head.commit, day, today)


def _history(flags: argparse.Namespace, head: Revision, paths: Sequence[str], jobs: int | None) -> list[Point]:
    if flags.config is not None:
        raise UsageError("--history and --config cannot be combined: each commit counts with its own settings")
    selection = settings_flags.selection_of(flags)
    named = tuple(sorted({in_repository(head, path) for path in paths}))
    chosen = Flags(
        selection.select, selection.ignore, selection.extend_select, isolated=flags.isolated, today=ALWAYS, paths=named
    )
    return trend(flags.history, head.top, chosen, jobs, flags.cache_dir, no_cache=flags.no_cache)


def _collected(flags: argparse.Namespace, paths: list[str], jobs: int | None, today: str, streams: Streams) -> Collected:
    overrides = Overrides(settings_flags.selection_of(flags), None, waivers=True, today=today)
    choice = Choice(settings_flags.for_all_files(flags), overrides=overrides)
    settings_of = choice.settings_of(paths)
    sources = sources_of(paths, settings_of)
    for source in sources:
        if not DISK.exists(source.path):
            raise UsageError(f"{source.path}: there is no such file")
    task = Task(revision="HEAD", keywords=discovery.has_tables(sources))
    tree = WorkTree(
        paths, sources, task, settings_of, jobs, overrides.selection.compares, no_cache=flags.no_cache, cache_dir=flags.cache_dir
    )
    options = ReportOptions(
        (), streams, lambda _: False, pages.about, from_root, quiet=flags.quiet, no_progress=flags.no_progress, exit_zero=True
    )
    return collect(tree, Collector(options, compares=True), from_root)
