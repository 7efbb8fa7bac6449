// Builds the page: node build.mjs, with the engine's files in build/ (see engine.py). Everything goes to dist/.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const read = (path) => readFileSync(join(here, path));
const digest = (data) => createHash("sha256").update(data).digest("hex").slice(0, 12);
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "assets"), { recursive: true });

function asset(name, data) {
  const ext = extname(name);
  const path = `assets/${name.slice(0, -ext.length)}-${digest(data)}${ext}`;
  writeFileSync(join(dist, path), data);
  return path;
}

async function bundle(entry, define = {}, format = "esm") {
  const result = await build({
    entryPoints: [join(here, "src", entry)], bundle: true, minify: true, write: false, format, target: "es2022", define,
    external: ["./pyodide.mjs"], legalComments: "inline", logLevel: "warning", supported: { "top-level-await": true },
  });
  return result.outputFiles[0].contents;
}

// Pyodide finds its files by their own names, so the folder has the hash.
const parts = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];
const pyodide = `assets/pyodide-${digest(Buffer.concat(parts.map((part) => read(`node_modules/pyodide/${part}`))))}/`;
mkdirSync(join(dist, pyodide));
for (const part of parts) cpSync(join(here, "node_modules/pyodide", part), join(dist, pyodide, part));

const { version } = JSON.parse(read("build/samples.json"));
const engine = asset("engine.zip", read("build/engine.zip"));
const samples = asset("samples.json", read("build/samples.json"));
const place = { __ENGINE__: JSON.stringify(engine), __PYODIDE__: JSON.stringify(pyodide) };
const worker = asset("worker.js", await bundle("worker.js", place));
const main = asset("main.js", await bundle("main.js", { __WORKER__: JSON.stringify(worker), __SAMPLES__: JSON.stringify(samples) }));
const style = asset("style.css", read("style.css"));
const icon = asset("icon.svg", read("icon.svg"));

// CodeMirror writes its styles into the page by itself; where the policy forbids that, it uses adopted style sheets.
const policy = (more) => ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "img-src 'self' data:", "style-src 'self'", ...more].join("; ");
const csp = policy(["script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'", "connect-src 'self'"]);
const fill = (html, values) => html.replace(/\{\{([^}]+)\}\}/g, (_, key) => values[key]);
writeFileSync(join(dist, "index.html"), fill(String(read("index.html")), { csp, "icon.svg": icon, "style.css": style, "main.js": main }));
writeFileSync(
  join(dist, "rules.html"),
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy([])}"><meta name="color-scheme" content="light dark">
<title>pfocr-lint ${version}: the rules</title><link rel="icon" href="${icon}" type="image/svg+xml"><link rel="stylesheet" href="${style}"></head>
<body class="rules"><main><h1>The rules of pfocr-lint</h1>
${read("build/rules.html")}</main></body></html>
`,
);

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield relative(dist, path).replaceAll("\\", "/");
  }
}
const all = [...files(dist)];
const total = digest(Buffer.concat(all.map((path) => readFileSync(join(dist, path)))));
writeFileSync(
  join(dist, "service-worker.js"),
  await bundle("service-worker.js", { __FILES__: JSON.stringify(["./", ...all]), __VERSION__: JSON.stringify(`${version}-${total}`) }, "iife"),
);
