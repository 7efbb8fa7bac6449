"""
Reviews the pull requests of a commit: finds them, checks what they introduce by the base's settings, and posts it.

What the event says (repository, branch, commit) is only a question to GitHub: a pull request counts if GitHub lists it as open,
with this branch and this commit.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pfocr_lint.dataclass import replace
from pfocr_lint.errors import UsageError
from pfocr_lint.handbook import pages
from pfocr_lint.integrations.pull_request import posting
from pfocr_lint.integrations.pull_request.client import Client
from pfocr_lint.integrations.pull_request.groups import Group, groups_of, with_resolved
from pfocr_lint.integrations.pull_request.hunks import Hunk, hunks
from pfocr_lint.integrations.pull_request.posting import Found, Options, Pull
from pfocr_lint.integrations.pull_request.wording import Rules
from pfocr_lint.linter import fixer
from pfocr_lint.linter.planned import planned_edits
from pfocr_lint.settings.model import Selection
from pfocr_lint.settings.overrides import Overrides
from pfocr_lint.workspace.files import git_open
from pfocr_lint.workspace.git_fetch import Fetching, fetch_commit
from pfocr_lint.workspace.git_revision import Revision, commit
from pfocr_lint.workspace.introduced import diff_of
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.reading import Unreadable
from pfocr_lint.workspace.revision_files import RevisionFiles, files_at
from pfocr_lint.workspace.settings_choice import Choice
from pfocr_lint.workspace.source import kind_by_path

MOST_RECORDS = 300  # GitHub shows no more files of a pull request
MOST_EVENT = 25 << 20  # bytes

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]{1,250}")


class Asked(NamedTuple):
    """What is reviewed: the commit at the end of a branch, and the repositories of the branch and of the pull request."""

    repository: str
    head_repository: str
    branch: str
    sha: str


def asked(environ: Mapping[str, str]) -> Asked:
    """What the event ``workflow_run`` in the environment asks for. Raises UsageError."""
    repository, path = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_EVENT_PATH", "")
    if not repository or not path:
        raise UsageError("review runs in a workflow of GitHub on the event workflow_run; see docs/adopting.md")
    try:
        data = Path(path).read_bytes()
        run = json.loads(data)["workflow_run"] if len(data) <= MOST_EVENT else {}
        found = Asked(repository, run["head_repository"]["full_name"], run["head_branch"], run["head_sha"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            "the event has no workflow_run with a head repository, branch and commit; see docs/adopting.md"
        ) from None
    for value, form, name in zip(
        found, (_REPOSITORY, _REPOSITORY, _BRANCH, _COMMIT), ("repository", "head repository", "branch", "commit"), strict=True
    ):
        if not isinstance(value, str) or not form.fullmatch(value):
            raise UsageError(f"the event's {name} has no form that a {name} has")
    return found


def client_of(environ: Mapping[str, str]) -> Client:
    """The API, with the token of the environment. Raises UsageError."""
    token, address = environ.get("GITHUB_TOKEN", "").strip(), environ.get("GITHUB_API_URL", "").strip()
    if not token:
        raise UsageError("review needs the token of the workflow: env: GITHUB_TOKEN: ${{ github.token }}")
    if not token.isascii() or not token.isprintable():
        raise UsageError("GITHUB_TOKEN holds characters that no token has")
    address = address or "https://api.github.com"
    if not re.fullmatch(r"https://[^\s@?#]+|http://127\.0\.0\.1:\d+\S*", address):
        raise UsageError("GITHUB_API_URL is not an address that begins with https://")
    return Client(address, token)


def rules_at(address: str) -> Rules:
    """The rules, with their pages at an address in which ``{code}`` stands for the rule's code; '' for none."""
    return Rules(lambda code: pages.about(code).summary, lambda code: address.replace("{code}", code))


def review(
    wanted: Asked, client: Client, options: Options, paths: Sequence[str], environ: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """
    Review the open pull requests of a commit; ``say`` gets lines on what was done.

    Raises ApiError, RevisionError, SettingsError and UsageError.
    """
    site = environ.get("GITHUB_SERVER_URL", "").strip() or "https://github.com"
    pulls = posting.pulls_of(client, *wanted, site)
    if not pulls:
        say(f"no open pull request has the commit {wanted.sha[:12]} at its end; nothing is posted")
    with git_open():
        for pull in pulls:
            found, shown = introduced_by(pull, paths, say)
            posting.post(client, pull, found, shown, options, say)


def introduced_by(pull: Pull, paths: Sequence[str], say: Callable[[str], None]) -> tuple[Found, Mapping[str, Sequence[Hunk]]]:
    """What a pull request introduces, and the lines that its diff shows. Raises RevisionError, SettingsError and UsageError."""
    top, fetching = ".", Fetching(say=say)
    fetch_commit(top, f"refs/pull/{pull.number}/head", pull.sha, fetching)
    base, files = commit(top, pull.base, "the pull request's base"), files_at(top, pull.sha, "the pull request")
    today = time.strftime("%Y-%m-%d")
    choice = Choice(None, base.commit, Overrides(Selection(), None, waivers=True, today=today), files)
    settings_of = choice.settings_of(paths)
    diff = diff_of(paths, base.commit, settings_of, files=files, fetching=fetching, settings_from=base)
    diff = replace(diff, task=Task(revision=diff.base.commit), only_introduced=True)
    groups, others = list[Group](), list[tuple[str, Any]]()
    results = [result for result in diff.results() if result is not None and result.left]
    for result in results[:MOST_RECORDS]:
        name = files.name_of(result.path)
        if name is None:
            continue
        own = _groups(result.path, name, list(result.left), files, diff.base, settings_of)
        groups += own
        grouped = {each.fingerprint for group in own for each in group.findings}
        others += [(name, each) for each in result.left if each.fingerprint not in grouped]
    shown = hunks(files.revision.top, diff.base.commit, pull.sha, {each.path for each in groups})
    return Found(groups, others), shown


def _groups(
    path: str, name: str, findings: Sequence[Any], files: RevisionFiles, base: Revision, settings_of: Callable[[str], Any]
) -> list[Group]:
    """The groups of a record's findings, by the name of its file below the repository's folder."""
    if all(each.fix is None for each in findings):
        return []
    try:
        data = files.load(path)
        data.decode()
    except (Unreadable, UnicodeDecodeError):
        return []
    fixed = fixer.fix(path, data, settings_of(path), unsafe=True, kind=kind_by_path(path), before=files.before(path, base.commit))
    planned = () if fixed.faults else planned_edits(data.decode(), fixed.rounds)
    return with_resolved(groups_of(name, data, findings, planned), findings, fixed.left)
