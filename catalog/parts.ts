// The code of a lab's own: lab.ts and the files of its folder that it imports. Tells which
// declarations a piece of it needs.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Node } from "oxc-parser";
import { type Declaration, Module, namesIn } from "./module.ts";

export class Parts {
  /** The files, parsed; lab.ts comes first. */
  readonly modules: readonly Module[];

  constructor(main: Module) {
    const modules = new Map([[main.file, main]]);
    for (const module of modules.values()) {
      for (const { from } of ownImports(module)) {
        const file = join(dirname(module.file), from);
        // The loop goes on to what is added here.
        if (!modules.has(file) && existsSync(file)) modules.set(file, new Module(file));
      }
    }
    this.modules = [...modules.values()];
  }

  /** A declaration and the file it is in. */
  declaration(name: string): (Declaration & { readonly module: Module }) | undefined {
    const module = this.modules.find(({ declarations }) => declarations.has(name));
    return module && { ...module.declarations.get(name)!, module };
  }

  /** The names of the lab's own declarations in a piece of a module. */
  namedIn(node: Node, module: Module): string[] {
    const imported = ownImports(module).map(({ name }) => name);
    const own = new Set([...module.declarations.keys(), ...imported]);
    return [...namesIn(node)].filter((name) => own.has(name));
  }

  /** Declarations and all that they need. */
  reach(names: readonly string[]): string[] {
    const found = new Set(names);
    for (const name of found) {
      const declared = this.declaration(name);
      if (!declared) continue;
      // The loop goes on to what is added here.
      for (const next of this.namedIn(declared.node, declared.module)) found.add(next);
    }
    return [...found];
  }
}

function ownImports(module: Module) {
  return module.imports.filter(({ from }) => /^\.\/[^/]+\.ts$/.test(from));
}
