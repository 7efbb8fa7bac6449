"""
What is posted on a pull request, after a comparison with what was posted before.

Nothing is posted twice: each comment and review has a hidden marker with the fingerprints of its findings, and only those of our
own account count. A comment of ours whose finding is gone says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from pfocr_lint.diagnostic import Diagnostic
from pfocr_lint.integrations.pull_request import wording
from pfocr_lint.integrations.pull_request.client import ApiError, Client
from pfocr_lint.integrations.pull_request.groups import Group
from pfocr_lint.integrations.pull_request.hunks import Hunk

MOST_COMMENTS = 25
MOST_LINES = 60  # of one suggestion
MOST_NAMES = 300  # fingerprints in the marker of a review
UNPROCESSABLE, SERVER_ERROR = 422, 500
_MINIMIZE = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: RESOLVED}) { clientMutationId } }"


class Pull(NamedTuple):
    """A pull request: its number, the commit that it asks to merge, the base's commit, and where its branch is."""

    repository: str
    number: int
    sha: str
    base: str
    place: wording.Place

    @property
    def is_fork(self) -> bool:
        """Whether the branch is in another repository, to which the workflow's token cannot push."""
        return self.place.repository.casefold() != self.repository.casefold()


class Found(NamedTuple):
    """What a pull request introduced: groups with a fix, and findings without one, each with the name of its file."""

    groups: Sequence[Group]
    others: Sequence[tuple[str, Diagnostic]]

    @property
    def names(self) -> list[str]:
        """The fingerprints of all findings."""
        own = [each.fingerprint for group in self.groups for each in group.findings]
        return [*own, *(each.fingerprint for _, each in self.others)]


class Options(NamedTuple):
    """``account`` is the login by which our own comments are known, ``label`` the one that has safe fixes made ('' for none)."""

    account: str
    label: str
    rules: wording.Rules
    most_comments: int = MOST_COMMENTS


def pulls_of(client: Client, repository: str, head_repository: str, branch: str, sha: str, address: str) -> list[Pull]:
    """The open pull requests of a branch whose newest commit is ``sha``. Raises ApiError."""
    owner = head_repository.partition("/")[0]
    listed = client.listed(f"/repos/{repository}/pulls?state=open&head={quote(f'{owner}:{branch}', safe='')}")
    return [pull for each in listed if (pull := _pull(each, repository, head_repository, branch, sha, address)) is not None]


def _pull(given: Any, repository: str, head_repository: str, branch: str, sha: str, address: str) -> Pull | None:
    """One entry of the list, if it is what was asked for: the list is GitHub's, but what was asked for came with an event."""
    try:
        head = given["head"]
        own = head["repo"]["full_name"].casefold() == head_repository.casefold()
        if given["state"] != "open" or head["sha"] != sha or head["ref"] != branch or not own:
            return None
        place = wording.Place(head["repo"]["full_name"], branch, sha, address)
        return Pull(repository, int(given["number"]), sha, given["base"]["sha"], place)
    except (KeyError, TypeError, ValueError):
        return None  # the branch's repository was deleted


def post(
    client: Client, pull: Pull, found: Found, hunks: Mapping[str, Sequence[Hunk]], options: Options, say: Callable[[str], None]
) -> None:
    """Post one review of what is new, and mark the older comments whose finding is gone. Raises ApiError."""
    where = f"/repos/{pull.repository}/pulls/{pull.number}"
    comments = [each for each in client.listed(f"{where}/comments") if _is_ours(each, options)]
    reviews = [each for each in client.listed(f"{where}/reviews") if _is_ours(each, options)]
    standing = set(found.names)
    _mark_fixed(client, pull, comments, standing, say)
    if not found.names:
        _say_all_clear(client, pull, where, reviews, options, say)
        return
    known = _known(comments, reviews)
    again = any(wording.marked("review", each["body"]) is not None for each in reviews)
    groups = [each for each in found.groups if not known.issuperset(one.fingerprint for one in each.findings)]
    others = [(name, each) for name, each in found.others if each.fingerprint not in known]
    if not groups and not others:
        say(f"#{pull.number}: nothing new; what was found was posted before")
        return
    groups.sort(key=wording.worst_first)
    commented = [each for each in groups if _fits(each, hunks.get(each.path, ()))][: options.most_comments]
    elsewhere = [each for each in groups if each not in commented]
    _send(client, pull, where, commented, elsewhere, others, options, say, again=again)


def _send(
    client: Client,
    pull: Pull,
    where: str,
    commented: Sequence[Group],
    elsewhere: Sequence[Group],
    others: Sequence[tuple[str, Diagnostic]],
    options: Options,
    say: Callable[[str], None],
    *,
    again: bool,
) -> None:
    """Post the review; where GitHub refuses the comments, once more with all in its text."""
    rules = options.rules
    for inline in (commented, ()) if commented else ((),):
        in_text = [*elsewhere, *(each for each in commented if each not in inline)]
        names = Found([*inline, *in_text], others).names[:MOST_NAMES]
        text = wording.review_text(
            inline,
            in_text,
            others,
            pull.place,
            rules,
            label=options.label,
            is_fork=pull.is_fork,
            names=names,
            again=again,
        )
        body = {
            "commit_id": pull.sha,
            "event": "COMMENT",
            "body": text,
            "comments": [_comment(each, rules) for each in inline],
        }
        if not _is_as_found(client, pull, where):
            say(f"#{pull.number}: it was closed or changed in the meantime, so nothing is posted; its next check posts a review")
            return
        try:
            _posted(client, where, body, options)
        except ApiError as error:
            if error.status != UNPROCESSABLE or not inline:
                raise
            say(f"#{pull.number}: GitHub takes no suggestions here ({error}); the review has them in its text")
            continue
        say(f"#{pull.number}: posted a review with {len(inline)} suggestions")
        return


def _posted(client: Client, where: str, body: Mapping[str, Any], options: Options) -> None:
    """Post a review; where the answer was lost or bad, once more, unless it is there. Raises ApiError."""
    try:
        client.ask("POST", f"{where}/reviews", body)
    except ApiError as error:
        if 0 < error.status < SERVER_ERROR:
            raise
        there = (each for each in client.listed(f"{where}/reviews") if _is_ours(each, options))
        if not any(each["body"].strip() == body["body"].strip() for each in there):
            client.ask("POST", f"{where}/reviews", body)


def _comment(group: Group, rules: wording.Rules) -> dict[str, Any]:
    lines = group.whole
    place = {"path": group.path, "line": lines.last, "side": "RIGHT", "body": wording.comment(group, rules)}
    return {**place, "start_line": lines.first, "start_side": "RIGHT"} if lines.first < lines.last else place


def _fits(group: Group, hunks: Sequence[Hunk]) -> bool:
    """Whether a group can be one suggestion: its lines are few, in one hunk, and shown in full."""
    lines = group.whole
    inside = any(hunk.first <= lines.first and lines.last <= hunk.last for hunk in hunks)
    return inside and lines.last - lines.first < MOST_LINES and wording.can_be_suggested(lines)


def _is_as_found(client: Client, pull: Pull, where: str) -> bool:
    now = client.ask("GET", where).data
    return isinstance(now, dict) and now.get("state") == "open" and (now.get("head") or {}).get("sha") == pull.sha


def _is_ours(entry: Any, options: Options) -> bool:
    user = entry.get("user") if isinstance(entry, dict) else None
    return isinstance(user, dict) and user.get("login") == options.account and isinstance(entry.get("body"), str)


def _known(comments: Sequence[Mapping[str, Any]], reviews: Sequence[Mapping[str, Any]]) -> set[str]:
    """The fingerprints in comments, and in reviews since all was clear, but for those whose comment says that they are fixed."""
    found: set[str] = set()
    for each in sorted(reviews, key=lambda review: int(review.get("id", 0))):
        found = set() if wording.marked("clear", each["body"]) is not None else found
        found.update(wording.marked("review", each["body"]) or ())
    for kind, change in (("fixed", found.difference_update), ("finding", found.update)):
        for each in comments:
            change(wording.marked(kind, each["body"]) or ())
    return found


def _mark_fixed(
    client: Client, pull: Pull, comments: Sequence[Mapping[str, Any]], standing: set[str], say: Callable[[str], None]
) -> None:
    """Edit those of our comments whose findings are all gone, and fold them where the token may."""
    for each in comments:
        names = wording.marked("finding", each["body"])
        if not names or not standing.isdisjoint(names):
            continue
        path = f"/repos/{pull.repository}/pulls/comments/{int(each['id'])}"
        client.ask("PATCH", path, {"body": wording.fixed(each["body"], pull.sha)})
        try:
            client.graphql(_MINIMIZE, {"id": each["node_id"]})
        except (ApiError, KeyError):
            say(f"#{pull.number}: a comment says that its finding is fixed, and could not be folded")


def _say_all_clear(
    client: Client, pull: Pull, where: str, reviews: Sequence[Mapping[str, Any]], options: Options, say: Callable[[str], None]
) -> None:
    """Say once that nothing is left, where something was."""
    last = max(reviews, key=lambda each: int(each.get("id", 0)), default=None)
    if last is None or wording.marked("clear", last["body"]) is not None:
        say(f"#{pull.number}: nothing to fix")
        return
    if _is_as_found(client, pull, where):
        body = {"commit_id": pull.sha, "event": "COMMENT", "body": wording.all_clear(pull.sha)}
        _posted(client, where, body, options)
        say(f"#{pull.number}: nothing is left to fix, and the review says so")
