// An OpenID provider with one client: an application in a browser, which can keep no secret.

import { randomUUID } from "node:crypto";
import Provider from "oidc-provider";
import { CLIENT } from "./client.ts";

const { HOST, PORT, ISSUER = "", ROTATE } = process.env;

const provider = new Provider(ISSUER, {
  clients: [
    {
      client_id: CLIENT.id,
      redirect_uris: [CLIENT.redirectUri],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    },
  ],
  cookies: { keys: [randomUUID()] },
  issueRefreshToken: () => true,
  rotateRefreshToken: ROTATE === "true",
});

provider.listen(Number(PORT), HOST);
