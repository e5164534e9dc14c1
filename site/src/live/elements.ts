// Elements in few words.

type Content = Node | string;

/** An element with its properties and what stands in it. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<Omit<HTMLElementTagNameMap[Tag], "dataset">> = {},
  ...content: Content[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

/** A button that does something. */
export function button(label: string, className: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", className }, label);
  made.addEventListener("click", press);
  return made;
}

/** A command to copy. */
export function command(text: string): HTMLElement {
  const copy = element("button", { type: "button", className: "quiet" }, "copy");
  copy.dataset.copy = text;
  return element("div", { className: "command" }, element("code", {}, text), copy);
}

/** The part of the page that has a mark; pages without it throw, since they are built with it. */
export function part(mark: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-${mark}]`);
  if (!found) throw new Error(`the page has no part "${mark}"`);
  return found;
}
