"use strict";

const LINE = /^\{"id": ([0-9]+), "batch": "([^"]*)"/; // how each line of a plan begins

function cleared(name) {
  return new Set([...document.querySelectorAll(`input[data-${name}]:not(:checked)`)].map((box) => box.dataset[name]));
}

// The lines of a plan that stay, as pieces of its bytes; throws where the file is another plan.
function reduced(bytes, head, edits, batches) {
  const decoder = new TextDecoder();
  const pieces = [];
  let left = 0;
  let gone = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found + 1;
    const line = bytes.subarray(start, end);
    if (start === 0) {
      if (decoder.decode(line).trimEnd() !== head) throw new Error("This file is another plan than the one that the page shows.");
      pieces.push(line);
    } else {
      const known = LINE.exec(decoder.decode(line.subarray(0, 300)));
      if (known === null) throw new Error("This file is no plan: a line does not begin as those of a plan do.");
      if (edits.has(known[1]) || batches.has(known[2])) gone += 1;
      else left = pieces.push(line) - 1;
    }
    start = end;
  }
  return { pieces, left, gone };
}

const file = document.getElementById("file");
const button = document.getElementById("write");
const status_ = document.getElementById("status");

function show() {
  const [edits, batches] = [cleared("edit").size, cleared("batch").size];
  const parts = [edits ? counted(edits, "edit") : "", batches === 1 ? "1 batch" : batches ? `${batches} batches` : ""].filter(Boolean);
  status_.textContent = parts.length ? `Left out: ${parts.join(" and ")}.` : "All edits stay.";
  button.disabled = !parts.length || !file.files.length;
}

document.addEventListener("change", show);
button.addEventListener("click", async () => {
  document.getElementById("failure").replaceChildren();
  try {
    const head = await unpack("head");
    const bytes = new Uint8Array(await file.files[0].arrayBuffer());
    const { pieces, left, gone } = reduced(bytes, head, cleared("edit"), cleared("batch"));
    const link = make("a", { href: URL.createObjectURL(new Blob(pieces)), download: "reduced.jsonl" });
    link.click();
    status_.textContent = `Written: ${counted(left, "edit")} in reduced.jsonl, ${counted(gone, "edit")} left out.`;
  } catch (error) {
    fail(error.message);
  }
});
show();
document.documentElement.dataset.ready = performance.now().toFixed();
