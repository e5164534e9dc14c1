import { fileURLToPath } from "node:url";

/** The clone that this command runs from. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
