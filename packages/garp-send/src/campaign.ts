/**
 * Which rounds a single run sends, and when: pure.
 *
 * @module
 */
import { BROADCAST_MAC, ZERO_MAC } from "@viptools/wire";
import type { Form } from "./announcement.ts";
import type { Round } from "./schedule.ts";
import type { Shape } from "./shape.ts";

/** A round at its time. */
export interface TimedRound extends Round {
  /** After the first one. */
  readonly afterUs: number;
  /** False where only IPv4 is repeated. */
  readonly hasIpv6: boolean;
}

export interface CampaignOptions {
  readonly forms: readonly Form[];
  /** How many rounds; Infinity to go on until the deadline. */
  readonly count: number;
  readonly intervalUs: number;
  /** No round begins at this time or later; Infinity for never. */
  readonly deadlineUs: number;
}

/** The same round again and again. */
export function* everyInterval(options: CampaignOptions): Generator<TimedRound> {
  const { forms, count, intervalUs, deadlineUs } = options;
  for (let n = 1; n <= count && (n - 1) * intervalUs < deadlineUs; n++)
    yield { n, forms, afterUs: (n - 1) * intervalUs, hasIpv6: true };
}

/** What another program sends: its forms, how often, and what it says of IPv6. */
export interface Preset {
  readonly targetMac: Shape["targetMac"];
  /** Router flag; undefined: as this host forwards. */
  readonly isRouter: boolean | undefined;
  readonly rounds: readonly TimedRound[];
}

const MS = 1000;
const S = 1000 * MS;
const own: Shape["targetMac"] = { request: "own", reply: "own" };
const ones: Shape["targetMac"] = { request: BROADCAST_MAC, reply: BROADCAST_MAC };
const inTurn = (count: number, intervalUs: number, forms: readonly Form[]): TimedRound[] => [
  ...everyInterval({ forms, count, intervalUs, deadlineUs: Number.POSITIVE_INFINITY }),
];

/** keepalived 2.2.7: five requests at once, five more after 5 s; advertisements likewise. */
const KEEPALIVED_ROUNDS = [0, 0, 0, 0, 0, 5, 5, 5, 5, 5].map(
  (afterS, n): TimedRound => ({ n: n + 1, forms: ["request"], afterUs: afterS * S, hasIpv6: true }),
);

/** Pacemaker's IPaddr2 with the libnet send_arp: each request's reply follows half an interval (200 ms) later. */
const PACEMAKER_ROUNDS = Array.from(
  { length: 10 },
  (_, n): TimedRound => ({
    n: n + 1,
    forms: [n % 2 === 0 ? "request" : "reply"],
    afterUs: n * 100 * MS,
    hasIpv6: n % 2 === 0,
  }),
);

export type PresetName = "keepalived" | "pacemaker" | "metallb" | "rfc9568";

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  keepalived: { targetMac: ones, isRouter: undefined, rounds: KEEPALIVED_ROUNDS },
  pacemaker: {
    targetMac: { request: ZERO_MAC, reply: "own" },
    isRouter: false,
    rounds: PACEMAKER_ROUNDS,
  },
  // Of MetalLB's layer 2 mode: for 5 s, further apart than Linux' locktime.
  metallb: { targetMac: ones, isRouter: false, rounds: inTurn(5, 1100 * MS, ["request", "reply"]) },
  rfc9568: { targetMac: own, isRouter: true, rounds: inTurn(1, 0, ["request"]) },
};
