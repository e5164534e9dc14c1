// The site: what the catalog knows, as pages. Works as plain files too: everything but running.

import { readFileSync } from "node:fs";
import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

/** In an article "{{slug.arm.measure}}" stands for a number of a lab's evidence. */
const numbersInArticles = {
  name: "numbers-in-articles",
  enforce: "pre" as const,
  load(id: string) {
    if (!/\/articles\/[^/]+\/[^/]+\.mdx$/.test(id)) return undefined;
    const text = readFileSync(id, "utf8");
    return text.replaceAll(/\{\{(.*?)\}\}/gs, '<Measured of="$1" />');
  },
};

/** A component of Starlight that ours stands in for. */
const own = (name: string) => [name, `./src/components/shell/${name}.astro`] as const;

export default defineConfig({
  // Where the files are served under a path, as on a project page, it is given at build time.
  base: process.env.PARETO_BASE ?? "/",
  trailingSlash: "always",
  compressHTML: true,
  prefetch: false, // a category has a hundred links, and a page is a few milliseconds away
  devToolbar: { enabled: false },
  markdown: { shikiConfig: { theme: "css-variables" } },
  vite: { plugins: [numbersInArticles] },
  integrations: [
    starlight({
      title: "Pareto",
      description: "System design as experiments on real servers, on your own machine, in seconds.",
      customCss: ["tokens", "shell", "page", "prose", "code"].map(
        (name) => `./src/style/${name}.css`,
      ),
      components: Object.fromEntries(
        [
          "ContentPanel",
          "Footer",
          "Header",
          "MarkdownContent",
          "PageTitle",
          "Search",
          "Sidebar",
        ].map(own),
      ),
      disable404Route: true,
      expressiveCode: false,
      pagination: false,
      credits: false,
    }),
  ],
});
