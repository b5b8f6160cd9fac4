/**
 * Two routers with many addresses that write about each of them, again and again, to a log that takes it slowly.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Make } from "./failover.ts";
import { KeepalivedRouter } from "./keepalived.ts";
import { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import { PipeRouter, type Router, type RouterOptions, VRID } from "./router.ts";
import { sleep, waitFor } from "./shell.ts";
import { PRIORITY_OF_B, patienceMs } from "./stage.ts";
import { Taps } from "./taps.ts";
import { gapsMs } from "./voices.ts";

/** It reads within a lease, and no more than a pipe holds. */
const READ_EVERY_MS = 100;
const READER = `node ${fileURLToPath(new URL("./slow-reader.js", import.meta.url))} ${READ_EVERY_MS}`;

/** What came of it. */
export interface Advertised {
  /** Between the adverts of the high one, from its first one on, milliseconds. */
  readonly gaps: readonly number[];
  /** Adverts of the low one. */
  readonly ofOther: number;
  /** How often one of the two became Active. */
  readonly takeOvers: number;
  /** How many announcements the log of the high one tells of. */
  readonly sentences: number;
  /** What the high one of ours said to people. */
  readonly said: string;
}

/** @param make who plays both. @param seconds from when the high one became Active. */
export async function playSlowly(
  make: Make,
  vips: readonly string[],
  advertMs: number,
  seconds: number,
): Promise<Advertised> {
  const network = new Network(["a", "b"]);
  try {
    await network.settle();
    const taps = new Taps(network);
    await taps.open(["a", "b"]);
    const start = (host: string, priority: number): Router =>
      startRouter(network, host, make, { priority, advertMs, vips });
    const a = start("a", 150);
    await waitFor("a to be Active", patienceMs(advertMs), () => a.isActive() || undefined);
    const b = start("b", PRIORITY_OF_B);
    await sleep(seconds * 1000);
    const adverts = (await taps.close()).filter(({ kind }) => kind === "advert");
    await Promise.all([a.stop(), b.stop()]);
    return {
      gaps: gapsMs(adverts.filter(({ host }) => host === "a")),
      ofOther: adverts.filter(({ host }) => host === "b").length,
      takeOvers: takeOversOf(a) + takeOversOf(b),
      sentences: sentencesOf(a),
      said: a instanceof PipeRouter ? a.errors().trim() : "",
    };
  } finally {
    await network.remove();
  }
}

function startRouter(network: Network, host: string, make: Make, options: RouterOptions): Router {
  const more = { ...options, announceEveryS: 1, reader: READER };
  if (make === "keepalived") return new KeepalivedRouter(network, host, more);
  const routers = [{ interface: "eth0", vrid: VRID, vips: options.vips }];
  return new PipeRouter(network, host, { ...more, routers, announceArgs: "--on-reader-loss ignore" });
}

function takeOversOf(router: Router): number {
  if (router instanceof PipeRouter) return router.states().filter(({ state }) => state === "active").length;
  return countOf(router, /Entering MASTER STATE/g);
}

function sentencesOf(router: Router): number {
  if (router instanceof PipeRouter) return ofType(router.records(), "garp.sent").length;
  return countOf(router, /Sending gratuitous ARP on/g);
}

function countOf(router: Router, words: RegExp): number {
  return router instanceof KeepalivedRouter ? (router.log().match(words)?.length ?? 0) : 0;
}
