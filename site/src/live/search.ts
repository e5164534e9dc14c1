// The search dialog. The index is Pagefind's, made when the site was built.

import { element } from "./elements.ts";

/** What Pagefind gives for a page. */
interface Page {
  readonly url: string;
  readonly meta: { readonly title: string };
  /** HTML of its own making: text with the words found in <mark>. */
  readonly excerpt: string;
}

interface Pagefind {
  options(options: { baseUrl: string; excerptLength: number }): Promise<void>;
  /** Null when another search was begun meanwhile. */
  debouncedSearch(words: string): Promise<{ results: { data(): Promise<Page> }[] } | null>;
}

const MOST = 8;

const opener = document.querySelector<HTMLElement>("[data-find]");
const dialog = document.querySelector<HTMLDialogElement>("[data-found]");
let index: Promise<Pagefind> | undefined;

function load(base: string): Promise<Pagefind> {
  const path = `${base.replace(/\/?$/, "/")}pagefind/pagefind.js`;
  return import(/* @vite-ignore */ path).then(async (pagefind: Pagefind) => {
    await pagefind.options({ baseUrl: base, excerptLength: 22 });
    return pagefind;
  });
}

async function search(box: HTMLDialogElement, words: string): Promise<void> {
  const list = box.querySelector("ol");
  const status = box.querySelector("p");
  if (!list || !status) return;
  index ??= load(box.dataset.base ?? "/");
  const found = words && (await (await index).debouncedSearch(words));
  if (found === null) return;
  const pages = found
    ? await Promise.all(found.results.slice(0, MOST).map((one) => one.data()))
    : [];
  list.replaceChildren(...pages.map(rowOf));
  status.textContent = words && pages.length === 0 ? "Nothing has these words." : "";
}

function rowOf({ url, meta, excerpt }: Page): HTMLElement {
  const text = element("span", { innerHTML: excerpt });
  const link = element("a", { href: url }, element("b", {}, meta.title), text);
  return element("li", {}, link);
}

/** The arrows move through what was found. */
function move(box: HTMLDialogElement, step: number): void {
  const stops = [...box.querySelectorAll<HTMLElement>("input, a")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[Math.min(stops.length - 1, Math.max(0, at + step))]?.focus();
}

if (opener && dialog) {
  opener.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("input", ({ target }) => {
    void search(dialog, (target as HTMLInputElement).value.trim());
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(dialog, step);
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = (event.target as Element).closest("input, textarea, select");
    const isSlash = event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey;
    if (!isSlash && !(event.key === "k" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    dialog.showModal();
  });
}
