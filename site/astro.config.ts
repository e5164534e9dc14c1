// The site: what the catalog knows, as pages. Works as plain files too: everything but running.

import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

/** A component of Starlight that ours stands in for. */
const own = (name: string) => [name, `./src/components/shell/${name}.astro`] as const;

export default defineConfig({
  // Where the files are served under a path, as on a project page, it is given at build time.
  base: process.env.PARETO_BASE ?? "/",
  trailingSlash: "always",
  compressHTML: true,
  prefetch: false, // a category has a hundred links, and a page is a few milliseconds away
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: "Pareto",
      description: "System design as experiments on real servers, on your own machine, in seconds.",
      customCss: ["./src/style/tokens.css", "./src/style/shell.css", "./src/style/page.css"],
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
