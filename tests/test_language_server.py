"""The language server over its pipes, as an editor meets it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import SEED, clean_text
from language_client import Client, apply

from pfocr_lint.cli import main
from pfocr_lint.linter.fixer import fix

NAME = f"_figures/{SEED}.md"
WRONG = "year: '2021'"  # PF210: reftext has 2022


def with_year(text):
    assert "year: '2022'" in text
    return text.replace("year: '2022'", WRONG)


@pytest.fixture
def client(repository):
    clients = []

    def start(**options):
        clients.append(Client(repository, **options))
        return clients[-1]

    yield start
    for each in clients:
        each.end()


def test_a_session(client):
    """Diagnostics are sent, follow the typing, and go when the file is closed; the session ends with status 0 and no output."""
    editor = client()
    text = with_year(clean_text())
    editor.open(NAME, text)
    (found,) = editor.diagnostics(NAME, 1)
    assert (found["code"], found["source"]) == ("PF210", "pfocr-lint")
    line = found["range"]["start"]["line"]
    assert text.split("\n")[line] == WRONG
    digit = {"start": {"line": line, "character": 10}, "end": {"line": line, "character": 11}}
    editor.change(NAME, 2, {"range": digit, "text": "2"})
    assert editor.diagnostics(NAME, 2) == []
    editor.notify("textDocument/didClose", {"textDocument": {"uri": editor.uri(NAME)}})
    assert editor.close() == (0, "")


@pytest.mark.parametrize(("encoding", "resolves"), [("utf-8", True), ("utf-16", False), ("utf-32", True)])
def test_the_quick_fix_in_every_encoding(client, encoding, resolves):
    editor = client(encodings=[encoding], resolves=resolves)
    assert editor.initialized["capabilities"]["positionEncoding"] == encoding
    text = (
        clean_text().replace("figtitle: ", "figtitle: 𝛼β\u2028 ").replace("publisher_name: MDPI", "publisher_name: ' 𝛼β MDPI '")
    )
    editor.open(NAME, text)
    for found in editor.diagnostics(NAME, 1):
        action = next(
            (
                each
                for each in editor.actions(NAME, found["range"], ["quickfix"])
                if each["title"].startswith(f"{found['code']}: ") and each.get("isPreferred")
            ),
            None,
        )
        if action is None:
            continue
        if resolves:
            assert "edit" not in action
            action = editor.request("codeAction/resolve", action)
        now = apply(text, action["edit"]["changes"][editor.uri(NAME)], encoding)
        assert now != text
        left = {each["code"] for each in _open_again(editor, now)}
        assert found["code"] not in left
    (everything,) = editor.actions(
        NAME, {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, ["source.fixAll"]
    )
    assert everything["kind"] == "source.fixAll.pfocr-lint"
    if resolves:
        everything = editor.request("codeAction/resolve", everything)
    assert apply(text, everything["edit"]["changes"][editor.uri(NAME)], encoding).encode() == fix(NAME, text.encode()).data


def _open_again(editor, text):
    other = NAME.replace("_figures", "sub/_figures")
    editor.open(other, text)
    return editor.diagnostics(other)


def test_a_client_that_pulls_gets_no_second_copy(client):
    editor = client(pulls=True)
    editor.open(NAME, with_year(clean_text()))
    report = editor.request("textDocument/diagnostic", {"textDocument": {"uri": editor.uri(NAME)}})
    assert [each["code"] for each in report["items"]] == ["PF210"]
    editor.close()
    assert editor.notes.empty() or all(each["method"] != "textDocument/publishDiagnostics" for each in editor.notes.queue)


def test_a_broken_text_keeps_what_still_holds(client):
    editor = client()
    text = with_year(clean_text())
    editor.open(NAME, text)
    editor.diagnostics(NAME, 1)
    end = text.split("\n").index("---", 1)
    broken = {"range": {"start": {"line": end, "character": 0}, "end": {"line": end, "character": 0}}, "text": "x: 'a\n"}
    editor.change(NAME, 2, broken)
    codes = [each["code"] for each in editor.diagnostics(NAME, 2)]
    assert "PF210" in codes
    assert any(code.startswith("PF0") for code in codes)


def test_records_are_compared_in_the_background_and_after_a_save(client, repository):
    other = "_figures/PMC9405586__other.md"
    twin = clean_text().replace(SEED, "PMC9405586__other").replace("biomedicines-10-01841-g001.jpg", "other.jpg")
    editor = client()
    path = repository / other
    editor.open(other, twin)
    first = {each["code"] for each in editor.diagnostics(other, 1)}
    path.write_text(twin, encoding="utf-8")
    editor.notify("textDocument/didSave", {"textDocument": {"uri": editor.uri(other)}})
    found = editor.wait(
        "textDocument/publishDiagnostics",
        lambda params: params["uri"] == editor.uri(other) and {each["code"] for each in params["diagnostics"]} - first,
    )["diagnostics"]
    assert {(each["code"], each["message"]) for each in found} == as_the_run(repository, other)


def test_a_value_that_was_edited_since_the_commit_is_replaced_only_by_an_unsafe_fix(client, repository):
    """As a run: Git knows the record, so the corrected copy of the caption is not overwritten without a warning."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "records"]):
        subprocess.run([*git, *command], cwd=repository, check=True)
    text = clean_text()
    head, _, tail = text.partition("  description: ")
    edited = f"{head}  description: Corrected. {tail}"
    (repository / NAME).write_text(edited, encoding="utf-8")
    editor = client()
    editor.open(NAME, edited)
    (found,) = editor.diagnostics(NAME, 1)
    assert found["code"] == "PF206"
    titles = [each["title"] for each in editor.actions(NAME, found["range"]) if each["title"].startswith("PF206: ")]
    assert any("unsafe" in title for title in titles)
    subprocess.run([*git, "commit", "-qam", "corrected"], cwd=repository, check=True)
    editor.notify("textDocument/didSave", {"textDocument": {"uri": editor.uri(NAME)}})
    titles = [each["title"] for each in editor.actions(NAME, found["range"]) if each["title"].startswith("PF206: ")]
    assert not any("unsafe" in title for title in titles)


def as_the_run(folder, name):
    """What a run over the folder reports for a record, with paths below the folder."""
    ran = subprocess.run(
        [sys.executable, "-m", "pfocr_lint", "--output-format", "json", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return {(each["code"], each["message"]) for each in json.loads(ran.stdout)["diagnostics"] if each["path"] == name}


def test_settings_are_watched(client, repository):
    editor = client()
    editor.open(NAME, with_year(clean_text()))
    assert editor.diagnostics(NAME, 1)
    settings = repository / "pfocr-lint.toml"
    settings.write_text('ignore = ["PF210"]\n')
    changed = {"changes": [{"uri": settings.as_uri(), "type": 1}]}
    editor.notify("workspace/didChangeWatchedFiles", changed)
    editor.wait("textDocument/publishDiagnostics", lambda params: not params["diagnostics"])
    settings.write_text('ignor = ["PF210"]\n')
    editor.notify("workspace/didChangeWatchedFiles", changed)
    message = editor.wait("window/showMessage")["message"]
    assert "unknown setting 'ignor'" in message
    assert "\n" not in message


def test_waive_with_a_reason(client):
    editor = client(options={"asksForReason": True})
    text = with_year(clean_text())
    editor.open(NAME, text)
    (found,) = editor.diagnostics(NAME, 1)
    action = next(each for each in editor.actions(NAME, found["range"]) if "waive" in each["title"])
    assert action["command"]["command"] == "pfocr-lint.askAndWaive"
    call = {"command": "pfocr-lint.waive", "arguments": [*action["command"]["arguments"], "printed in 2021"]}
    editor.request("workspace/executeCommand", call)
    edit = editor.wait("workspace/applyEdit")["edit"]["changes"][editor.uri(NAME)]
    now = apply(text, edit)
    assert now == text.replace(WRONG, f"# pfocr-lint: ignore[PF210] printed in 2021\n{WRONG}")
    assert _open_again(editor, now) == []
    call["arguments"][-1] = "two\nlines"
    editor.request("workspace/executeCommand", call)
    assert "line break" in editor.wait("window/showMessage")["message"]


def test_help_at_a_place(client, repository):
    editor = client()
    text = with_year(clean_text())
    lines = text.split("\n")
    editor.open(NAME, text)
    editor.diagnostics(NAME, 1)
    editor.diagnostics(NAME)  # after the comparison, when the organism pages are known
    assert "## PF210" in editor.at("hover", NAME, lines.index(WRONG), 8)["contents"]["value"]
    number = next(at for at, line in enumerate(lines) if line.startswith("figlink"))
    assert "PubMed Central" in editor.at("hover", NAME, number, 2)["contents"]["value"]
    organism = lines.index("- Homo sapiens")
    labels = {each["label"] for each in editor.at("completion", NAME, organism, 2)}
    assert {"Homo sapiens", "Mus musculus", "NA"} <= labels
    targets = {
        each["target"] for each in editor.request("textDocument/documentLink", {"textDocument": {"uri": editor.uri(NAME)}})
    }
    assert any(target.startswith("https://doi.org/10.") for target in targets)
    assert (repository / "_organisms/homo_sapiens.md").as_uri() in targets


HOSTILE = [
    pytest.param(b"{", id="no JSON"),
    pytest.param(b"[]", id="no object"),
    pytest.param(b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 7}}', id="wrong types"),
    pytest.param(b'{"jsonrpc": "2.0", "id": 900, "method": "textDocument/hover", "params": {"textDocument": {"uri": "nowhere"}, "position": {"line": 9, "character": 9}}}', id="a file that is not open"),
    pytest.param(b'{"jsonrpc": "2.0", "id": 901, "method": "workspace/executeCommand", "params": {"command": "pfocr-lint.waive", "arguments": []}}', id="a command without arguments"),
    pytest.param(b'{"jsonrpc": "2.0", "id": 902, "method": "codeAction/resolve", "params": {"title": "x", "data": {"uri": 5, "what": {}}}}', id="an action of its own"),
    pytest.param(b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///nowhere", "version": 1}, "contentChanges": [{"text": "x"}]}}', id="a change of a file that is not open"),
    pytest.param(b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {"uri": "untitled:x", "languageId": "", "version": 1, "text": "\\ud800"}}}', id="a lone surrogate"),
    pytest.param(json.dumps({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {"uri": "file:///_figures/d.md", "languageId": "", "version": 1, "text": "---\n" + "[" * 50_000}}}).encode(), id="deep brackets"),
]  # fmt: skip


def test_hostile_messages_end_nothing(client):
    editor = client()
    for each in HOSTILE:
        editor.send_raw(each.values[0])
        editor.open(NAME, with_year(clean_text()), 5)
        far = {"start": {"line": 10**6, "character": 10**6}, "end": {"line": 2**31 - 1, "character": 2**31 - 1}}
        editor.change(NAME, 6, {"range": far, "text": ""})
        assert [found["code"] for found in editor.diagnostics(NAME, 6)] == ["PF210"], each.id
    status, err = editor.close()
    assert (status, err) == (0, "")


def test_without_pygls_one_line_says_what_to_install(run, monkeypatch):
    from pfocr_lint.cli import server

    monkeypatch.setattr(server, "find_spec", lambda _: None)
    ran = run("server")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "pfocr-lint: the language server needs pygls; install it with: pip install 'pfocr-lint[server]'\n"
    assert main.main  # the command goes through the entry of all commands
