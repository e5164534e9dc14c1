// Whoever holds a refresh token gets access tokens, for as long as the login lasts. A provider that
// gives a new one at every use notices when an old one comes back: two have it, and since it cannot
// tell which of them is the thief it throws out both. A token that is bound to a key is of no use to
// somebody who has copied the token alone.

import { lab, repeat, sum } from "#kit";
import { processes } from "#services/processes";
import { askForTokens, type Prove, proofs, signIn } from "./client.ts";

/** What the provider does with a token that is used, and what the client adds to its requests. */
interface Protection {
  readonly rotate: boolean;
  readonly bind: boolean;
}

const fixed: Protection = { rotate: false, bind: false };

const rotated: Protection = {
  ...fixed,
  rotate: true, // matters: Once the owner has refreshed too, the thief is out
};

const senderBound: Protection = {
  ...fixed,
  bind: true, // matters: The thief gets no access token; Once the owner has refreshed too, the thief is out
};

/** Somebody who has a refresh token, and uses the newest that they know. */
class Holder {
  readonly accessTokens: string[] = [];
  readonly #issuer: string;
  readonly #waysToAsk: (Prove | undefined)[];
  #refreshToken: string;

  constructor(issuer: string, refreshToken: string, waysToAsk: (Prove | undefined)[]) {
    this.#issuer = issuer;
    this.#refreshToken = refreshToken;
    this.#waysToAsk = waysToAsk;
  }

  /** Tells whether that brought an access token. */
  async refresh(): Promise<boolean> {
    for (const prove of this.#waysToAsk) {
      const grant = { grant_type: "refresh_token", refresh_token: this.#refreshToken };
      const tokens = await askForTokens(this.#issuer, grant, prove);
      if (!tokens) continue;
      this.#refreshToken = tokens.refreshToken;
      this.accessTokens.push(tokens.accessToken);
      return true;
    }
    return false;
  }
}

export default lab({
  title: "A stolen refresh token",
  question:
    "Somebody copies the refresh token out of the storage of the browser: for how long do they stay in, and who gets thrown out?",
  services: { provider: processes.with({ module: import.meta.resolve("./provider.ts") }) },
  knobs: { logins: { value: 4, from: 2, to: 100 } },
  arms: { static: fixed, rotated, "sender-bound": senderBound },

  async trial({ rotate, bind }, { provider, knobs: { logins } }) {
    const [issuer] = provider.urls as [string];
    await provider.start({ ISSUER: issuer, ROTATE: String(rotate) });
    const foreignKey = await proofs();
    let signatures = 0;

    const thefts = await repeat(logins, async (number) => {
      const key = await proofs();
      const sign: Prove = (url) => {
        signatures += 1;
        return key(url);
      };
      const ownersWay = bind ? sign : undefined;
      const { refreshToken } = await signIn(issuer, `user ${number}`, ownersWay);
      const owner = new Holder(issuer, refreshToken, [ownersWay]);
      const thief = new Holder(issuer, refreshToken, [undefined, foreignKey]);

      for (const one of number % 2 ? [owner, thief] : [thief, owner]) await one.refresh();
      return {
        thiefIsIn: await thief.refresh(),
        ownerIsIn: await owner.refresh(),
        stolen: thief.accessTokens.length,
      };
    });
    return {
      stolen: sum(thefts.map(({ stolen }) => stolen)),
      thievesIn: thefts.filter(({ thiefIsIn }) => thiefIsIn).length,
      ownersOut: thefts.filter(({ ownerIsIn }) => !ownerIsIn).length,
      signatures: signatures / logins,
    };
  },

  claims: {
    "The thief gets no access token": {
      holds: (found) => found.stolen === 0,
      brokenBy: ["static", "rotated"],
    },
    "Once the owner has refreshed too, the thief is out": {
      holds: (found) => found.thievesIn === 0,
      brokenBy: ["static"],
    },
    "The owner stays logged in": {
      holds: (found) => found.ownersOut === 0,
      brokenBy: ["rotated"],
    },
    "The client has no key to keep": {
      holds: (found) => found.signatures === 0,
      brokenBy: ["sender-bound"],
    },
  },

  measures: {
    "access tokens that the thief got": (found) => found.stolen,
    "logins that the owner has to repeat": (found) => found.ownersOut,
    "signatures per login": (found) => found.signatures,
  },
});
