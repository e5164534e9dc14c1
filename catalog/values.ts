// The values that a piece of source states outright: strings, numbers and lists of strings. What
// would have to be run is undefined.

import type { Node } from "oxc-parser";
import type { Module } from "./module.ts";

export function stringOf(module: Module, node: Node | undefined): string | undefined {
  const value = module.resolve(node);
  if (value?.type === "Literal" && typeof value.value === "string") return value.value;
  if (value?.type === "TemplateLiteral" && value.expressions.length === 0) {
    return value.quasis[0]?.value.cooked ?? undefined;
  }
  if (value?.type !== "BinaryExpression" || value.operator !== "+") return undefined;
  const [left, right] = [stringOf(module, value.left), stringOf(module, value.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

export function stringsOf(module: Module, node: Node | undefined): string[] | undefined {
  const value = module.resolve(node);
  if (value?.type !== "ArrayExpression") return undefined;
  const strings = value.elements.map((one) => stringOf(module, one ?? undefined));
  return strings.every((one) => one !== undefined) ? strings : undefined;
}

export function numberOf(module: Module, node: Node | undefined): number | undefined {
  const value = module.resolve(node);
  if (value?.type === "Literal" && typeof value.value === "number") return value.value;
  if (value?.type === "UnaryExpression" && value.operator === "-") {
    const number = numberOf(module, value.argument);
    return number === undefined ? undefined : -number;
  }
  if (value?.type !== "BinaryExpression" || value.operator !== "*") return undefined;
  const [left, right] = [numberOf(module, value.left), numberOf(module, value.right)];
  return left === undefined || right === undefined ? undefined : left * right;
}
