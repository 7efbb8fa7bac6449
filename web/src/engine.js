// The linter in a worker: calls with answers, and an end to a worker that hangs.
const PATIENCE = 60_000; // milliseconds until a worker counts as hanging; a record of 1 MiB takes some seconds
const LOADING = 120_000;

export class Engine {
  constructor(url, onState) {
    this.url = url;
    this.onState = onState;
    this.waiting = new Map();
    this.number = 0;
    this.start();
  }

  start() {
    this.worker = new Worker(this.url, { type: "module" });
    this.ready = false;
    this.onState("loading");
    this.loading = setTimeout(() => this.end("the linter did not load"), LOADING);
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (event) => this.end(event.message || "the linter did not load");
  }

  receive(data) {
    if (data.ready) {
      clearTimeout(this.loading);
      this.ready = true;
      this.onState("ready");
      for (const task of this.waiting.values()) this.watch(task);
    } else if (data.failed) {
      this.end(data.failed);
    } else {
      const task = this.waiting.get(data.id);
      if (task === undefined) return;
      clearTimeout(task.timer);
      this.waiting.delete(data.id);
      if (data.error) task.reject(new Error(data.error));
      else task.resolve(data.answer);
      for (const other of this.waiting.values()) this.watch(other); // it now has its turn
    }
  }

  watch(task) {
    clearTimeout(task.timer);
    task.timer = setTimeout(() => this.end("the linter took too long and was ended"), this.patience ?? PATIENCE);
  }

  call(name, ...args) {
    return new Promise((resolve, reject) => {
      if (this.worker === null) {
        reject(new Error("the linter is not running"));
        return;
      }
      const task = { resolve, reject };
      const id = ++this.number;
      this.waiting.set(id, task);
      if (this.ready) this.watch(task);
      this.worker.postMessage({ id, call: name, args });
    });
  }

  end(reason) {
    clearTimeout(this.loading);
    this.worker?.terminate();
    this.worker = null;
    const tasks = [...this.waiting.values()];
    this.waiting.clear();
    for (const task of tasks) {
      clearTimeout(task.timer);
      task.reject(new Error(reason));
    }
    this.onState("ended", reason);
  }
}
