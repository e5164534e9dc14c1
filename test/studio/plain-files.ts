// The built site served as plain files, without a studio behind it.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { builtSite } from "../../studio/build.ts";
import { Files } from "../../studio/files.ts";
import { ROOT } from "./open.ts";

/** Serves the site on a free port, and nothing else. */
export async function servePlainFiles(): Promise<{ readonly origin: string } & AsyncDisposable> {
  const files = new Files(builtSite(ROOT));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const { status, headers, body } = files.answer(pathname);
    response.writeHead(status, headers).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
