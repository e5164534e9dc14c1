// Chromium, without a window. Labs share one browser, and each page has a context of its own: its
// own cookies, storage and cache, as a private window has.

import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type At, closing, service } from "#kit";
import { ask } from "./http.ts";

/** What a lab does with the browser. */
export interface ChromiumFace {
  /** http://host:port of the DevTools protocol, for a client of the lab's own choice. */
  readonly url: string;
  /** Connects playwright; closing it ends the contexts that it has made. */
  connect(): Promise<Browser & AsyncDisposable>;
  /** Opens an empty page in a context of its own, which is closed with it. */
  page(options?: BrowserContextOptions): Promise<Page & AsyncDisposable>;
}

export const chromium = service({
  name: "chromium",
  image: "mcr.microsoft.com/playwright:v1.65.1-noble",
  notFromImage: "there is no official image of it, only one in which it is on no PATH",
  port: 9222,
  program: "chromium",
  packages: { apt: "chromium", dnf: "chromium", brew: "--cask chromium" },
  version: { args: ["--version"], pattern: /(\d+\.\d+\.\d+\.\d+)/, atLeast: "120.0.0.0" },
  // Switches of the command line, such as "--lang=de".
  options: { switches: [] as string[] },
  command: ({ bind, port, folder, options }) => ({
    args: [
      ...["--headless", `--remote-debugging-address=${bind}`, `--remote-debugging-port=${port}`],
      `--user-data-dir=${join(folder, "profile")}`,
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), // there is no sandbox for root
      ...QUIET,
      ...options.switches,
      "about:blank",
    ],
    env: { HOME: folder },
  }),
  ready: async (place) => void (await ask(place, { path: "/json/version" })),
  stopSignal: "SIGKILL",
  tenants: { open: async () => {}, close: async () => {} },
  open,
});

/** No other traffic and no other files than those of the pages. */
const QUIET = [
  ...["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ...["--disable-breakpad", "--disable-default-apps", "--disable-extensions"],
];

function open(at: At): ChromiumFace {
  const url = `http://${at.address.host}:${at.address.port}`;
  const connect = async () => {
    const { chromium } = await import("playwright-core");
    return at.own(closing(await chromium.connectOverCDP(url), (browser) => browser.close()));
  };
  return {
    url,
    connect,
    async page(options) {
      const browser = await connect();
      const context = await browser.newContext(options);
      return at.own(closing(await context.newPage(), () => context.close()));
    },
  };
}
