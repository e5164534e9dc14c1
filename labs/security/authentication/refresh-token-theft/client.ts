// What the application and its user's browser do: sign in with the authorization code flow and PKCE
// (RFC 7636), and get tokens, where wanted with a proof of possession (DPoP, RFC 9449).

import { createHash, randomBytes, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** The application as the provider knows it. */
export const CLIENT = { id: "shop", redirectUri: "https://shop.example/callback" };

/** Makes a proof for a request to an address. */
export type Prove = (url: string) => Promise<string>;

/** A new key, and the proofs that it makes: for one method, one address, once. */
export async function proofs(): Promise<Prove> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return (url) =>
    new SignJWT({ htm: "POST", htu: url, jti: randomUUID() })
      .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
      .setIssuedAt()
      .sign(privateKey);
}

/** Asks for tokens. Returns nothing where the provider refuses. */
export async function askForTokens(issuer: string, grant: Record<string, string>, prove?: Prove) {
  const url = `${issuer}/token`;
  const answer = await fetch(url, {
    method: "POST",
    headers: prove ? { dpop: await prove(url) } : {},
    body: new URLSearchParams({ client_id: CLIENT.id, ...grant }),
  });
  const { access_token, refresh_token } = (await answer.json()) as Record<string, string>;
  if (!answer.ok || !access_token || !refresh_token) return undefined;
  return { accessToken: access_token, refreshToken: refresh_token };
}

/** Signs a user in and returns the first tokens. Throws where that fails. */
export async function signIn(issuer: string, user: string, prove?: Prove) {
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const query = new URLSearchParams({
    client_id: CLIENT.id,
    redirect_uri: CLIENT.redirectUri,
    response_type: "code",
    scope: "openid",
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  const visit = browser();
  let next = await visit(`${issuer}/auth?${query}`);
  for (const form of [`prompt=login&login=${user}`, "prompt=consent"]) {
    next = await visit(await visit(next, new URLSearchParams(form)));
  }
  const code = new URL(next).searchParams.get("code") ?? "";
  const grant = { grant_type: "authorization_code", code, code_verifier: verifier };
  const tokens = await askForTokens(issuer, { ...grant, redirect_uri: CLIENT.redirectUri }, prove);
  if (!tokens) throw new Error(`${user} could not sign in; the last redirect was to ${next}`);
  return tokens;
}

/** A browser with cookies, which returns where an answer sends it. */
function browser() {
  const cookies = new Map<string, string>();
  return async (url: string, form?: URLSearchParams) => {
    const answer = await fetch(url, {
      method: form ? "POST" : "GET",
      body: form ?? null,
      headers: { cookie: [...cookies].map((cookie) => cookie.join("=")).join("; ") },
      redirect: "manual",
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (!location) throw new Error(`${url} answered ${answer.status} and leads nowhere`);
    return new URL(location, url).href;
  };
}
