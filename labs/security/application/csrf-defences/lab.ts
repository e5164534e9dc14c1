// A browser sends a cookie to the site that it belongs to, whoever wrote the form or the link. So a
// request that carries a session may have been made up by a foreign page. SameSite keeps the cookie
// from most of those, but not from links, and a sister domain is the same site to it. A token proves
// that the shop wrote the form, unless the token is compared with what the sister can plant.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { getCookie, setCookie } from "hono/cookie";
import { type Address, lab, repeat } from "#kit";
import { chromium } from "#services/chromium";
import { openAttacker } from "./attacker.ts";
import { type Defence, openShop } from "./shop.ts";

const bareCookie: Defence = { cookie: {}, methods: ["GET", "POST"] };

const lax: Defence = { cookie: { sameSite: "Lax" }, methods: ["GET", "POST"] };

const doubleSubmit: Defence = {
  ...lax,
  issue(visit) {
    const token = randomUUID();
    setCookie(visit, "token", token, { sameSite: "Lax" });
    return token;
  },
  isOurs: (visit, _session, repeated) => repeated === getCookie(visit, "token"),
};

const sessionToken: Defence = {
  ...lax,
  methods: ["POST"],
  issue(_visit, session) {
    session.token = randomUUID();
    return session.token;
  },
  isOurs(_visit, session, repeated) {
    if (repeated !== session.token) return false; // matters: A page on a sister domain moves no money
    return true;
  },
};

// One browser takes all these names for this machine; the port does not count for cookies.
const NAMES = "--host-resolver-rules=MAP *.test 127.0.0.1";

export default lab({
  title: "Who sent this form?",
  question:
    "The browser sends the cookie by itself: which defence stops a form on a foreign page, a link, and a page on a sister domain?",
  services: { chromium: chromium.with({ switches: [NAMES] }) },
  knobs: { visitors: 1 },
  deadlineSeconds: 60, // a browser takes its time on a busy machine
  arms: {
    "bare-cookie": bareCookie,
    lax,
    "double-submit": doubleSubmit,
    "session-token": sessionToken,
  },

  async trial(defence, { chromium, knobs: { visitors } }) {
    await using shop = await openShop(defence);
    const at = (name: string, { address }: { address: Address }) =>
      `http://${name}:${address.port}`;
    const transfer = `${at("shop.test", shop)}/transfer`;
    await using attacker = await openAttacker(transfer);

    const attacks = await repeat(visitors, async () => {
      await using page = await chromium.page();
      /** Clicks on something that sends a transfer, and returns how that went. */
      const click = async (what: string) => {
        const answered = page.waitForResponse((answer) => answer.url() === transfer);
        await Promise.all([answered, page.dispatchEvent(what, "click")]);
        const { hasSession, status } = shop.requests.at(-1)!;
        return { hasSession, moved: status === 200 };
      };
      await page.goto(`${at("shop.test", shop)}/login`);
      assert.ok((await click("button")).moved, "the shop's own form moves money");

      await page.goto(at("blog.shop.test", attacker));
      const sister = await click("button");
      await page.goto(at("evil.test", attacker));
      return { sister, form: await click("button"), link: await click("a") };
    });
    const all = attacks.flatMap(({ form, link, sister }) => [form, link, sister]);
    return {
      byForm: attacks.filter(({ form }) => form.moved).length,
      byLink: attacks.filter(({ link }) => link.moved).length,
      bySister: attacks.filter(({ sister }) => sister.moved).length,
      withSession: all.filter(({ hasSession }) => hasSession).length / visitors,
      tokensKept: [...shop.sessions.values()].filter(({ token }) => token).length / visitors,
    };
  },

  claims: {
    "A form on a foreign site moves no money": {
      holds: (found) => found.byForm === 0,
      brokenBy: ["bare-cookie"],
    },
    "A link on a foreign site moves no money": {
      holds: (found) => found.byLink === 0,
      brokenBy: ["bare-cookie", "lax", "double-submit"],
    },
    "A page on a sister domain moves no money": {
      holds: (found) => found.bySister === 0,
      brokenBy: ["bare-cookie", "lax", "double-submit"],
    },
    "The server keeps nothing per visitor for it": {
      holds: (found) => found.tokensKept === 0,
      brokenBy: ["session-token"],
    },
  },

  measures: {
    "transfers by a foreign form": (found) => found.byForm,
    "transfers by a link": (found) => found.byLink,
    "transfers by a sister domain": (found) => found.bySister,
    "attacks per visitor that carried the session": (found) => found.withSession,
    "tokens kept per session": (found) => found.tokensKept,
  },
});
