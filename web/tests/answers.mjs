// Answers of the engine in Pyodide: texts as JSON on standard input, answers as JSON on standard output.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const web = join(import.meta.dirname, "..");
const archive = readFileSync(join(web, "build/engine.zip"));
const texts = readFileSync(0, "utf8"); // before Pyodide makes standard input non-blocking
const python = await loadPyodide();
python.unpackArchive(archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.length), "zip", { extractDir: "/engine" });
python.FS.writeFile("/engine/browser_answers.py", readFileSync(join(web, "../tests/browser_answers.py")));
python.runPython("import sys; sys.path.insert(0, '/engine')");
python.globals.set("texts", texts);
process.stdout.write(python.runPython("import json, browser_answers; json.dumps(browser_answers.answers(json.loads(texts)))"));
