"use strict";

const PAGE = 50; // findings that are shown together

// Sums of the differences that a column holds.
function summed(differences) {
  const numbers = new Int32Array(differences.length);
  let last = 0;
  for (let at = 0; at < differences.length; at++) numbers[at] = last += differences[at];
  return numbers;
}

class Findings {
  constructor(data) {
    Object.assign(this, data);
    this.record = summed(data.record);
    this.body = summed(data.body);
  }

  // What is searched in each body and record, made at the first search.
  get bodyText() {
    const { code, message, key, source } = this.bodies;
    return (this.bodyTexts ??= code.map((each, at) => `${each} ${message[at]} ${key[at]} ${source[at].flat().join("")}`.toLowerCase()));
  }

  get recordText() {
    return (this.recordTexts ??= this.paths.map((path, at) => {
      const names = this.organism[at].map((number) => this.organisms[number]);
      return [path, this.years[this.year[at]] ?? "", this.journals[this.journal[at]] ?? "", ...names].join(" ").toLowerCase();
    }));
  }

  // The numbers of the findings that fit: a word may be in the finding or in its record; "" means any.
  matching({ words, rule, severity, fix, year, journal, organism }) {
    const bits = words.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 30);
    const all = 2 ** bits.length - 1;
    const [bodyText, recordText] = bits.length ? [this.bodyText, this.recordText] : [[], []];
    const mask = (text) => bits.reduce((sum, word, bit) => (text.includes(word) ? sum | (1 << bit) : sum), 0);
    const { bodies } = this;
    const bodyMask = new Int32Array(bodies.code.length).fill(-1);
    for (let at = 0; at < bodyMask.length; at++) {
      const fits = (!rule || bodies.code[at] === rule) && (!severity || bodies.severity[at] === severity);
      if (fits && (fix === "" || bodies.safety[at] === (fix === "person" ? "" : fix))) bodyMask[at] = mask(bodyText[at]);
    }
    const recordMask = new Int32Array(this.paths.length).fill(-1);
    for (let at = 0; at < recordMask.length; at++) {
      const fits = (year === "" || this.year[at] === +year) && (journal === "" || this.journal[at] === +journal);
      if (fits && (organism === "" || this.organism[at].includes(+organism))) recordMask[at] = mask(recordText[at]);
    }
    const found = [];
    for (let at = 0; at < this.body.length; at++) {
      const one = bodyMask[this.body[at]];
      const other = recordMask[this.record[at]];
      if (one >= 0 && other >= 0 && (one | other) === all) found.push(at);
    }
    return found;
  }

  row(at) {
    const [body, record, line] = [this.body[at], this.record[at], this.line[at]];
    const of = (name) => this.bodies[name][body];
    const path = this.paths[record];
    const excerpt = of("source").map(([before, inside, after], number) =>
      make("span", null, number ? "\n" : "", before, inside ? make("mark", null, inside) : "", after));
    const [before, after] = [this.around[this.before[at]], this.around[this.after[at]]];
    if (before) excerpt.unshift(make("span", { class: "quiet" }, `${before}\n`));
    if (after) excerpt.push(make("span", { class: "quiet" }, `\n${after}`));
    const fix = of("fix") ? make("p", { class: "quiet" }, `${of("safety") === "safe" ? "Fix" : "Fix, to be reviewed"}: ${of("fix")}`) : null;
    const said = make("td", { class: "message" }, of("message"), excerpt.length ? make("pre", null, ...excerpt) : null, fix,
      ...of("related").map((each) => make("p", { class: "quiet" }, each)));
    const place = make("td", null, make("span", { class: "path" }, `${path}:${line}`), make("br"));
    if (this.figure[record]) {
      const figure = path.slice(path.lastIndexOf("/") + 1, -3);
      place.append(make("a", { href: `${this.site}${figure}.html`, rel: "noreferrer" }, "on the site"), " ");
    }
    if (this.base) {
      const href = `${this.base}${this.hrefs[record] ?? path}?plain=1#L${line}-L${line + of("lines")}`;
      place.append(make("a", { href, rel: "noreferrer" }, "in Git"));
    }
    const rule = make("td", { class: "nowrap" }, make("strong", null, of("code")), make("br"),
      make("span", { class: of("severity") }, of("severity")));
    return make("tr", null, rule, said, place);
  }
}

class View {
  constructor(findings) {
    this.findings = findings;
    this.form = document.getElementById("filters");
    this.body = document.querySelector("#findings tbody");
    this.status = document.getElementById("status");
    for (const [name, texts] of [["year", findings.years], ["journal", findings.journals], ["organism", findings.organisms]]) {
      const options = texts.map((text, number) => [text, number]).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
      this.form.elements[name].append(...options.map(([text, number]) => make("option", { value: number }, text || "(not known)")));
    }
    this.form.addEventListener("input", () => this.filter());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", () => setTimeout(() => this.filter()));
    document.getElementById("before").addEventListener("click", () => this.show(this.first - PAGE));
    document.getElementById("after").addEventListener("click", () => this.show(this.first + PAGE));
    document.querySelectorAll("button[data-rule]").forEach((button) =>
      button.addEventListener("click", () => {
        this.form.reset();
        this.form.elements.rule.value = button.dataset.rule;
        this.filter();
        document.getElementById("list").scrollIntoView();
        this.form.elements.words.focus({ preventScroll: true });
      }));
    this.filter();
    setTimeout(() => [findings.bodyText, findings.recordText], 100); // before the first search, after the page is shown
  }

  filter() {
    const { words, rule, severity, fix, year, journal, organism } = this.form.elements;
    const started = performance.now();
    this.found = this.findings.matching({
      words: words.value, rule: rule.value, severity: severity.value, fix: fix.value,
      year: year.value, journal: journal.value, organism: organism.value,
    });
    this.show(0);
    document.documentElement.dataset.filtered = (performance.now() - started).toFixed(1);
  }

  show(first) {
    this.first = Math.max(0, Math.min(first, Math.floor(Math.max(0, this.found.length - 1) / PAGE) * PAGE));
    const end = Math.min(this.first + PAGE, this.found.length);
    this.body.replaceChildren(...this.found.slice(this.first, end).map((at) => this.findings.row(at)));
    const range = this.found.length > PAGE ? `, ${(this.first + 1).toLocaleString("en")} to ${end.toLocaleString("en")} are shown` : "";
    this.status.textContent = `${counted(this.found.length, "finding")} of ${this.findings.body.length.toLocaleString("en")}${range}`;
    document.getElementById("before").disabled = this.first === 0;
    document.getElementById("after").disabled = end === this.found.length;
  }
}

unpack("data").then((data) => new View(new Findings(data))).then(() => (document.documentElement.dataset.ready = performance.now().toFixed()),
  () => fail("The list of findings cannot be shown: this browser is too old to unpack it. Use one of 2023 or later."));
