// A lab's page as the tests see it.

import type { BrowserContext, Locator, Page } from "playwright-core";

export class LabInBrowser {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page of a lab in a new tab, and waits until it knows what to show. */
  static async open(context: BrowserContext, origin: string, id: string): Promise<LabInBrowser> {
    const page = await context.newPage();
    await page.goto(`${origin}/labs/${id}/`);
    const lab = new LabInBrowser(page);
    await lab.ready();
    return lab;
  }

  async ready(): Promise<void> {
    await this.page.locator("[data-matrix]:not(.covered)").waitFor();
  }

  get go(): Locator {
    return this.page.locator("[data-run-actions] .go");
  }

  get strip(): Locator {
    return this.page.locator("[data-strip]");
  }

  get verdicts(): Locator {
    return this.page.locator("[data-matrix] .verdict:not(.pending)");
  }

  /** Marks every cell as kept. */
  async expectAllKept(): Promise<void> {
    for (const cell of await this.page.locator(".ask .kept").all()) await cell.click();
  }

  /** Skips the guess. */
  async reveal(): Promise<void> {
    await this.page.getByRole("button", { name: "show me instead" }).click();
  }

  /** Waits until the line above the matrix says something. */
  async says(words: RegExp): Promise<void> {
    await this.strip.filter({ hasText: words }).waitFor();
  }

  /** The verdicts of a claim as they are shown, by arm. */
  async row(claim: string): Promise<string[]> {
    const cells = this.page.locator(`tr[data-claim="${claim}"] .verdict`);
    return (await cells.allTextContents()).map((text) => text.trim());
  }
}
