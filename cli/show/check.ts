// The command `check`.

import { openCatalog } from "../../catalog/catalog.ts";
import { check } from "../../catalog/check.ts";
import { reduceBuilt } from "../../catalog/reduce.ts";
import { EXIT } from "../failure.ts";
import { ROOT } from "../root.ts";
import { paint } from "../view/style.ts";

/** Prints every violation with its remedy and sets the exit code. */
export async function checkCommand({ fix, json }: { fix?: boolean; json?: boolean }) {
  const mended = fix ? reduceBuilt(openCatalog(ROOT)) : [];
  const violations = await check(openCatalog(ROOT));
  process.exitCode = violations.length > 0 ? EXIT.differs : EXIT.asDeclared;
  if (json) return void console.log(JSON.stringify(violations, undefined, 2));
  for (const { rule, file, line, message, remedy } of violations) {
    console.log(`${file}:${line}  ${message} ${paint("dim", `[${rule}]`)}\n    ${remedy}`);
  }
  if (mended.length > 0) console.log(`mended the curriculum's entries of ${mended.length}`);
  console.log(
    violations.length === 0
      ? "Every rule is kept."
      : `${violations.length} ${violations.length === 1 ? "violation" : "violations"}`,
  );
}
