"""
A GitHub on loopback, as far as reviews go: it keeps pull requests, comments and reviews, and refuses what GitHub refuses.

Requests must fit GitHub's own descriptions (``github_api.json``, ``github_api.graphql``), without properties that these do not have.
"""

from __future__ import annotations

import json
import re
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import graphql
from jsonschema import Draft7Validator

HERE = Path(__file__).parent
API = json.loads((HERE / "github_api.json").read_text(encoding="utf-8"))["paths"]
SCHEMA = graphql.build_schema((HERE / "github_api.graphql").read_text(encoding="utf-8"))
TOKEN = "ghs_of_the_workflow"
ACCOUNT = "github-actions[bot]"
MOST_BODY = 65_536


class Refused(Exception):  # noqa: N818 - it is what the server answers
    def __init__(self, status: int, message: str, *errors: str) -> None:
        super().__init__(message)
        self.status, self.data = status, {"message": message, **({"errors": list(errors)} if errors else {})}


def closed(schema):
    """Return a schema whose objects have no other properties than those named."""
    if isinstance(schema, dict):
        made = {key: closed(value) for key, value in schema.items()}
        return {**made, "additionalProperties": False} if "properties" in made and made.get("type") == "object" else made
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


class GitHub:
    """The server of one repository, ``folder``, with the objects of all branches."""

    def __init__(self, folder: Path, repository: str = "wikipathways/pfocr") -> None:
        self.folder, self.repository = folder, repository
        self.pulls: dict[int, dict] = {}
        self.comments: dict[int, list[dict]] = {}
        self.reviews: dict[int, list[dict]] = {}
        self.minimized: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.failures: list[tuple[int, dict[str, str], dict]] = []  # answers to the next requests
        self.before: list = []  # called before the next requests, with method and path
        self.has_pending_review = self.forbids_graphql = False
        self.loses_answer = ""  # to the next review: before or after it is made
        server = self
        self.others: list[str] = []  # requests for another host

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                server._answer(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def git(self, *args: str) -> str:
        return subprocess.run(["git", "-C", self.folder, *args], check=True, capture_output=True).stdout.decode()

    def open(self, number: int, base: str, head: str, branch: str, repository: str | None = None) -> None:
        """Open a pull request of a branch's commit."""
        self.git("update-ref", f"refs/pull/{number}/head", head)
        name = repository or self.repository
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "head": {"sha": head, "ref": branch, "label": f"{name.partition('/')[0]}:{branch}", "repo": {"full_name": name}},
            "base": {"sha": base, "ref": "main"},
        }
        self.comments.setdefault(number, [])
        self.reviews.setdefault(number, [])

    # ---- requests

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        method, path = handler.command, handler.path
        self.requests.append((method, path))
        headers: dict[str, str] = {}
        try:
            if handler.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "Bad credentials")
            if self.before:
                self.before.pop(0)(method, path)
            if self.failures:
                status, headers, data = self.failures.pop(0)
            else:
                status, data = 200, self._done(method, path, json.loads(body) if body else None)
        except Refused as refused:
            status, data = refused.status, refused.data
        text = json.dumps(data).encode()
        handler.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(text))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    def _done(self, method: str, path: str, body):
        parts = urlsplit(path)
        if parts.path == "/graphql":
            return self._graphql(body)
        for pattern, calls in API.items():
            match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern), unquote(parts.path))
            if match is not None and method.lower() in calls:
                return self._called(calls[method.lower()], match.groupdict(), parse_qs(parts.query), body)
        raise Refused(404, "Not Found")

    def _called(self, call: dict, values: dict[str, str], query: dict[str, list[str]], body):
        known = {each["name"]: each["schema"] for each in call["parameters"]}
        assert query.keys() <= known.keys(), query
        for name, given in query.items():
            value = int(given[0]) if known[name].get("type") == "integer" else given[0]
            Draft7Validator(known[name]).validate(value)
        if body is not None:
            Draft7Validator(closed(call["requestBody"])).validate(body)
        if f"{values['owner']}/{values['repo']}" != self.repository:
            raise Refused(404, "Not Found")
        first = {name: given[0] for name, given in query.items()}
        name = call["operationId"].partition("/")[2].replace("-", "_")
        return getattr(self, f"_{name}")(int(values.get("pull_number", values.get("comment_id", 0))), first, body)

    @staticmethod
    def _page(entries: list[dict], query: dict[str, str]) -> list[dict]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return entries[size * (page - 1) : size * page]

    def _list(self, _: int, query: dict[str, str], __):
        found = [each for each in self.pulls.values() if query["state"] in ("all", each["state"])]
        return self._page([each for each in found if each["head"]["label"] == query["head"]], query)

    def _get(self, number: int, *_):
        return self.pulls[number]

    def _list_review_comments(self, number: int, query: dict[str, str], _):
        return self._page(self.comments[number], query)

    def _list_reviews(self, number: int, query: dict[str, str], _):
        return self._page(self.reviews[number], query)

    def _update_review_comment(self, number: int, _, body):
        for comment in (each for own in self.comments.values() for each in own):
            if comment["id"] == number:
                comment["body"] = body["body"]
                return comment
        raise Refused(404, "Not Found")

    def _create_review(self, number: int, _, body):
        if self.loses_answer == "before":
            self.loses_answer = ""
            raise Refused(502, "Bad Gateway")
        if self.has_pending_review:
            raise Refused(422, "Unprocessable Entity", "User can only have one pending review per pull request")
        pull = self.pulls[number]
        base, head = self.git("merge-base", pull["base"]["sha"], pull["head"]["sha"]).strip(), pull["head"]["sha"]
        if body["commit_id"] not in self.git("rev-list", f"{base}..{head}").split():
            raise Refused(422, "Unprocessable Entity", "commit_id is not part of the pull request")
        if len(body["body"]) > MOST_BODY or any(len(each["body"]) > MOST_BODY for each in body.get("comments", ())):
            raise Refused(422, "Unprocessable Entity", "Body is too long")
        for comment in body.get("comments", ()):
            shown = self.shown(base, head).get(comment["path"], [])
            lines = range(comment.get("start_line", comment["line"]), comment["line"] + 1)
            if not lines or not any({*lines} <= hunk for hunk in shown):
                raise Refused(422, "Unprocessable Entity", "Pull request review thread line must be part of the diff")
            if len(lines) == 1 and "start_line" in comment:
                raise Refused(422, "Unprocessable Entity", "start_line must precede the end line.")
        user = {"login": ACCOUNT, "type": "Bot"}
        known = sum(map(len, (*self.comments.values(), *self.reviews.values())))
        for place, comment in enumerate(body.get("comments", ()), 1000 + known):
            self.comments[number].append({**comment, "id": place, "node_id": f"RC_{place}", "user": user})
        self.reviews[number].append({"id": 100 + known, "body": body["body"], "user": user, "commit_id": body["commit_id"]})
        if self.loses_answer == "after":
            self.loses_answer = ""
            raise Refused(502, "Bad Gateway")
        return self.reviews[number][-1]

    def shown(self, base: str, head: str) -> dict[str, list[set[int]]]:
        """The lines of the new version that each hunk of the diff shows, by file; counted line by line."""
        found: dict[str, list[set[int]]] = {}
        name, at = "", 0
        for line in self.git("-c", "core.quotePath=false", "diff", "-M", base, head).split("\n"):
            if line.startswith("+++ b/"):
                name = line[6:]
            elif match := re.match(r"@@ -\S+ \+(\d+)", line):
                at = int(match[1])
                found.setdefault(name, []).append(set())
            elif line[:1] in ("+", " ") and name in found and not line.startswith("+++ "):
                found[name][-1].add(at)
                at += 1
        return found

    def _graphql(self, body):
        if self.forbids_graphql:
            return {"errors": [{"message": "Resource not accessible by integration"}]}
        document = graphql.parse(body["query"])
        assert graphql.validate(SCHEMA, document) == []
        assert body["variables"]["id"].startswith("RC_")
        self.minimized.append(body["variables"]["id"])
        return {"data": {"minimizeComment": {"clientMutationId": None}}}


SUGGESTION = re.compile(r"^(`{3,})suggestion\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


def with_suggestions(text: str, comments: list[dict]) -> str:
    """Return a file after the button of each comment: its lines are replaced by those of the suggestion."""
    lines = text.split("\n")
    for comment in sorted(comments, key=lambda each: -each["line"]):
        first = comment.get("start_line", comment["line"])
        new = SUGGESTION.search(comment["body"])[2]
        lines[first - 1 : comment["line"]] = new.split("\n")[:-1]
    return "\n".join(lines)
