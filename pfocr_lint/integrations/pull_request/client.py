"""
GitHub's API by the standard library. The token goes to the API's own host, and to no other, and never into a message.

A request is sent again a few times where the server asks for it or fails, after the time that it names. What may have been done
although the answer was lost (POST) is not sent again, but where the server says that it did nothing.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pfocr_lint.report.plain import plain

TRIES = 3
LONGEST_WAIT = 120.0  # seconds before one more try
PATIENCE = 30.0  # seconds for an answer
LARGEST = 16 << 20  # bytes of an answer
PAGES = 30  # of a list, with 100 entries each
HOPS = 3  # redirects


class ApiError(Exception):
    """A request that GitHub refused or did not answer; the message is one line. ``status`` is 0 without an answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Answer(NamedTuple):
    """An answer: its status, its headers by their names in lower case, and its JSON (None where there is none)."""

    status: int
    headers: Mapping[str, str]
    data: Any


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect: the token would go along."""


class Client:
    """The API at an address."""

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address.rstrip("/"), token
        # no proxy handler is left out: a company's proxy is the machine's own setting
        self._opener = urllib.request.build_opener(_Stays)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """The answer to a request; ``path`` begins with a slash. Raises ApiError for each status that is no success."""
        for left in range(TRIES - 1, -1, -1):
            answer = self._sent(method, f"{self._address}{path}", body)
            wait = _wait(answer, is_safe=method != "POST") if left else None
            if wait is None:
                break
            time.sleep(wait)
        if not 200 <= answer.status < 300:
            raise ApiError(_refusal(method, path, answer), answer.status)
        return answer

    def listed(self, path: str) -> Iterator[Any]:
        """All entries of a list, page by page. Raises ApiError."""
        mark = "&" if "?" in path else "?"
        for page in range(1, PAGES + 1):
            found = self.ask("GET", f"{path}{mark}per_page=100&page={page}").data
            if not isinstance(found, list):
                raise ApiError(f"GET {path}: GitHub answered with no list")
            yield from found
            if len(found) < 100:
                return

    def graphql(self, query: str, variables: Mapping[str, Any]) -> Any:
        """The data of a GraphQL query. Raises ApiError."""
        # of github.com the address is api.github.com/graphql, of a server of one's own …/api/graphql beside …/api/v3
        address = self._address.removesuffix("/v3") + "/graphql"
        answer = self._sent("POST", address, {"query": query, "variables": variables})
        found = answer.data if isinstance(answer.data, dict) else {}
        if answer.status != 200 or found.get("errors"):
            raise ApiError(_refusal("POST", "/graphql", answer), answer.status)
        return found.get("data")

    def _sent(self, method: str, address: str, body: Mapping[str, Any] | None) -> Answer:
        for _ in range(HOPS):
            answer = self._sent_once(method, address, body)
            target = answer.headers.get("location")
            if answer.status not in (301, 307, 308) or target is None:
                return answer
            if urlsplit(target)[:2] != urlsplit(self._address)[:2]:
                raise ApiError(f"{method}: GitHub sends to another host, {plain(urlsplit(target).netloc)}", answer.status)
            address = target
        raise ApiError(f"{method}: GitHub sends from one address to another, {HOPS} times")

    def _sent_once(self, method: str, address: str, body: Mapping[str, Any] | None) -> Answer:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": "pfocr-lint",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, headers, method=method)
        try:
            try:
                reply = self._opener.open(request, timeout=PATIENCE)
            except urllib.error.HTTPError as refused:
                reply = refused
            with reply:
                text = reply.read(LARGEST + 1)
                found = {name.lower(): value for name, value in reply.headers.items()}
                return Answer(reply.status, found, _json(text))
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            return Answer(0, {}, {"message": f"no answer: {reason}"})


def _json(text: bytes) -> Any:
    try:
        return json.loads(text) if text and len(text) <= LARGEST else None
    except (ValueError, RecursionError):
        return None


def _wait(answer: Answer, *, is_safe: bool) -> float | None:
    """The seconds before another try; None where none would help, or could do a thing twice."""
    headers = answer.headers
    limited = answer.status in (403, 429) and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")
    if not (limited or (is_safe and (answer.status >= 500 or answer.status == 0))):
        return None
    try:
        if "retry-after" in headers:
            wanted = float(headers["retry-after"])
        elif limited:
            wanted = float(headers["x-ratelimit-reset"]) - time.time()
        else:
            wanted = 2.0
    except (KeyError, ValueError):
        wanted = 2.0
    return max(wanted, 1.0) if wanted <= LONGEST_WAIT else None


def _refusal(method: str, path: str, answer: Answer) -> str:
    said = answer.data.get("message") if isinstance(answer.data, dict) else None
    errors = answer.data.get("errors") if isinstance(answer.data, dict) else None
    more = f" ({json.dumps(errors)[:300]})" if errors else ""
    status = f"status {answer.status}" if answer.status else "no status"
    return plain(f"{method} {path.partition('?')[0]}: {status}: {str(said or 'no message')[:300]}{more}")
