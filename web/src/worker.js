// Runs the linter: a module worker, because Pyodide refuses classic ones.
/* global self, __ENGINE__, __PYODIDE__ */
let python;
let page;

// the worker lies in a folder of the page's assets
const at = (path) => new URL(`../${path}`, self.location.href).href;

const start = (async () => {
  const base = at(__PYODIDE__);
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  const archive = fetch(at(__ENGINE__)).then((answer) => answer.arrayBuffer());
  python = await loadPyodide({ indexURL: base });
  python.unpackArchive(await archive, "zip", { extractDir: "/engine" });
  python.runPython("import sys; sys.path.insert(0, '/engine')");
  page = python.pyimport("pfocr_lint.integrations.browser.page");
})();
start.then(() => self.postMessage({ ready: true }), (error) => self.postMessage({ failed: String(error) }));

// A file's bytes have to become Python's; texts do by themselves.
const asPython = (value) => (value instanceof Uint8Array ? python.toPy(value).tobytes() : value);

self.onmessage = async ({ data: { id, call, args } }) => {
  try {
    await start;
    self.postMessage({ id, answer: JSON.parse(page[call](...args.map(asPython))) });
  } catch (error) {
    self.postMessage({ id, error: String(error).trim().split("\n").pop() });
  }
};
