// A call on the web begins with an offer that is answered. When both press the button at once there
// are two offers and two browsers that wait for an answer. A browser that gets an offer then withdraws
// its own; if both do so, both answer, and each gets an answer to an offer that is no more. One rule
// is needed of who gives way, and it must not be that only one side ever offers.

import type { BrowserContext } from "playwright-core";
import { lab, sum, until } from "#kit";
import { chromium } from "#services/chromium";
import { openSignalling, type Policy } from "./phone.ts";

const SWITCHES = [
  ...["--use-fake-device-for-media-stream=fps=10", "--use-fake-ui-for-media-stream"],
  "--process-per-site", // two phones in one process start sooner
];

const bothOffer: Policy = {
  mayOffer: () => true,
  takesOffer: () => true,
};

const callerOffers: Policy = {
  mayOffer: ({ isFirst }) => isFirst,
  takesOffer: () => true,
};

const perfectNegotiation: Policy = {
  mayOffer: () => true,
  takesOffer: ({ isFirst, isCollision }) => {
    if (isFirst && isCollision) return false; // matters: A call that both started at once is connected
    return true;
  },
};

const PATIENCE = { withinMs: 60_000 }; // with a whole browser

const NOTHING = { ready: 0, silent: 0, offered: 0, withdrawn: 0, refused: 0, pictures: 0 };

/** A page that is a phone, and counts what it tells since it visited the server. */
async function openPhone(context: BrowserContext, id: "first" | "second") {
  const page = await context.newPage();
  const told = { ...NOTHING };
  await page.exposeFunction("tell", (what: keyof typeof told) => {
    told[what] += 1;
  });
  return {
    told,
    async visit(url: string) {
      await page.goto("about:blank"); // ends the last call
      Object.assign(told, NOTHING);
      await page.goto(`${url}/#${id}`);
      await until("the phone", () => told.ready === 1, PATIENCE);
    },
    addCamera: (width: number) => page.evaluate(`addCamera(${width})`),
  };
}

type Phones = Awaited<ReturnType<typeof openPhone>>[];

/** Both press the button, and neither hears of the other before it has done what it does then. */
async function callAtOnce(phones: Phones, policy: Policy, width: number) {
  await using signalling = await openSignalling(policy);
  for (const phone of phones) await phone.visit(signalling.url);
  for (const { addCamera } of phones) await addCamera(width);
  const isDecided = () => phones.every(({ told }) => told.offered + told.silent === 1);
  await until("both to have offered, or not", isDecided, PATIENCE);
  signalling.deliver();
  const sees = () => phones.every(({ told }) => told.pictures > 0);
  const hasFailed = () => phones.every(({ told }) => told.refused > 0);
  await until("pictures, or two answers to nothing", () => sees() || hasFailed(), PATIENCE);
  return {
    isConnected: sees(),
    descriptions: signalling.descriptions(),
    withdrawn: sum(phones.map(({ told }) => told.withdrawn)),
  };
}

/** The first one calls and only it has a camera; then the second adds one, and then the first. */
async function addCameras(phones: Phones, policy: Policy, width: number) {
  await using signalling = await openSignalling(policy);
  signalling.deliver();
  for (const phone of phones) await phone.visit(signalling.url);
  const [first, second] = phones as [Phones[0], Phones[0]];
  await first.addCamera(width);
  await until("the call", () => second.told.pictures === 1, PATIENCE);
  await second.addCamera(width);
  const isDecided = () => first.told.pictures === 1 || second.told.silent === 1;
  await until("the second side's camera, or its silence", isDecided, PATIENCE);
  const unseen = 1 - first.told.pictures;
  await first.addCamera(width);
  await until("the first side's other camera", () => second.told.pictures === 2, PATIENCE);
  return { unseen };
}

export default lab({
  title: "Two people press call at the same moment",
  question:
    "How do two browsers that send each other an offer at the same time end up in one call?",
  services: { chromium: chromium.with({ switches: SWITCHES }) },
  knobs: { width: { value: 320, from: 160, to: 640 } },
  arms: {
    "both-offer": bothOffer,
    "caller-offers": callerOffers,
    "perfect-negotiation": perfectNegotiation,
  },
  deadlineSeconds: 120,

  async trial(policy, { chromium, knobs: { width } }) {
    await using browser = await chromium.connect();
    await using context = await browser.newContext();
    const phones = [await openPhone(context, "first"), await openPhone(context, "second")];
    const call = await callAtOnce(phones, policy, width);
    return { ...call, ...(await addCameras(phones, policy, width)) };
  },

  claims: {
    "A call that both started at once is connected": {
      holds: (found) => found.isConnected,
      brokenBy: ["both-offer"],
    },
    "Either side can add a camera in the middle of the call": {
      holds: (found) => found.unseen === 0,
      brokenBy: ["caller-offers"],
    },
    "No offer is made for nothing": {
      holds: (found) => found.withdrawn === 0,
      brokenBy: ["both-offer", "perfect-negotiation"],
    },
  },

  measures: {
    "calls connected": (found) => Number(found.isConnected),
    "offers and answers per call": (found) => found.descriptions,
    "offers withdrawn": (found) => found.withdrawn,
    "cameras that nobody saw": (found) => found.unseen,
  },
});
