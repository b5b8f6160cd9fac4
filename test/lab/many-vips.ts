/**
 * A virtual router with a thousand addresses, and how long it takes until the network has heard of the last of them.
 *
 * @module
 */
import { breakAfterAdvert, mend } from "./fault.ts";
import { KeepalivedRouter } from "./keepalived.ts";
import { Network } from "./network.ts";
import { PipeRouter, type Router, VRID } from "./router.ts";
import { sleep, waitFor } from "./shell.ts";
import { PRIORITY_OF_B, patienceMs, untilActive } from "./stage.ts";
import { type PortFrame, Taps } from "./taps.ts";

/** What takes over: ours in each form of a Backup, ours without the kernel's help, which builds nothing ahead, or keepalived. */
export type Taker = "absent" | "fenced" | "absent, no fence" | "keepalived";

const FOLLOW_ARGS: Readonly<Record<Exclude<Taker, "keepalived">, string>> = {
  absent: "--standby absent",
  fenced: "--standby fenced",
  "absent, no fence": "--fence none",
};
const IN_NETWORK = 250;

/** @returns 10.51.0.1, 10.51.0.2 … or 2001:db8:51::1 …: addresses that no interface has a route for. */
export function manyVips(count: number, family: 4 | 6 = 4): string[] {
  return Array.from({ length: count }, (_, n) =>
    family === 6
      ? `2001:db8:51::${(n + 1).toString(16)}`
      : `10.51.${Math.floor(n / IN_NETWORK)}.${(n % IN_NETWORK) + 1}`,
  );
}

/** From the first advert of a new Active, milliseconds. */
export interface Announcing {
  /** To the first gratuitous request. */
  readonly firstMs: number;
  /** To that of the address that came last. */
  readonly lastMs: number;
}

/**
 * @param frames of the host that takes over, from before it does.
 * @throws {Error} if it sent no advert, or an address was not announced.
 */
export function announcingOf(frames: readonly PortFrame[], vips: readonly string[]): Announcing {
  const advertUs = frames.find(({ kind }) => kind === "advert")?.atUs;
  if (advertUs === undefined) throw new Error("nobody took over: there is no advert");
  const heardUs = new Map<string, number>();
  for (const { kind, announcedIp, atUs } of frames) {
    // What comes before is of another take-over: keepalived says everything again five seconds later, Active or not.
    if (kind !== "arp_request" || announcedIp === undefined || atUs < advertUs || heardUs.has(announcedIp))
      continue;
    heardUs.set(announcedIp, atUs);
  }
  const missing = vips.filter((vip) => !heardUs.has(vip)).length;
  if (missing > 0) throw new Error(`${missing} of ${vips.length} addresses were not announced`);
  const times = vips.map((vip) => heardUs.get(vip)!);
  return {
    firstMs: (Math.min(...times) - advertUs) / 1000,
    lastMs: (Math.max(...times) - advertUs) / 1000,
  };
}

function startRouter(
  network: Network,
  host: string,
  taker: Taker,
  vips: readonly string[],
  advertMs: number,
): Router {
  const options = { priority: host === "a" ? 150 : PRIORITY_OF_B, advertMs, vips };
  if (taker === "keepalived") return new KeepalivedRouter(network, host, options);
  const routers = [{ interface: "eth0", vrid: VRID, vips }];
  return new PipeRouter(network, host, { ...options, routers, followArgs: FOLLOW_ARGS[taker] });
}

/** Of routers whose interval nobody says. */
const ADVERT_MS = 100;

/** A lone router from its start: nothing is built, and no process has done any of it before. */
export async function announcingOfStart(taker: Taker, vips: readonly string[]): Promise<Announcing> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const taps = new Taps(network);
    await taps.open(["a"]);
    const router = startRouter(network, "a", taker, vips, ADVERT_MS);
    await untilActive(taker, router, ADVERT_MS);
    await sleep(SETTLE_AFTER_START_MS);
    const announcing = announcingOf(await taps.close(), vips);
    await router.stop();
    return announcing;
  } finally {
    await network.remove();
  }
}

/** For the first announcement of a process that has never done it. */
const SETTLE_AFTER_START_MS = 1500;
/** For what follows a take-over. */
const SETTLE_MS = 300;
/** Of a take-over, for each address: four times what the slowest needs on a machine that has nothing else to do. */
const EACH_VIP_MS = 0.5;

/** Two routers of one make on a switch of their own: a is Active, and b takes over again and again. */
export class ManyVipsPair {
  readonly #taker: Taker;
  readonly #vips: readonly string[];
  readonly #advertMs: number;
  readonly #network = new Network(["a", "b"]);
  readonly #a: Router;
  readonly #b: Router;

  constructor(taker: Taker, vips: readonly string[], advertMs = ADVERT_MS) {
    this.#taker = taker;
    this.#vips = vips;
    this.#advertMs = advertMs;
    this.#a = startRouter(this.#network, "a", taker, vips, advertMs);
    this.#b = startRouter(this.#network, "b", taker, vips, advertMs);
  }

  /** Until a is Active and b is not. */
  async settle(): Promise<void> {
    await untilActive(`${this.#taker} on a`, this.#a, this.#advertMs);
    await waitFor(`${this.#taker} on b to be Backup`, patienceMs(this.#advertMs), () =>
      this.#b.isActive() ? undefined : true,
    );
    await sleep(SETTLE_MS);
  }

  /** A silent loss of a. Nothing asks while b takes over: that would take its processor. */
  async measure(): Promise<Announcing> {
    const taps = new Taps(this.#network);
    await taps.open(["b"]);
    breakAfterAdvert(this.#network, "a", "silent loss");
    await sleep(4 * this.#advertMs + Math.max(SETTLE_MS, this.#vips.length * EACH_VIP_MS));
    const frames = await taps.close();
    mend(this.#network, "a", "silent loss");
    await sleep(SETTLE_MS);
    await this.settle();
    return announcingOf(frames, this.#vips);
  }

  async remove(): Promise<void> {
    await Promise.all([this.#a.stop(), this.#b.stop()]);
    await this.#network.remove();
  }
}
