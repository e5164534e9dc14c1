// A server that answers everything with its name, but for one request, of which it dies.

import { createServer } from "node:http";

const { HOST, PORT, NAME, UNDERTAKER } = process.env;

createServer(async (request, response) => {
  if (request.url === "/deadly") await fetch(`${UNDERTAKER}/${NAME}`); // kill -9, so no answer comes
  response.end(NAME);
}).listen(Number(PORT), HOST);
