// Serves dist/ as a static host does: node tests/server.mjs PORT
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const dist = join(import.meta.dirname, "../dist");
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json", ".wasm": "application/wasm", ".zip": "application/zip" };
createServer((request, answer) => {
  const path = join(dist, normalize(decodeURIComponent(new URL(request.url, "http://host").pathname)).replace(/\/$/, "/index.html"));
  if (!path.startsWith(dist) || !existsSync(path) || statSync(path).isDirectory()) return answer.writeHead(404).end();
  answer.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Cache-Control": "no-cache" });
  createReadStream(path).pipe(answer);
}).listen(Number(process.argv[2]), "127.0.0.1");
