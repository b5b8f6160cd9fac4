/**
 * What a host has put on the wire while commands ran: the octets from the switch's port, and tcpdump's words for them.
 *
 * @module
 */
import { decodeEthernet, EtherType } from "@viptools/wire";
import type { Network } from "./network.ts";
import { Overheard } from "./overheard.ts";
import { VMAC6 } from "./router.ts";
import { waitFor } from "./shell.ts";
import { Taps } from "./taps.ts";

/** ARP, neighbour discovery, all of the virtual MAC; with a VLAN tag too, which has to be the last choice: it moves offsets. */
const FILTER = `arp or (icmp6 and (ip6[40] == 135 or ip6[40] == 136)) or ether src ${VMAC6} or vlan`;
const PATIENCE_MS = 5000;
const ICMPV6_TYPE_AT = 54;

export interface Announced {
  /** In the order of sending, in hexadecimal digits. */
  readonly frames: readonly string[];
  /** Without their times. */
  readonly lines: readonly string[];
  /** Of each frame, after the first one. */
  readonly afterMs: readonly number[];
}

/**
 * Runs and captures.
 *
 * @param count how many frames are waited for, at most five seconds; more are there if more came.
 */
export async function captureFrom(
  network: Network,
  host: string,
  listener: string,
  count: number,
  run: () => Promise<void> | void,
): Promise<Announced> {
  const taps = new Taps(network);
  await taps.open([host]);
  const overheard = await Overheard.open(network, listener, "eth0", FILTER);
  await run();
  const isFrom = (line: string): boolean => line.includes("ethertype");
  await waitFor(
    `${count} frames`,
    PATIENCE_MS,
    () => overheard.lines().filter(isFrom).length >= count || undefined,
  ).catch(() => {});
  const lines = (await overheard.stop()).filter(isFrom);
  const raw = (await taps.closeRaw()).filter(({ bytes }) => isAnnounced(bytes));
  return {
    frames: raw.map(({ bytes }) => Buffer.from(bytes).toString("hex")),
    lines: lines.map((line) => line.replace(/^\S+ /, "")),
    afterMs: raw.map(({ atUs }) => (atUs - raw[0]!.atUs) / 1000),
  };
}

/** The same choice as tcpdump's filter makes. */
function isAnnounced(frame: Uint8Array): boolean {
  const etherType = (frame[12]! << 8) | frame[13]!;
  if (etherType !== EtherType.ipv6) return etherType === EtherType.arp || etherType === EtherType.vlan;
  const { source } = decodeEthernet(frame);
  return [135, 136].includes(frame[ICMPV6_TYPE_AT]!) || source === VMAC6;
}
