// A TypeScript file as data: its declarations, imports and comments, and the values that can be told
// without running it.

import { readFileSync } from "node:fs";
import {
  type Comment,
  type EcmaScriptModule,
  type Expression,
  type Node,
  parseSync,
  visitorKeys,
} from "oxc-parser";

/** A top-level declaration, as it stands in its file. */
export interface Declaration {
  readonly name: string;
  readonly line: number;
  /** The comment right above it, without its marks. */
  readonly comment: string;
  /** The source, the comment included. */
  readonly text: string;
  readonly node: Node;
}

/** What a file imports: a name of another module, under the name it has here. */
export interface Import {
  readonly from: string;
  readonly name: string;
  readonly line: number;
}

/** A file that cannot be parsed. */
export class NotTypeScript extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** A parsed file. Throws NotTypeScript. */
export class Module {
  readonly file: string;
  readonly text: string;
  readonly body: readonly Node[];
  readonly comments: readonly Comment[];
  readonly #links: EcmaScriptModule;
  #declarations: ReadonlyMap<string, Declaration> | undefined;

  constructor(file: string) {
    this.file = file;
    this.text = readFileSync(file, "utf8");
    const { program, comments, module, errors } = parseSync(file, this.text);
    const [error] = errors;
    if (error) throw new NotTypeScript(error.message, this.lineOf(error.labels[0]?.start ?? 0));
    this.body = program.body;
    this.comments = comments;
    this.#links = module;
  }

  get declarations(): ReadonlyMap<string, Declaration> {
    const all = () => this.body.flatMap((node) => this.#declared(node));
    this.#declarations ??= new Map(all().map((one) => [one.name, one]));
    return this.#declarations;
  }

  /** What it imports, types and re-exports and `import()` of a plain string included. */
  get imports(): Import[] {
    const { staticImports, staticExports, dynamicImports } = this.#links;
    const named = staticImports.flatMap(({ start, moduleRequest, entries }) => {
      const names = entries.length > 0 ? entries.map(({ localName }) => localName.value) : [""];
      return names.map((name) => ({ start, from: moduleRequest.value, name }));
    });
    const passedOn = staticExports.flatMap(({ start, entries }) =>
      entries.flatMap(({ moduleRequest }) =>
        moduleRequest ? { start, from: moduleRequest.value, name: "" } : [],
      ),
    );
    const dynamic = dynamicImports.flatMap(({ start, moduleRequest }) => {
      const from = /^["'](.*)["']$/.exec(this.slice(moduleRequest))?.[1];
      return from === undefined ? [] : { start, from, name: "" };
    });
    const all = [...named, ...passedOn, ...dynamic];
    return all.map(({ start, from, name }) => ({ from, name, line: this.lineOf(start) }));
  }

  /** The comment that the file begins with. */
  get header(): string {
    const found: string[] = [];
    let end = 0;
    for (const one of this.comments) {
      if (!/^\n?$/.test(this.text.slice(end, one.start))) break;
      found.push(plain(one));
      end = one.end;
    }
    return found.join("\n");
  }

  /** The default export's expression. */
  get defaultExport(): Expression | undefined {
    const found = this.body.find((node) => node.type === "ExportDefaultDeclaration");
    return found ? (found.declaration as Expression) : undefined;
  }

  /** The top-level declaration that an offset lies in. */
  declarationAt(offset: number): Declaration | undefined {
    return this.declarations.values().find(({ node }) => node.start <= offset && offset < node.end);
  }

  lineOf(offset: number): number {
    return this.text.slice(0, offset).split("\n").length;
  }

  slice({ start, end }: { start: number; end: number }): string {
    return this.text.slice(start, end);
  }

  /** An expression without `as`, `satisfies` and parentheses; a name stands for what it declares. */
  resolve(expression: Node | null | undefined): Node | undefined {
    switch (expression?.type) {
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "ParenthesizedExpression":
        return this.resolve(expression.expression);
      case "Identifier": {
        const declared = this.declarations.get(expression.name)?.node;
        return declared?.type === "VariableDeclarator" ? this.resolve(declared.init) : declared;
      }
      default:
        return expression ?? undefined;
    }
  }

  #declared(statement: Node): Declaration[] {
    const exported = statement.type === "ExportNamedDeclaration" && statement.declaration;
    const node = exported || statement;
    const declared = node.type === "VariableDeclaration" ? node.declarations : [node];
    const { comment, start } = this.#commentAbove(statement.start);
    return declared.flatMap((one) => {
      if (!("id" in one) || !one.id || !("name" in one.id)) return [];
      const line = this.lineOf(statement.start);
      const text = this.text.slice(start, statement.end);
      return [{ name: String(one.id.name), line, comment, text, node: one as Node }];
    });
  }

  /** The comments that end on the line above an offset, one under the other, as one text. */
  #commentAbove(offset: number): { comment: string; start: number } {
    let start = offset;
    const found: string[] = [];
    for (const one of this.comments.toReversed()) {
      if (one.end > start) continue;
      const ownLine = /(^|\n)[ \t]*$/.test(this.text.slice(0, one.start));
      if (!ownLine || !/^\n[ \t]*$/.test(this.text.slice(one.end, start))) break;
      found.unshift(plain(one));
      start = one.start;
    }
    return { comment: found.join("\n"), start };
  }
}

/** The names that a piece of code refers to. */
export function namesIn(node: Node): Set<string> {
  const names = new Set<string>();
  visit(node, (one) => {
    if (one.type === "Identifier") names.add(one.name);
  });
  return names;
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const key of visitorKeys[node.type] ?? []) {
    if ((key === "key" || key === "property") && "computed" in node && !node.computed) continue;
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
    for (const one of Array.isArray(child) ? child : [child]) if (one) visit(one, see);
  }
}

function plain({ type, value }: Comment): string {
  const lines = type === "Line" ? [value] : value.split("\n");
  return lines
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
}
