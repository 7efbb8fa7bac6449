// The page: an editor with the linter's findings, and what can be done about them.
import { defaultKeymap, history, historyKeymap, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Chunk } from "@codemirror/merge";
import { Compartment, EditorState, Text } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { Engine } from "./engine.js";
import { Form } from "./form.js";

/* global __WORKER__, __SAMPLES__ */
const DELAY = 120; // milliseconds without typing before a check
const MOST = 200; // findings that are listed
const LARGE = 300_000; // characters from which colours are left out
const AT_ONCE = 2 << 20; // bytes of the largest file that is opened
const byId = (id) => document.getElementById(id);

let original = ""; // what the record was when it was opened or pasted
let findings = [];
let checked = null; // the text that the findings are about
let timer;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Colours and theme. In a shadow root the editor adopts its style sheets, so that the policy needs no 'unsafe-inline'.
const dark = matchMedia("(prefers-color-scheme: dark)");
const darkStyle = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "#8fd0ff" },
  { tag: tags.string, color: "#b8e0a0" },
  { tag: [tags.keyword, tags.bool, tags.number], color: "#f2c07a" },
  { tag: tags.comment, color: "#a3b0b9" },
]);
const lightStyle = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "#0b5c7a" },
  { tag: tags.string, color: "#2f5f1e" },
  { tag: [tags.keyword, tags.bool, tags.number], color: "#8a3b00" },
  { tag: tags.comment, color: "#55626b" },
]);
const theme = new Compartment();
const language = new Compartment();
const look = () => [
  EditorView.theme(
    {
      "&": { height: "min(62vh, 44rem)", fontSize: "0.875rem", backgroundColor: "var(--back)", color: "var(--front)" },
      ".cm-gutters": { backgroundColor: "var(--soft)", color: "var(--dim)", borderRight: "1px solid var(--line)" },
      ".cm-scroller": { fontFamily: "ui-monospace, Menlo, Consolas, monospace", lineHeight: "1.5" },
      ".cm-cursor": { borderLeftColor: "var(--front)" },
      ".cm-tooltip": { backgroundColor: "var(--soft)", color: "var(--front)", border: "1px solid var(--dim)", maxWidth: "min(90vw, 40rem)" },
      ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--soft)" },
    },
    { dark: dark.matches },
  ),
  syntaxHighlighting(dark.matches ? darkStyle : lightStyle),
  syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
];

const name = () => byId("name").value.trim();
const text = () => view.state.doc.toString();

const changed = EditorView.updateListener.of((update) => {
  if (!update.docChanged) return;
  if (update.startState.doc.length === 0) original = text();
  byId("done").textContent = "";
  clearTimeout(timer);
  timer = setTimeout(check, DELAY);
  if (!byId("difference").hidden) compare();
});

const extensions = (length) => [
  lineNumbers(), history(), highlightActiveLine(), bracketMatching(), EditorView.lineWrapping, lintGutter(), changed,
  EditorState.lineSeparator.of("\n"), // every other character of the file stays as it is
  EditorView.contentAttributes.of({ "aria-label": "Record", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
  keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
  theme.of(look()), language.of(length > LARGE ? [] : yaml()),
];
const stateOf = (doc) => EditorState.create({ doc: Text.of(doc.split("\n")), extensions: extensions(doc.length) });
const root = byId("editor").attachShadow({ mode: "open" });
const view = new EditorView({ state: stateOf(""), parent: root, root });
dark.addEventListener("change", () => view.dispatch({ effects: theme.reconfigure(look()) }));

function show(doc, fileName) {
  original = doc;
  byId("name").value = fileName;
  view.setState(stateOf(doc));
  if (byId("compare").getAttribute("aria-pressed") === "true") compare();
  check();
}

// Checking. One check at a time; what was typed in the meantime is checked next.
let busy = false;
let again = false;
async function check() {
  if (busy || !engine.ready) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  const doc = text();
  const file = name();
  try {
    if (doc.trim() === "") {
      findings = [];
      checked = doc;
      state("Paste a record, drop a file here, or choose a sample.");
      render();
      form.show(null);
    } else {
      const answer = await engine.call("check", file, doc);
      if (doc === text() && file === name()) {
        [findings, checked] = [answer.diagnostics, doc];
        state(summary(answer), answer.is_record && findings.length === 0 && answer.faults.length === 0);
        render();
        form.show(await engine.call("fields", file, doc));
      } else again = true;
    }
  } catch (error) {
    if (engine.ready) state(`The linter failed: ${error.message}`);
  } finally {
    busy = false;
    if (again) check();
  }
}

function summary(answer) {
  if (!answer.is_record) return "This is not a record: it has neither figid, latin nor image_filename.";
  if (answer.faults.length > 0) return `The linter is not sure: ${answer.faults[0]}`;
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const errors = findings.filter((each) => each.severity === "error").length;
  const parts = [errors && count(errors, "error"), findings.length - errors && count(findings.length - errors, "warning")];
  return findings.length === 0 ? `Nothing to report in this ${answer.kind}.` : `${parts.filter(Boolean).join(" and ")} in this ${answer.kind}.`;
}

function state(words, clean = false) {
  byId("state").textContent = words;
  byId("state").classList.toggle("clean", clean);
}

function render() {
  const safe = findings.filter((each) => each.fix?.safe).length;
  byId("fix-all").disabled = safe === 0;
  byId("fix-all").textContent = safe > 0 ? `Fix all (${safe})` : "Fix all";
  byId("findings").replaceChildren(...findings.slice(0, MOST).map(item));
  if (findings.length > MOST) byId("findings").append(element("li", {}, `… and ${findings.length - MOST} more`));
  view.dispatch(setDiagnostics(view.state, findings.slice(0, 1000).map((each) => ({
    from: Math.min(each.from, view.state.doc.length), to: Math.min(each.to, view.state.doc.length),
    severity: each.severity, source: each.code, message: each.message,
    actions: each.fix ? [{ name: each.fix.safe ? "Fix this" : "Fix this (check the result)", apply: () => fixThis(each) }] : [],
  }))));
}

function item(found) {
  const place = element("button", { type: "button", className: "place", onclick: () => goTo(found) }, `Line ${found.line}: ${found.message}`);
  const rule = element("a", { href: `rules.html#${found.code}`, target: "_blank", rel: "noreferrer" }, `${found.code} ${found.name}`);
  const bar = element("div", { className: "bar" });
  if (found.fix) {
    const label = found.fix.safe ? "Fix this" : "Fix this, then check the result";
    bar.append(element("button", { type: "button", onclick: () => fixThis(found), title: found.fix.message }, label), element("span", {}, found.fix.message));
  }
  const severity = element("span", { className: "severity" }, found.severity === "error" ? "Error" : "Warning");
  return element("li", { className: found.severity }, place, element("p", {}, severity, " · ", rule, " · ", found.about), ...(found.fix ? [bar] : []));
}

function goTo(found) {
  const length = view.state.doc.length;
  view.dispatch({ selection: { anchor: Math.min(found.from, length), head: Math.min(found.to, length) }, effects: EditorView.scrollIntoView(Math.min(found.from, length), { y: "center" }) });
  view.focus();
}

// Fixing. One edit at a time; if the text changed while the linter made one, it is made again for the new text.
let edited = Promise.resolve();
function edit(...what) {
  edited = edited.then(() => editNow(...what));
  return edited;
}

async function editNow(words, call, ...more) {
  try {
    let doc;
    let answer;
    do {
      doc = text();
      answer = await engine.call(call, name(), doc, ...more);
    } while (doc !== text());
    if (answer.refused) {
      byId("done").textContent = `Not done: ${answer.refused}`;
      return;
    }
    view.dispatch({ changes: answer.edits, userEvent: "input.fix" });
    byId("done").textContent = words;
    clearTimeout(timer);
    await check();
  } catch (error) {
    byId("done").textContent = `Not done: ${error.message}`;
  }
}

async function fixThis(found) {
  if (checked !== text()) return;
  await edit(`Fixed: ${found.fix.message}`, "fix_one", found.code, found.fingerprint);
  (byId("findings").querySelector("button") ?? byId("copy")).focus();
}

byId("fix-all").onclick = async () => {
  await edit("Fixed all that is safe to fix.", "fix_all");
  if (byId("fix-all").disabled) byId("copy").focus();
};
byId("undo").onclick = () => undo(view);

// The difference from the record that one began with.
function compare() {
  const [old, now] = [Text.of(original.split("\n")), view.state.doc];
  const rows = [];
  for (const chunk of Chunk.build(old, now, { scanLimit: 500, timeout: 200 })) {
    rows.push(element("div", { className: "gap" }, `line ${now.lineAt(Math.min(chunk.fromB, now.length)).number}`));
    const part = (doc, from, to, sign, kind) => {
      if (from === to) return;
      for (const line of doc.sliceString(from, Math.min(to, doc.length)).replace(/\n$/, "").split("\n")) rows.push(element("div", { className: kind }, `${sign} ${line}`));
    };
    part(old, chunk.fromA, chunk.toA, "−", "removed");
    part(now, chunk.fromB, chunk.toB, "+", "added");
  }
  byId("difference").replaceChildren(...(rows.length > 0 ? rows.slice(0, 2000) : [element("div", { className: "gap" }, "No changes.")]));
}

byId("compare").onclick = () => {
  const shown = byId("difference").hidden;
  byId("difference").hidden = !shown;
  byId("compare").setAttribute("aria-pressed", String(shown));
  if (shown) compare();
};

// In and out.
const fileName = () => {
  const figid = /^figid: *(['"]?)([\w.-]{1,200})\1 *$/m.exec(text());
  return name().replace(/^.*[/\\]/, "") || (figid ? `${figid[2]}.md` : "record.md");
};

byId("copy").onclick = async () => {
  try {
    await navigator.clipboard.writeText(text());
    byId("done").textContent = "Copied.";
  } catch {
    view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
    view.focus();
    byId("done").textContent = "Selected; copy it with Ctrl+C.";
  }
};

byId("download").onclick = () => {
  const url = URL.createObjectURL(new Blob([text()], { type: "text/markdown" }));
  element("a", { href: url, download: fileName() }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  byId("done").textContent = `Downloaded ${fileName()}.`;
};

async function open(file) {
  if (file === undefined) return;
  if (file.size > AT_ONCE) {
    state(`${file.name} is larger than any record can be.`);
    return;
  }
  try {
    const answer = await engine.call("open_file", file.name, new Uint8Array(await file.arrayBuffer()));
    if (answer.problem) state(`${file.name}: ${answer.problem}`);
    else show(answer.text, file.name);
  } catch (error) {
    state(`${file.name} could not be opened: ${error.message}`);
  }
}

byId("open").onclick = () => byId("file").click();
byId("file").onchange = () => open(byId("file").files[0]).then(() => (byId("file").value = ""));
byId("name").oninput = () => {
  clearTimeout(timer);
  timer = setTimeout(check, DELAY);
};
for (const kind of ["dragover", "drop", "dragleave"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    byId("editor").classList.toggle("over", kind === "dragover");
    if (kind === "drop") open(event.dataTransfer.files[0]);
  }, true);
}

byId("samples").onchange = () => {
  const chosen = samples[byId("samples").value];
  if (chosen) show(chosen.text, chosen.name);
};
const samples = await (await fetch(__SAMPLES__)).json().then((all) => all.samples);
byId("samples").append(...samples.map((each, at) => element("option", { value: String(at) }, each.title)));

const form = new Form(byId("form"), byId("fields"), (key, value) => edit(`Wrote ${key}.`, "set_field", key, JSON.stringify(value)));
const engine = new Engine(__WORKER__, (what, reason) => {
  byId("restart").hidden = what !== "ended";
  if (what === "loading") state("Loading the linter (7 MB, once) …");
  if (what === "ended") state(`${reason[0].toUpperCase()}${reason.slice(1)}. Your text is still here.`);
  if (what === "ready") queueMicrotask(check);
});
byId("restart").onclick = () => engine.start();
byId("editor").dataset.ready = "true";

if ("serviceWorker" in navigator && location.protocol !== "file:") navigator.serviceWorker.register("service-worker.js");
