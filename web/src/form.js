// A form for the fields that curators edit. The linter writes the values into the text.
export class Form {
  constructor(holder, fields, write) {
    this.holder = holder;
    this.fields = fields;
    this.write = write;
    this.inputs = new Map();
    fields.onsubmit = (event) => event.preventDefault();
  }

  show(found) {
    this.holder.hidden = found === null;
    for (const field of found ?? []) {
      if (!this.inputs.has(field.key)) this.add(field);
      const { input, hint } = this.inputs.get(field.key);
      const value = field.list ? field.value.join("\n") : field.value;
      input.dataset.value = value;
      if (document.activeElement !== input) input.value = value;
      hint.textContent = `${field.about} Example: ${field.example}`;
    }
  }

  add(field) {
    const long = field.list || field.key === "caption" || field.key === "figtitle";
    const input = document.createElement(long ? "textarea" : "input");
    const hint = document.createElement("small");
    const label = document.createElement("label");
    input.id = `field-${field.key}`;
    if (long) input.rows = field.key === "caption" ? 6 : 2;
    hint.id = `hint-${field.key}`;
    label.htmlFor = input.id;
    label.textContent = field.list ? `${field.title} (one on each line)` : field.title;
    input.setAttribute("aria-describedby", hint.id);
    input.onchange = () => {
      if (input.value === input.dataset.value) return;
      const lines = input.value.split("\n").map((line) => line.trim());
      this.write(field.key, field.list ? lines.filter(Boolean) : lines.filter(Boolean).join(" "));
    };
    this.fields.append(label, hint, input);
    this.inputs.set(field.key, { input, hint });
  }
}
