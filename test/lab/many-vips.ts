/**
 * A thousand addresses of one virtual router, and how long it takes until the network has heard of the last of them.
 *
 * @module
 */
import type { PortFrame } from "./taps.ts";

const IN_NETWORK = 250;

/** @returns 10.51.0.1, 10.51.0.2 … or 2001:db8:51::1 …: addresses that no interface has a route for. */
export function manyVips(count: number, family: 4 | 6 = 4): string[] {
  return Array.from({ length: count }, (_, n) =>
    family === 6
      ? `2001:db8:51::${(n + 1).toString(16)}`
      : `10.51.${Math.floor(n / IN_NETWORK)}.${(n % IN_NETWORK) + 1}`,
  );
}

/** A gratuitous request of each address, as a port of the switch heard it. */
export interface Announcing {
  /** From the first advert to the first one. */
  readonly firstMs: number;
  /** From the first advert to that of the address that came last. */
  readonly lastMs: number;
}

/**
 * @param frames of the host that takes over, from before it does.
 * @throws {Error} if it sent no advert, or an address was not announced.
 */
export function announcingOf(frames: readonly PortFrame[], vips: readonly string[]): Announcing {
  const advertUs = frames.find(({ kind }) => kind === "advert")?.atUs;
  if (advertUs === undefined) throw new Error("nobody took over: there is no advert");
  const firstUs = new Map<string, number>();
  for (const { kind, announcedIp, atUs } of frames) {
    if (kind !== "arp_request" || announcedIp === undefined || firstUs.has(announcedIp)) continue;
    firstUs.set(announcedIp, atUs);
  }
  const times = vips.map((vip) => firstUs.get(vip) ?? Number.NaN);
  const missing = times.filter(Number.isNaN).length;
  if (missing > 0) throw new Error(`${missing} of ${vips.length} addresses were not announced`);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return { firstMs: (first - advertUs) / 1000, lastMs: (last - advertUs) / 1000 };
}
