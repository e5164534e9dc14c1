// A file of rows is to be loaded. Row by row each INSERT waits for the network, and each commit for
// the disk. One transaction takes away the second wait, one statement both, and COPY most of what is
// left. What they differ in besides is what becomes of the good rows when one is bad.

import { lab, link } from "#kit";
import { type Postgres, postgres } from "#services/postgres";

/** A row as it stands in the file: nothing has been checked. */
type Row = { id: number; day: string };
/** Loads the rows. Whatever it throws has been reported to whoever loads. */
type Load = (client: Postgres, rows: Row[]) => Promise<unknown>;

const INSERT = "INSERT INTO visit VALUES ($1, $2)";

const autocommit: Load = async (client, rows) => {
  for (const { id, day } of rows) await client.query(INSERT, [id, day]).catch(report);
};
