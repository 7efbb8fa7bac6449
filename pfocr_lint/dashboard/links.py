"""Where a record is in the web: on the site, and in Git at one commit."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, urlsplit

from pfocr_lint import quoting
from pfocr_lint.errors import UsageError
from pfocr_lint.workspace.git_objects import answer

SITE = "https://pfocr.wikipathways.org/figures/"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_SCP = re.compile(rf"(?:[^/@:]+@)?({_HOST}):(?!/)(.+)")  # host:path, as ssh takes it
_PARTS = re.compile(r"[A-Za-z0-9._~/%-]+")  # of a path that needs no quoting


def given_base(base: str) -> str:
    """The address before a record's path, from ``--link-base``. Raises UsageError where it is not https."""
    try:
        parts = urlsplit(base)
        is_right = parts.scheme == "https" and re.fullmatch(_HOST, parts.hostname or "") and parts.username is None
    except ValueError:
        is_right = False
    if not is_right or parts.query or parts.fragment or not _PARTS.fullmatch(parts.path or "/"):
        hint = "want https://HOST/PATH, as in https://github.com/OWNER/REPO/blob/main"
        raise UsageError(f"--link-base: {quoting.quote(base)} cannot be used, {hint}")
    return base.rstrip("/") + "/"


def remote(top: str) -> str | None:
    """
    The page of the repository that ``origin`` names, by https, without user and password; None where there is none.

    It is the same for all clones.
    """
    found = answer(top, "config", "--get", "remote.origin.url")
    return None if found is None else _https(os.fsdecode(found).strip())


def commit_base(repository: str, commit: str) -> str:
    """The address before a record's path, for a commit in a repository of that page."""
    return f"{repository}/blob/{commit}/"


def _https(url: str) -> str | None:
    """The page of a repository, from the address that Git uses."""
    try:
        parts = urlsplit(url)
        host, path = parts.hostname, parts.path
        port = f":{parts.port}" if parts.scheme == "https" and parts.port not in (None, 443) else ""
    except ValueError:
        return None
    if parts.scheme not in ("https", "ssh", "git+ssh"):
        scp = _SCP.fullmatch(url)
        if "://" in url or scp is None:
            return None
        host, path, port = scp[1], f"/{scp[2]}", ""
    path = path.rstrip("/").removesuffix(".git")
    if (
        parts.query
        or parts.fragment
        or host is None
        or not re.fullmatch(_HOST, host)
        or not _PARTS.fullmatch(path)
        or ".." in path.split("/")
    ):
        return None
    return f"https://{host}{port}{path}"


def encoded(path: str) -> str:
    """A path in an address."""
    return quote(os.fsencode(path))
