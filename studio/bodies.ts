// What comes with a request, when it fits, and how one that does not is refused.

import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import type { Deliverable } from "../catalog/deliverable.ts";

/** The body as JSON of a schema. Throws a refusal. */
export async function bodyOf<Form extends z.ZodType>(
  context: Context,
  schema: Form,
): Promise<z.infer<Form>> {
  const body = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refused(400, "the body has not its form");
  return parsed.data;
}

/** A lab or system that is built, by its whole id. Throws a refusal. */
export function labOf(catalog: Catalog, id: string): Deliverable {
  const one = catalog.labs.find((lab) => lab.id === id);
  if (!one) throw refused(404, "there is no such lab");
  return one;
}

/** An answer that ends the request, in words for the reader. */
export function refused(status: 400 | 401 | 404 | 409, error: string): HTTPException {
  return new HTTPException(status, { res: Response.json({ error }, { status }) });
}
