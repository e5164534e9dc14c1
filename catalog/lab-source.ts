// A lab as its source states it: title, question, arms, claims, knobs, services and the lines that
// matter. The lab is parsed, never run.

import type { Node, ObjectExpression, ObjectProperty } from "oxc-parser";
import { Module, NotTypeScript } from "./module.ts";
import { Parts } from "./parts.ts";
import { numberOf, stringOf, stringsOf } from "./values.ts";

export interface ArmSource {
  readonly name: string;
  readonly line: number;
  /** Its entry among the arms. */
  readonly text: string;
  /** The declarations that the entry names. */
  readonly declarations: readonly string[];
  /** Those and all that they need, of this lab's own. */
  readonly uses: readonly string[];
}

export interface ClaimSource {
  readonly claim: string;
  readonly line: number;
  /** Undefined when it is absent, or cannot be told without running the lab. */
  readonly brokenBy: readonly string[] | undefined;
  /** The arm that a ratio compares with. */
  readonly to: string | undefined;
}

export interface KnobSource {
  readonly value: number | undefined;
  readonly from?: number;
  readonly to?: number;
}

/** A line that is marked `// matters: CLAIM`, or with several claims between semicolons. */
export interface MattersLine {
  readonly claims: readonly string[];
  readonly file: string;
  readonly line: number;
  /** The arms whose code it is; none where it stands in the trial. */
  readonly arms: readonly string[];
}

/** A lab's source, or why it cannot be read. */
export interface Parsed {
  readonly source?: LabSource;
  readonly problem?: { readonly line: number; readonly text: string };
}

/** Parses a lab's file. */
export function parseLab(file: string): Parsed {
  try {
    const source = new LabSource(file);
    return source.isLab ? { source } : { problem: { line: 1, text: "it exports no lab({ ... })" } };
  } catch (error) {
    if (error instanceof NotTypeScript)
      return { problem: { line: error.line, text: error.message } };
    throw error;
  }
}

/** What can be told of a lab without running it. Throws NotTypeScript. */
export class LabSource {
  readonly file: string;
  readonly module: Module;
  readonly #form: ObjectExpression | undefined;
  #parts: Parts | undefined;

  constructor(file: string) {
    this.file = file;
    this.module = new Module(file);
    this.#form = formOf(this.module);
  }

  /** False when the default export is not `lab({ ... })`. */
  get isLab(): boolean {
    return this.#form !== undefined;
  }

  get title(): string {
    return stringOf(this.module, this.#value("title")) ?? "";
  }

  get question(): string {
    return stringOf(this.module, this.#value("question")) ?? "";
  }

  /** The comment that the lab begins with. */
  get comment(): string {
    return this.module.header;
  }

  get lines(): number {
    return this.module.text.trimEnd().split("\n").length;
  }

  /** Line of a property of the form, or of the form itself. */
  lineOf(property: string): number {
    const found = this.#form && propertiesOf(this.#form).find((one) => nameOf(one) === property);
    return this.module.lineOf((found ?? this.#form)?.start ?? 0);
  }

  /** The services that it imports, by the names of their files. */
  get servers(): string[] {
    const files = this.module.imports.flatMap(
      ({ from }) => /^#services\/(.+)$/.exec(from)?.[1] ?? [],
    );
    return [...new Set(files)];
  }

  /** The lab's own names for its services. */
  get services(): string[] {
    return this.#entries("services").map(nameOf);
  }

  get knobs(): Record<string, KnobSource> {
    const knobs = this.#entries("knobs").map((one) => [nameOf(one), this.#knob(one.value)]);
    return Object.fromEntries(knobs);
  }

  get measures(): string[] {
    return this.#entries("measures").map(nameOf);
  }

  get arms(): ArmSource[] {
    return this.#entries("arms").map((one) => {
      const declarations = this.parts.namedIn(one.value, this.module);
      const uses = this.parts.reach(declarations);
      const line = this.module.lineOf(one.start);
      const text = this.module.slice(one);
      return { name: nameOf(one), line, text, declarations, uses };
    });
  }

  get claims(): ClaimSource[] {
    return this.#entries("claims").map((one) => {
      const form = this.module.resolve(one.value);
      const part = (name: string) =>
        propertiesOf(form).find((inner) => nameOf(inner) === name)?.value;
      return {
        claim: nameOf(one),
        line: this.module.lineOf(one.start),
        brokenBy: stringsOf(this.module, part("brokenBy")),
        to: stringOf(this.module, part("to")),
      };
    });
  }

  get matters(): MattersLine[] {
    const arms = this.arms;
    return this.parts.modules.flatMap((module) =>
      module.comments.flatMap(({ value, start }) => {
        const claims = /^\s*matters:(.*)$/.exec(value)?.[1];
        if (claims === undefined) return [];
        const inside = module.declarationAt(start)?.name ?? "";
        const users = arms.filter(
          ({ uses, name }) =>
            uses.includes(inside) || (module === this.module && this.#entryAt(start) === name),
        );
        return {
          claims: claims.split(";").map((claim) => claim.trim()),
          file: module.file,
          line: module.lineOf(start),
          arms: users.map(({ name }) => name),
        };
      }),
    );
  }

  /** The lab's own code. */
  get parts(): Parts {
    this.#parts ??= new Parts(this.module);
    return this.#parts;
  }

  #value(property: string): Node | undefined {
    return propertiesOf(this.#form).find((one) => nameOf(one) === property)?.value;
  }

  #entries(property: string): ObjectProperty[] {
    return propertiesOf(this.module.resolve(this.#value(property)));
  }

  #knob(value: Node): KnobSource {
    const parts = propertiesOf(this.module.resolve(value));
    if (parts.length === 0) return { value: numberOf(this.module, value) };
    const numbers = parts.map((one) => [nameOf(one), numberOf(this.module, one.value)]);
    return Object.fromEntries(numbers);
  }

  /** The arm whose entry an offset lies in. */
  #entryAt(offset: number): string | undefined {
    const entry = this.#entries("arms").find(({ start, end }) => start <= offset && offset < end);
    return entry && nameOf(entry);
  }
}

function formOf(module: Module): ObjectExpression | undefined {
  const call = module.resolve(module.defaultExport);
  if (call?.type !== "CallExpression") return undefined;
  const form = module.resolve(call.arguments[0]);
  return form?.type === "ObjectExpression" ? form : undefined;
}

function propertiesOf(node: Node | undefined): ObjectProperty[] {
  if (node?.type !== "ObjectExpression") return [];
  return node.properties.filter((one) => one.type === "Property");
}

function nameOf({ key }: ObjectProperty): string {
  if (key.type === "Literal") return String(key.value);
  return "name" in key ? String(key.name) : "";
}
