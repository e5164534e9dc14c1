// The studio: the built site, and the API that runs labs from it.

import { join } from "node:path";
import { openCatalog } from "../catalog/catalog.ts";
import { examine } from "../runner/doctor.ts";
import { dataFolder } from "../runner/folders.ts";
import type { House } from "../runner/house.ts";
import { builtSite } from "./build.ts";
import { Files } from "./files.ts";
import { Progress } from "./progress.ts";
import { Runs } from "./runs.ts";
import { appOf, listen } from "./server.ts";
import { Session } from "./session.ts";

/** A studio that is open; disposing of it stops every run and closes the server. */
export interface Studio extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** The address for the reader's browser, with the token; it works once. */
  readonly link: string;
}

/** What a studio is opened with. */
export interface Opening {
  /** The project's folder. */
  readonly root: string;
  readonly port: number;
  /** True where the studio runs in a container whose port is published on the same of the machine. */
  readonly inContainer?: boolean;
  /** Where the runs happen; it is the caller's to close. */
  readonly house: House;
  /** Told when the link has been used. */
  opened?(): void;
}

/** Opens the studio on a site that is built. */
export async function openStudio(opening: Opening): Promise<Studio> {
  const { root, port, inContainer, house, opened = () => {} } = opening;
  const files = new Files(builtSite(root));
  void examine(); // what is found is remembered, so that the first page need not wait for it
  const listening = await listen(port, inContainer);
  const session = new Session();
  const runs = new Runs(house);
  const progress = new Progress(join(dataFolder(), "progress.json"));
  const { place } = listening;
  const rooms = { catalog: openCatalog(root), runs, progress, session, place, opened };
  listening.serve(appOf(rooms, files));
  return {
    origin: place.origin,
    link: `${place.origin}/#token=${session.token}`,
    [Symbol.asyncDispose]: async () => {
      await runs[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}
