"""An editor for the tests of the language server: speaks the protocol over the pipes of a process, and edits by its rules."""

from __future__ import annotations

import itertools
import json
import queue
import re
import subprocess
import sys
import threading

TIMEOUT = 20  # seconds


class Client:
    """One session. ``capabilities`` are the client's, merged into those of a client that asks for nothing."""

    def __init__(self, root, *, encodings=None, pulls=False, resolves=False, options=None):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pfocr_lint", "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.root, self.number, self.notes, self.seen = root, 0, queue.Queue(), []
        self.answers = {}
        self.arrived = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        document = {"publishDiagnostics": {}}
        if pulls:
            document["diagnostic"] = {}
        if resolves:
            document["codeAction"] = {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
        self.initialized = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "capabilities": {
                    "general": {"positionEncodings": encodings} if encodings else {},
                    "textDocument": document,
                    "workspace": {"diagnostics": {"refreshSupport": pulls}},
                },
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})

    def send(self, message):
        self.send_raw(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_raw(self, body):
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        """Send a request and return the result; an error of the server is raised."""
        self.number += 1
        number = self.number
        self.send({"id": number, "method": method, "params": params})
        with self.arrived:
            assert self.arrived.wait_for(lambda: number in self.answers, TIMEOUT), f"no answer to {method}"
        answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    def wait(self, method, accept=lambda params: True):
        """Return the parameters of the next notification or request of the server that is accepted."""
        while True:
            message = self.notes.get(timeout=TIMEOUT)
            self.seen.append(message)
            if message["method"] == method and accept(message["params"]):
                return message["params"]

    def open(self, name, text, version=1):
        item = {"uri": self.uri(name), "languageId": "markdown", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, name, version, *changes):
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": self.uri(name), "version": version}, "contentChanges": list(changes)},
        )

    def diagnostics(self, name, version=None):
        """Wait for the diagnostics of a file, of a version if it is given."""
        return self.wait(
            "textDocument/publishDiagnostics",
            lambda params: params["uri"] == self.uri(name) and (version is None or params.get("version") == version),
        )["diagnostics"]

    def actions(self, name, place, only=None):
        context = {"diagnostics": [], **({"only": only} if only else {})}
        return self.request(
            "textDocument/codeAction", {"textDocument": {"uri": self.uri(name)}, "range": place, "context": context}
        )

    def at(self, method, name, line, character):
        return self.request(
            f"textDocument/{method}",
            {"textDocument": {"uri": self.uri(name)}, "position": {"line": line, "character": character}},
        )

    def uri(self, name):
        return (self.root / name).as_uri()

    def end(self) -> None:
        """End the process, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        self.process.wait()

    def close(self):
        """End the session, and return the exit status and what was written to standard error."""
        self.request("shutdown", None)
        self.notify("exit", None)
        _, err = self.process.communicate(timeout=TIMEOUT) if self.process.stdout.closed else (None, self.process.stderr.read())
        return self.process.wait(TIMEOUT), err.decode()

    def _read(self):
        stream = self.process.stdout
        while header := stream.readline():
            length = int(re.match(rb"Content-Length: (\d+)", header)[1])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            if "method" in message:
                if "id" in message:
                    self.send({"id": message["id"], "result": {"applied": True} if "applyEdit" in message["method"] else None})
                self.notes.put(message)
            else:
                with self.arrived:
                    self.answers[message.get("id")] = message
                    self.arrived.notify_all()


def apply(text, edits, encoding="utf-16"):
    """The text after edits, as the protocol says: all positions refer to the old text, and no edits overlap."""
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(position):
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        if encoding == "utf-32":
            return starts[position["line"]] + position["character"]
        codec, width = ("utf-8", 1) if encoding == "utf-8" else ("utf-16-le", 2)
        return starts[position["line"]] + len(line.encode(codec)[: position["character"] * width].decode(codec))

    placed = sorted((offset(edit["range"]["start"]), offset(edit["range"]["end"]), edit["newText"]) for edit in edits)
    assert all(end <= start for (_, end, _), (start, _, _) in itertools.pairwise(placed))
    for start, end, new in reversed(placed):
        text = text[:start] + new + text[end:]
    return text
