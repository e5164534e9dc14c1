// Which servers this machine lacks, as the reason for skipping a test.

import type { AnyService } from "#kit";
import { find, MissingServer } from "../runner/find.ts";

/**
 * Says why a test on a service must be skipped, or false where it can run. Where the environment
 * says PARETO_REQUIRE_ALL=1 nothing is skipped, so that the test fails with the server's name.
 */
export async function lacking(service: AnyService): Promise<string | false> {
  if (process.env.PARETO_REQUIRE_ALL === "1") return false;
  try {
    await find(service.form as never);
    return false;
  } catch (error) {
    if (error instanceof MissingServer) return error.message;
    throw error;
  }
}
