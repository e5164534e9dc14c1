// The machine's Chromium, driven by playwright.

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromium as service } from "#services/chromium";
import { find } from "../../runner/find.ts";
import { lacking } from "../lacking.ts";

/** Why a test in a browser is skipped, or false. */
export const noBrowser = await lacking(service);

/** No step of a test takes so long, whatever the load. */
export const PATIENCE_MS = 90_000;

/** Starts the browser. */
export async function launch(): Promise<Browser> {
  const { program } = await find(service.form as never);
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // there is no sandbox for root
  return chromium.launch({ executablePath: program, args });
}

/** What a page has complained of: errors of its scripts, and of its console. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return complaints;
}

/** A private window on a lab's page, into which the studio's link has let it. */
export async function letIn(browser: Browser, link: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const inside = page.waitForResponse((answer) => answer.url().endsWith("/api/next"));
  await page.goto(link);
  await inside;
  await page.close();
  return context;
}
