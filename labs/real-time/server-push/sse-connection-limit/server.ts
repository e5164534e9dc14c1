// A server with a page, a stream of events and an ordinary answer, which knows its sockets.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { closing } from "#kit";
import { selfSigned } from "#patterns/self-signed";

/** HTTP/2 without TLS is in the standard, and in no browser. */
export type Protocol = "http/1.1" | "http/2" | "http/2 without TLS";

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

function create(protocol: Protocol, serve: Serve) {
  if (protocol === "http/1.1") return createServer(serve);
  // Requests and answers of node:http2 have the form of those of node:http.
  const serveHttp2 = serve as unknown as (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ) => void;
  if (protocol === "http/2") return createSecureServer(selfSigned(), serveHttp2);
  return createHttp2Server(serveHttp2);
}

/** Opens a server of these pages, by path. A stream at /events begins with "hello". */
export async function openServer(protocol: Protocol, pages: Readonly<Record<string, string>>) {
  const sockets = new Set<Socket>();
  /** The open streams, and the port of the client that tells each one's socket. */
  const streams = new Map<ServerResponse, number>();

  const server = create(protocol, (request, response) => {
    const path = request.url ?? "";
    response.setHeader("cache-control", "no-store");
    if (path === "/events") {
      response.setHeader("content-type", "text/event-stream");
      response.write("data: hello\n\n");
      streams.set(response, request.socket.remotePort ?? 0);
      response.on("close", () => streams.delete(response));
    } else {
      response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
      response.end(pages[path] ?? "an ordinary answer");
    }
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // cut off from either side
  });
  server.on("sessionError", () => {}); // a browser that does not speak the protocol
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;

  return closing(
    {
      url: `${protocol === "http/2" ? "https" : "http"}://127.0.0.1:${port}`,
      counts: () => ({ sockets: sockets.size, streams: streams.size }),
      /** How many sockets carry a stream. */
      busySockets: () => new Set(streams.values()).size,
      send(event: string) {
        for (const stream of streams.keys()) stream.write(`data: ${event}\n\n`);
      },
      /** Cuts off the socket of the oldest stream, and resolves when its streams have ended. */
      async cutOne() {
        const [oldest] = streams.values();
        const socket = [...sockets].find(({ remotePort }) => remotePort === oldest);
        const ended = [...streams].filter(([, port]) => port === oldest);
        socket?.resetAndDestroy();
        await Promise.all(ended.map(([stream]) => once(stream, "close")));
      },
    },
    () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  );
}
