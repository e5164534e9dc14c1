// Under which path a request is counted.

export type Label = (path: string) => string;

export const rawPath: Label = (path) => path;

export const route: Label = (path) => {
  if (path.startsWith("/orders/")) return "/orders/:id"; // matters: A crawl of invented addresses adds fewer than 10 series
  return path;
};

/** By name, for the process that is told which one to use. */
export const LABELS: Readonly<Record<string, Label>> = { rawPath, route };
