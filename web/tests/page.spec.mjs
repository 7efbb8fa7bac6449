// The page in a real browser. No test waits by the clock: each waits for what it wants to see.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const samples = join(import.meta.dirname, "../../samples/_figures");
const clean = readFileSync(join(samples, "PMC9405586__biomedicines-10-01841-g001.md"), "utf8");
const TITLE = /^figtitle: .*\n.*$/m;
const broken = clean.replace(TITLE, "figtitle: Resistance: how cells in the marrow survive treatment.");

let problems;
test.beforeEach(async ({ page }) => {
  problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.host !== "127.0.0.1:4317") problems.push(`request to ${url}`);
    if (request.method() !== "GET" || url.search) problems.push(`request with data: ${request.method()} ${url}`);
  });
});
test.afterEach(() => expect(problems).toEqual([]));

const state = (page) => page.locator("#state");
const findings = (page) => page.locator("#findings li");
const editor = (page) => page.locator(".cm-content");

async function ready(page) {
  await page.goto("./");
  await expect(state(page)).toContainText("Paste a record");
}

async function paste(page, text) {
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await editor(page).focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Control+V");
}

const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

async function copy(page) {
  await page.locator("#copy").click();
  await expect(page.locator("#done")).toHaveText("Copied.");
  return copied(page);
}

test("a broken title: see the finding, fix it, copy the result", async ({ page }) => {
  await ready(page);
  await paste(page, clean);
  await expect(state(page)).toHaveText("Nothing to report in this figure.");
  await paste(page, broken);
  const colon = findings(page).filter({ hasText: "holds ': '" });
  await expect(page.locator(".cm-lintRange-error").first()).toBeVisible();
  await colon.getByRole("button", { name: "Fix this" }).click();
  await expect(colon).toHaveCount(0);
  await expect(findings(page).first()).toContainText("ends in a period");
  await page.locator("#fix-all").click();
  await expect(state(page)).toHaveText("Nothing to report in this figure.");
  expect(await copy(page)).toBe(clean.replace(TITLE, "figtitle: 'Resistance: how cells in the marrow survive treatment'"));
});

test("samples, the difference, undo, a download, the rule's page", async ({ page }) => {
  await ready(page);
  await page.locator("#samples").selectOption({ label: "a record with small defects" });
  await expect(findings(page)).toHaveCount(8);
  await page.locator("#compare").click();
  await expect(page.locator("#difference")).toHaveText("No changes.");
  await page.locator("#fix-all").click();
  await expect(findings(page)).toHaveCount(2);
  await expect(page.locator("#difference .added").first()).toContainText("+ figlink: /pmc");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
  expect(download.suggestedFilename()).toBe("PMC7868824__ga1.md");
  expect(readFileSync(await download.path(), "utf8")).toBe(await copy(page));
  await page.locator("#undo").click();
  await expect(findings(page)).toHaveCount(8);
  const [rule] = await Promise.all([page.waitForEvent("popup"), findings(page).first().getByRole("link").click()]);
  await expect(rule.locator("section:target h2")).toContainText("PF207");
});

test("a file is opened as it is, and what is no text is explained", async ({ page }) => {
  await ready(page);
  const text = clean.replaceAll("\n", "\r\n");
  await page.locator("#file").setInputFiles({ name: "PMC9405586__biomedicines-10-01841-g001.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
  await expect(state(page)).toContainText("in this figure");
  expect(await copy(page)).toBe(text);
  await page.locator("#fix-all").click();
  await expect(state(page)).toHaveText("Nothing to report in this figure.");
  expect(await copy(page)).toBe(clean);
  await page.locator("#file").setInputFiles({ name: "x.md", mimeType: "text/markdown", buffer: Buffer.from("caf\xe9", "latin1") });
  await expect(state(page)).toContainText("is not UTF-8");
});

test("markup and scripts of a record are text", async ({ page }) => {
  await ready(page);
  await page.evaluate(() => (window.ran = false));
  const evil = '<img src=x onerror="window.ran=true"><script>window.ran=true</script>';
  await paste(page, clean.replace(TITLE, `figtitle: '${evil}'`).replace("seo: CreativeWork", `seo: '${evil}'\n'${evil}': 1`));
  await expect(findings(page).filter({ hasText: "<img" }).first()).toBeVisible();
  await page.locator("#compare").click();
  await page.locator("#form summary").click();
  await expect(page.locator("#findings img, #difference img, #findings script, #fields img")).toHaveCount(0);
  expect(await page.evaluate(() => window.ran)).toBe(false);
});

test("a record of 1 MiB, and a larger one", async ({ page }) => {
  await ready(page);
  const filler = "a word and another. ".repeat(52_000);
  const file = (text) => ({ name: "x.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
  const large = clean.replace(/^papertitle: .*\n.*$/m, `papertitle: ${filler.trim()}`);
  await page.locator("#file").setInputFiles(file(large));
  await expect(state(page)).toContainText("in this figure");
  await page.locator("#file").setInputFiles(file(large + filler));
  await expect(findings(page).first()).toContainText("more than 1,048,576 bytes");
});

test("the form writes a value into the text", async ({ page }) => {
  await ready(page);
  await paste(page, clean);
  await page.locator("#form summary").click();
  await page.getByLabel("Organisms (one on each line)").fill("Homo sapiens\nMus musculus");
  await page.getByLabel("Year").fill("2021");
  await page.getByLabel("Year").blur();
  await expect(findings(page).first()).toContainText("2021");
  expect(await copy(page)).toContain("organisms:\n- Homo sapiens\n- Mus musculus\npmcid:");
});

test("keyboard alone", async ({ page }) => {
  await ready(page);
  const press = async (name) => {
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => (document.activeElement instanceof HTMLButtonElement ? document.activeElement.textContent : ""));
      if (focused.startsWith(name)) return page.keyboard.press("Enter");
    }
    throw new Error(`Tab never reaches ${name}`);
  };
  await paste(page, broken);
  await expect(findings(page).first()).toBeVisible();
  await page.keyboard.press("Escape"); // then Tab leaves the editor
  await press("Fix all");
  await expect(state(page)).toHaveText("Nothing to report in this figure.");
  await expect(page.locator("#copy")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#done")).toHaveText("Copied.");
  expect(await copied(page)).toContain("figtitle: 'Resistance:");
});

test("offline, once it was loaded", async ({ page, context }) => {
  await ready(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await context.setOffline(true);
  await page.reload();
  await expect(state(page)).toContainText("Paste a record");
  await paste(page, broken);
  await expect(findings(page).filter({ hasText: "holds ': '" })).toBeVisible();
});

test("a linter that hangs is ended, and the page says so", async ({ page }) => {
  await page.route("**/worker-*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "self.postMessage({ ready: true }); self.onmessage = () => { for (;;); };" }));
  await page.clock.install();
  await page.goto("./");
  await expect(page.locator("#editor")).toHaveAttribute("data-ready", "true");
  await page.locator("#samples").selectOption({ index: 1 });
  await page.clock.runFor(61_000);
  await expect(state(page)).toContainText("took too long and was ended");
  await page.unroute("**/worker-*.js");
  await page.locator("#restart").click();
  await page.clock.resume();
  await expect(findings(page)).toHaveCount(8);
});

for (const colorScheme of ["light", "dark"]) {
  for (const [device, width, height] of [["desktop", 1280, 900], ["phone", 390, 844]]) {
    test(`axe finds nothing: ${colorScheme}, ${device}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await ready(page);
      await page.locator("#samples").selectOption({ label: "a record with small defects" });
      await expect(findings(page)).toHaveCount(8);
      await page.locator("#fix-all").click();
      await expect(findings(page)).toHaveCount(2);
      await page.locator("#compare").click();
      await page.locator("#form summary").click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      await page.goto("rules.html");
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    });
  }
}
