/**
 * A client that asks for the VIP all the time, and what it went through.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { monotonicUs } from "@viptools/kernel";
import type { RecordOf } from "@viptools/records";
import { type Network, VIP, VIP6 } from "./network.ts";
import { monotonicUsOf, ofType, readRecordLog } from "./record-log.ts";
import { waitFor } from "./shell.ts";

/** Time between asks: 500 a second. */
export const ASK_EVERY_MS = 2;
const GRACE = "200ms";

/** How each kind asks, and what about if nothing is said. */
const KINDS = {
  icmp: { options: [], target: VIP },
  arp: { options: ["--kind", "arp", "-I", "eth0"], target: VIP },
  icmp6: { options: [], target: VIP6 },
  nd: { options: ["--kind", "nd", "-I", "eth0"], target: VIP6 },
} as const;
export type ClientKind = keyof typeof KINDS;

export interface ClientOutage {
  readonly startUs: number;
  readonly outageMs: number;
  readonly lost: number;
}

export interface ClientStory {
  readonly asked: number;
  /** When the client was started, on the clock of records. */
  readonly startUs: number;
  /** When the asking ended, on the clock of records. */
  readonly endUs: number;
  readonly lost: number;
  readonly outages: readonly ClientOutage[];
  /** The target was away when the asking ended. */
  readonly isAway: boolean;
}

export class Client {
  readonly #path: string;
  readonly #child: ChildProcess;
  readonly #startUs = monotonicUs();

  /** @param target the VIP of the family unless told otherwise. @param everyMs time between asks. */
  constructor(
    network: Network,
    host: string,
    kind: ClientKind,
    target: string = KINDS[kind].target,
    everyMs = ASK_EVERY_MS,
  ) {
    this.#path = join(network.folder, `client-${kind}-${Date.now()}.ndjson`);
    const every = ["--every", `${everyMs}ms`, "--grace", GRACE];
    const argv = ["vip-probe", ...every, ...KINDS[kind].options, target];
    this.#child = network.start(host, argv, ["ignore", openSync(this.#path, "w"), "inherit"]);
  }

  /** Stops asking, and waits for the last answers. */
  async stop(): Promise<ClientStory> {
    this.#child.kill("SIGTERM");
    await waitFor("the client to end", 5000, () => (this.#child.exitCode !== null ? true : undefined));
    return readStory(readRecordLog(this.#path), this.#startUs);
  }
}

function readStory(records: ReturnType<typeof readRecordLog>, startUs: number): ClientStory {
  const summary = ofType(records, "probe.summary")[0];
  if (summary === undefined) throw new Error("the client wrote no summary");
  const lost = ofType(records, "probe.lost");
  const back = ofType(records, "probe.back");
  return {
    asked: summary.asked,
    startUs,
    endUs: monotonicUsOf(summary),
    lost: summary.lost,
    outages: back.map((record) => outageOf(record)),
    isAway: lost.length > back.length,
  };
}

function outageOf(back: RecordOf<"probe.back">): ClientOutage {
  return { startUs: monotonicUsOf(back) - back.outage_ms * 1000, outageMs: back.outage_ms, lost: back.lost };
}

/**
 * Asks in vain outside the expected outage, as a share of all asks outside it. A run in which more than one in twenty
 * was lost there says nothing about failover.
 */
export function strayLossShare(story: ClientStory, fromUs: number, toUs: number): number {
  const inside = (at: number): boolean => at >= fromUs && at <= toUs;
  const stray = story.outages
    .filter(({ startUs }) => !inside(startUs))
    .reduce((sum, { lost }) => sum + lost, 0);
  // A busy machine asks less often than it should: of what it did ask, the share of the time.
  const insideShare = (Math.min(toUs, story.endUs) - fromUs) / (story.endUs - story.startUs);
  return stray / Math.max(1, story.asked * (1 - insideShare));
}
