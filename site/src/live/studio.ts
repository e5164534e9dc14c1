// The page's end of the studio. On plain static files there is none, and the page reads on.

import type { Event } from "../../../contracts/events.ts";

/** What the studio says of a lab. */
export interface LabState {
  readonly needs: readonly Need[];
  readonly done: Done;
  readonly machine: Machine;
  readonly calibration?: { readonly right: number; readonly of: number };
  /** When the reader has last saved an arm for it, in milliseconds; absent when there is none. */
  readonly yours?: number;
  /** The newest run of it. */
  readonly run?: RunState;
}

/** Where the reader's runs happen. */
export interface Machine {
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
}

export interface Need {
  readonly service: string;
  readonly version?: string;
  readonly problem?: string;
  readonly command?: string;
}

export interface Done {
  readonly read?: string;
  readonly seen?: string;
  readonly predicted?: { readonly right: number; readonly of: number; readonly guess: Guess };
  readonly ran?: { readonly times: number };
  readonly practised?: string;
}

export interface RunState {
  readonly id: string;
  readonly guess?: Guess;
  readonly without?: number;
  readonly traced?: boolean;
  readonly ended: boolean;
  readonly ahead: number;
}

/** What the reader expects, by claim and arm. */
export type Guess = Record<string, Record<string, "kept" | "broken">>;

/** What a page gets to know of a run while it goes on. */
export interface Listener {
  events(batch: readonly Event[]): void;
  ahead(count: number): void;
  /** The connection broke; the browser tries again by itself. */
  lost(): void;
}

/** What went wrong, in the studio's words. */
export class Refusal extends Error {}

/** Whether there is a studio: none on static files, or one that wants the link from the terminal. */
export type Connection = { readonly kind: "open" | "locked" | "none" };

const API = "/api";

/** Exchanges the token that the address carries, and asks whether the studio knows this browser. */
export async function connect(): Promise<Connection> {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (token) {
    history.replaceState(null, "", location.pathname + location.search);
    await send("/session", { token }).catch(() => {}); // whether it helped, the next answer tells
  }
  const answer = await fetch(`${API}/session`).catch(() => undefined);
  const isOurs = answer?.headers.get("content-type")?.startsWith("application/json");
  if (!answer || !isOurs) return { kind: "none" };
  return { kind: answer.ok ? "open" : "locked" };
}

/** Reads. Throws Refusal. */
export async function read<Answer>(path: string): Promise<Answer> {
  return answered(await fetch(API + path));
}

/** Acts. Throws Refusal. */
export async function send<Answer>(path: string, body: object = {}): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(body) };
  return answered(await fetch(API + path, request));
}

/** Follows a run to its end; returns how to look away. */
export function follow(run: string, listener: Listener): () => void {
  const source = new EventSource(`${API}/runs/${run}/events`);
  source.onmessage = ({ data }) => {
    const batch = JSON.parse(data) as Event[];
    if (batch.at(-1)?.kind === "end") source.close();
    listener.events(batch);
  };
  source.onerror = () => listener.lost();
  source.addEventListener("ahead", ({ data }) => listener.ahead(Number(data)));
  return () => source.close();
}

async function answered<Answer>(answer: Response): Promise<Answer> {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(body.error ?? "the studio does not answer");
  return body;
}
