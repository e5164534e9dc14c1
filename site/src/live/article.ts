// An article, where the studio notes that it was read.

import { connecting } from "./every-page.ts";
import { noteReading } from "./reading.ts";

const article = document.querySelector<HTMLElement>("[data-article]");
const { kind } = await connecting;
if (kind === "open" && article) {
  noteReading(article.dataset.article ?? "", article.lastElementChild);
}
