// A script adjusts five accounts, and one of them cannot be adjusted: its key holds a list. Redis
// runs a script alone, so nobody sees it half done, but it takes back nothing when it ends in an
// error. What is written by then, and what the caller hears of it, is up to the script.

import { lab, numbered } from "#kit";
import { redis } from "#services/redis";

// The first error ends the script.
const CALL = `
  for i, account in ipairs(KEYS) do
    redis.call("INCRBY", account, ARGV[i])
  end
  return "adjusted"
`;

// An error is a value like any other, and this script never looks at it.
const PCALL_IGNORED = `
  for i, account in ipairs(KEYS) do
    redis.pcall("INCRBY", account, ARGV[i])
  end
  return "adjusted"
`;

const PCALL_REPORTED = `
  local failed = {}
  for i, account in ipairs(KEYS) do
    local reply = redis.pcall("INCRBY", account, ARGV[i])
    if type(reply) == "table" and reply.err then table.insert(failed, account) end
  end
  return #failed > 0 and failed or "adjusted"
`;

// Reads only, so it can still refuse everything.
const CHECK = `
  for _, account in ipairs(KEYS) do
    local kind = redis.call("TYPE", account).ok
    if kind ~= "string" then return redis.error_reply("ERR " .. account .. " is a " .. kind) end
  end
`;

export default lab({
  title: "Error handling in Lua scripts",
  question:
    "One of five adjustments in a script fails - who finds out, and what has been written by then?",
  services: { redis },
  knobs: { accounts: { value: 5, from: 5, to: 50 }, failing: { value: 3, from: 1, to: 5 } },
  arms: {
    call: CALL,
    "pcall-ignored": PCALL_IGNORED,
    "pcall-reported": PCALL_REPORTED,
    validated: [
      CHECK, // matters: Nothing is written when something fails; The caller learns which one failed
      CALL,
    ].join(""),
  },

  async trial(script, { redis, knobs }) {
    const client = await redis.connect();
    const accounts = numbered("account", knobs.accounts);
    const open = () => client.mset(accounts.flatMap((account) => [account, 100]));
    const adjust = async () =>
      String(await client.eval(script, accounts.length, ...accounts, ...accounts.map(() => 10)));
    await open();
    const usual = await adjust();

    await open();
    const wrong = accounts[knobs.failing - 1]!;
    await client.del(wrong);
    await client.rpush(wrong, "not a number");
    const heard = await adjust().catch(String);

    const good = accounts.filter((account) => account !== wrong);
    const adjusted = (await client.mget(good)).filter((balance) => balance === "110").length;
    return { usual, heard, wrong, adjusted, lost: good.length - adjusted };
  },

  claims: {
    "The caller learns that something failed": {
      holds: (found) => found.heard !== found.usual,
      brokenBy: ["pcall-ignored"],
    },
    "The caller learns which one failed": {
      holds: (found) => found.heard.includes(found.wrong),
      brokenBy: ["call", "pcall-ignored"],
    },
    "Nothing is written when something fails": {
      holds: (found) => found.adjusted === 0,
      brokenBy: ["call", "pcall-ignored", "pcall-reported"],
    },
    "The good adjustments are made all the same": {
      holds: (found) => found.lost === 0,
      brokenBy: ["call", "validated"],
    },
  },

  measures: {
    "writes left by a failed script": (found) => found.adjusted,
    "good adjustments lost": (found) => found.lost,
    "errors reported": (found) => (found.heard === found.usual ? 0 : 1),
  },
});
