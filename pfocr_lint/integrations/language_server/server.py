"""The server: the client's messages in, diagnostics, edits and help out. What it knows of a text is in ``document``."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from pfocr_lint import __version__
from pfocr_lint.diagnostic import Edit
from pfocr_lint.handbook import pages
from pfocr_lint.integrations.language_server import help as helping
from pfocr_lint.integrations.language_server import offers
from pfocr_lint.integrations.language_server.document import Document, Refused
from pfocr_lint.integrations.language_server.protocol import Protocol
from pfocr_lint.integrations.language_server.records import Records, give
from pfocr_lint.integrations.language_server.text import Text
from pfocr_lint.report import visible
from pfocr_lint.rules.catalogue import BY_CODE
from pfocr_lint.settings.model import DEFAULT, Settings, SettingsError, on_day
from pfocr_lint.workspace import git_history, git_line_ends, git_objects, settings_files
from pfocr_lint.workspace.settings_choice import settings_for

_RECORDS = ("**/_figures/*.md", "**/_organisms/*.md", "**/figures/*.yml", "**/_data/*.tsv")
_WATCHED = (*(f"**/{name}" for name in settings_files.NAMES), *_RECORDS)


class Server(LanguageServer):
    """The state of the server: open documents by address, and the records of the client's folders."""

    def __init__(self) -> None:
        super().__init__(offers.SOURCE, __version__, protocol_cls=Protocol)
        self.documents: dict[str, Document] = {}
        self.versions: dict[str, int] = {}
        self.records = Records(self.settings_of)
        self.asks_for_reason = False
        self._worker = ThreadPoolExecutor(1, "records")
        self._waiting: set[str] = set()
        self._whole = False
        self._running: asyncio.Task[None] | None = None
        self._stopped = False
        self._last_message = ""
        self._base = ""
        self.ended = False

    # settings

    def settings_of(self, path: str) -> Settings:
        """The settings of a path today. Raises SettingsError."""
        return on_day(settings_for(path), time.strftime("%Y-%m-%d"))

    def settings_or_default(self, path: str) -> Settings:
        """The settings of a path; where they are wrong, a message says so once, and the defaults are in force."""
        try:
            return self.settings_of(path)
        except SettingsError as error:
            self.tell(f"{error}; until it is corrected, the default settings are in force")
            return on_day(DEFAULT, time.strftime("%Y-%m-%d"))

    def tell(self, message: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show a message, but not the same twice in a row."""
        if message != self._last_message:
            self._last_message = message
            self.window_show_message(types.ShowMessageParams(kind, visible(f"pfocr-lint: {message}")))

    # documents

    @property
    def folders(self) -> tuple[str, ...]:
        """The client's folders."""
        uris = [folder.uri for folder in self.workspace.folders.values()] or [self.workspace.root_uri or ""]
        paths = (to_fs_path(uri) for uri in uris if uri.startswith("file:"))
        return tuple(path.replace(os.sep, "/") for path in paths if path and os.path.isdir(path))  # noqa: PTH112

    def enter(self) -> None:
        """Make the client's first folder the current one: messages name paths below it, as those of a run there."""
        if self.folders:
            os.chdir(self.folders[0])
            self._base = self.folders[0].rstrip("/")

    def path_of(self, uri: str) -> str:
        """The path of a file, below the first folder if it is there; of another address its path, which shows the kind too."""
        path = (to_fs_path(uri) or uri.partition(":")[2]).replace(os.sep, "/")
        return path.removeprefix(f"{self._base}/") if self._base else path

    def uri_of(self, path: str) -> str:
        """The address of a file."""
        return from_fs_path(path if os.path.isabs(path) else f"{self._base}/{path}") or path  # noqa: PTH117

    def open(self, uri: str, text: str, version: int) -> None:
        """Take an open file."""
        encoding = str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding))
        stores_lf = uri.startswith("file:") and "\r\n" in text and git_line_ends.has_lf(self.path_of(uri))
        self._take(uri, Text(text, encoding, stores_lf=stores_lf), version)

    def _take(self, uri: str, text: Text, version: int) -> None:
        path = self.path_of(uri)
        before = cache(lambda: git_history.before(path, "HEAD") if uri.startswith("file:") else None)
        document = Document(path, text, self.settings_or_default(path), before)
        document.compared = self.records.found(path)
        self.documents[uri], self.versions[uri] = document, version

    def reopen(self, uri: str) -> None:
        """Check the present text again: settings, or what Git knows, may have changed."""
        self._take(uri, self.documents[uri].text, self.versions[uri])

    def publish(self, uris: Iterable[str]) -> None:
        """Send the diagnostics of open files; a client that asks for them gets a request to ask again."""
        if self.pulls:
            return
        for uri in uris:
            found = self.diagnostics(uri)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, self.versions.get(uri)))

    def refresh(self) -> None:
        """Send the diagnostics of all open files."""
        self.publish(list(self.documents))
        diagnostics = getattr(self.client_capabilities.workspace, "diagnostics", None)
        if self.pulls and diagnostics is not None and diagnostics.refresh_support:
            self.workspace_diagnostic_refresh(None)

    def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of an open file; none of a file that is not open."""
        document = self.documents.get(uri)
        if document is None:
            return []
        return offers.diagnostics(document, self.uri_of)

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics itself. Then none are sent: it would show them twice."""
        return getattr(self.client_capabilities.text_document, "diagnostic", None) is not None

    @property
    def resolves(self) -> bool:
        """Whether the client asks for the edit of an action when the user has chosen it."""
        action = getattr(self.client_capabilities.text_document, "code_action", None)
        support = getattr(action, "resolve_support", None)
        return support is not None and "edit" in support.properties and bool(getattr(action, "data_support", False))

    def workspace_edit(self, uri: str, edits: list[Edit]) -> types.WorkspaceEdit:
        """The edits of one file, for the version that the client knows."""
        made = self.documents[uri].text.edits(edits)
        edit = getattr(self.client_capabilities.workspace, "workspace_edit", None)
        if edit is not None and edit.document_changes:
            whose = types.OptionalVersionedTextDocumentIdentifier(uri, self.versions[uri])
            return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(whose, made)])
        return types.WorkspaceEdit(changes={uri: made})

    # records together, in the background

    def compare(self, paths: Iterable[str] = (), *, whole: bool = False) -> None:
        """Read some records again, or all of them, and compare all, in a thread; the diagnostics follow."""
        self._waiting |= set(paths)
        self._whole |= whole
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._compare())

    async def _compare(self) -> None:
        loop = asyncio.get_running_loop()
        while (self._whole or self._waiting) and not self._stopped:
            whole, paths = self._whole, self._waiting
            self._whole, self._waiting = False, set()
            try:
                faults = await loop.run_in_executor(self._worker, self._work, self.folders if whole else None, paths)
            except SettingsError as error:
                self.tell(str(error))
                continue
            except Exception as error:  # noqa: BLE001 - the findings of single records are still shown
                self.tell(f"internal fault: {type(error).__name__}: {error}")
                continue
            for fault in faults:
                self.tell(fault)
            give(self.records, self.documents.values())
            self.refresh()
            if whole:
                freeze_memory()

    def _work(self, folders: tuple[str, ...] | None, paths: set[str]) -> tuple[str, ...]:
        if folders is not None:
            self.records.read([folder if at else "." for at, folder in enumerate(folders)], lambda: self._stopped)
        else:
            self.records.update(paths)
        return () if self._stopped else self.records.compare()

    def stop(self) -> None:
        """End the work in the background."""
        self._stopped = True
        self._worker.shutdown(wait=False, cancel_futures=True)
        git_objects.close()


def freeze_memory() -> None:
    """Take what is loaded by now out of the search for reference cycles: it took up to 30 ms in a few changes of 200."""
    gc.collect()
    gc.freeze()


def _initialize(server: Server, params: types.InitializeParams) -> None:
    server.enter()
    options = params.initialization_options
    server.asks_for_reason = isinstance(options, dict) and options.get("asksForReason") is True


def _initialized(server: Server, _: types.InitializedParams) -> None:
    files = getattr(server.client_capabilities.workspace, "did_change_watched_files", None)
    if files is not None and files.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("watched", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        server.client_register_capability(types.RegistrationParams([registration]), lambda _: None)
    server.compare(whole=True)


def _shutdown(server: Server, _: None) -> None:
    server.ended = True


def _did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    item = params.text_document
    server.open(item.uri, item.text, item.version)
    server.publish([item.uri])


def _did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    document = server.documents.get(uri)
    if document is None:
        return
    server.documents[uri] = document.changed(document.text.changed(params.content_changes))
    server.versions[uri] = params.text_document.version
    server.publish([uri])


def _did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri in server.documents and server.documents[uri].record.data is not None:
        server.reopen(uri)  # Git may know another version by now
    if uri.startswith("file:"):
        server.compare([server.path_of(uri)])


def _did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    if server.documents.pop(uri, None) is not None:
        server.versions.pop(uri, None)
        if not server.pulls:
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def _watched_files_changed(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    paths = [server.path_of(change.uri) for change in params.changes]
    if any(path.rpartition("/")[2] in settings_files.NAMES for path in paths):
        server._last_message = ""
        settings_files.discover.cache_clear()
        for uri in list(server.documents):
            server.reopen(uri)
        server.refresh()
        server.compare(whole=True)
    else:
        server.compare(paths)


def _folders_changed(server: Server, _: types.DidChangeWorkspaceFoldersParams) -> None:
    server.compare(whole=True)


def _pulled(server: Server, params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
    return types.RelatedFullDocumentDiagnosticReport(server.diagnostics(params.text_document.uri))


def _code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    document = server.documents.get(uri)
    if document is None:
        return []
    only = None if params.context.only is None else [str(getattr(kind, "value", kind)) for kind in params.context.only]
    found = list(offers.actions(document, uri, params.range, only, asks=server.asks_for_reason))
    if server.resolves:
        return found
    whole = []
    for action in found:
        with contextlib.suppress(Refused):
            whole.append(_with_edit(server, action))
    return whole


def _with_edit(server: Server, action: types.CodeAction) -> types.CodeAction:
    data = action.data
    if action.command is None and isinstance(data, dict) and data.get("uri") in server.documents:
        uri = data["uri"]
        action.edit = server.workspace_edit(uri, offers.edits(server.documents[uri], data))
    return action


def _resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    try:
        return _with_edit(server, action)
    except Refused as refused:
        server.tell(str(refused), types.MessageType.Warning)
        return action


def _waive(server: Server, uri: str, code: str, fingerprint: str, reason: str) -> None:
    document = server.documents.get(uri)
    if document is None:
        return
    try:
        edits = document.waive(document.by_print(code, fingerprint), reason)
    except Refused as refused:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, visible(f"pfocr-lint: {refused}")))
        return
    edit = server.workspace_edit(uri, edits)
    server.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, f"Waive {code}"), lambda _: None)


def _explain(_: Server, code: str) -> str | None:
    return pages.page(BY_CODE[code]) if code in BY_CODE else None


def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    document = server.documents.get(params.text_document.uri)
    return None if document is None else helping.hover(document, params.position, lambda code: pages.page(BY_CODE[code]))


def _completion(server: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    document = server.documents.get(params.text_document.uri)
    return [] if document is None else helping.completion(document, params.position, lambda: server.records.pages)


def _links(server: Server, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    document = server.documents.get(params.text_document.uri)
    if document is None:
        return []
    known = server.records.pages
    return list(helping.links(document, lambda name: server.uri_of(known[name]) if name in known else None))


def _format(server: Server, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    document = server.documents.get(params.text_document.uri)
    return [] if document is None or not document.is_record else document.text.edits(document.format())


_FEATURES: tuple[tuple[str, Callable[..., Any], Any], ...] = (
    (types.INITIALIZE, _initialize, None),
    (types.INITIALIZED, _initialized, None),
    (types.SHUTDOWN, _shutdown, None),
    (types.TEXT_DOCUMENT_DID_OPEN, _did_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, _did_change, None),
    (types.TEXT_DOCUMENT_DID_SAVE, _did_save, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, _did_close, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, _watched_files_changed, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, _folders_changed, None),
    (
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        _pulled,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=offers.SOURCE),
    ),
    (
        types.TEXT_DOCUMENT_CODE_ACTION,
        _code_actions,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, offers.FIX_ALL], resolve_provider=True),
    ),
    (types.CODE_ACTION_RESOLVE, _resolve, None),
    (types.TEXT_DOCUMENT_HOVER, _hover, None),
    (types.TEXT_DOCUMENT_COMPLETION, _completion, types.CompletionOptions(trigger_characters=[" "])),
    (types.TEXT_DOCUMENT_DOCUMENT_LINK, _links, types.DocumentLinkOptions()),
    (types.TEXT_DOCUMENT_FORMATTING, _format, None),
)


def create() -> Server:
    """The server with all that it offers, not yet connected."""
    server = Server()
    for name, function, options in _FEATURES:
        server.feature(name, options)(function)
    server.command(offers.WAIVE)(_waive)
    server.command("pfocr-lint.explain")(_explain)
    return server


def serve(stdin: BinaryIO, stdout: BinaryIO) -> bool:
    """Serve one client on these streams until the session ends, and return whether the client ended it as it should."""
    server = create()
    try:
        server.start_io(stdin, stdout)
    finally:
        server.stop()
    return server.ended
