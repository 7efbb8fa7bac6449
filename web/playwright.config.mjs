import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(browser)) throw new Error(`no Chromium at ${browser}; install it, or set CHROMIUM to its path`);

export default defineConfig({
  testDir: "tests",
  timeout: 120_000,
  expect: { timeout: 60_000 }, // a limit, not a wait: the machine may be busy
  workers: 1,
  retries: 0,
  reporter: "list",
  use: {
    baseURL: "http://127.0.0.1:4317/",
    launchOptions: { executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] },
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1280, height: 900 },
  },
  webServer: { command: "node tests/server.mjs 4317", url: "http://127.0.0.1:4317/", reuseExistingServer: false },
});
