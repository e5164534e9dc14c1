// Starlight asks for a collection of pages. Ours come from the catalog, so it is empty.

import { defineCollection } from "astro:content";
import { docsSchema } from "@astrojs/starlight/schema";

export const collections = {
  docs: defineCollection({ loader: () => [], schema: docsSchema() }),
};
