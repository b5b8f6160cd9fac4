/**
 * Neighbour discovery at the switch: questions that no stack asks by itself, and what was heard, decoded.
 *
 * @module
 */
import {
  decodeEthernet,
  decodeIpv6,
  decodeNeighbour,
  EtherType,
  encodeIpv6Frame,
  encodeNeighbour,
  type Ipv6,
  type Mac,
  type NeighbourMessage,
  NeighbourType,
  solicitedNodeGroup,
  WireError,
} from "@viptools/wire";
import type { Network } from "./network.ts";
import { startSending } from "./sending.ts";
import { end, sleep } from "./shell.ts";
import type { RawFrame } from "./taps.ts";

const ASK_EVERY_MS = 100;

/** A solicitation or an advertisement that entered the switch. */
export interface HeardNeighbour {
  /** The host behind the port. */
  readonly host: string;
  readonly atUs: number;
  readonly sourceMac: Mac;
  readonly destinationMac: Mac;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  readonly message: NeighbourMessage;
}

/** @returns undefined for whatever is no neighbour message, and none that receivers would take. */
export function readNeighbour({ host, atUs, bytes }: RawFrame): HeardNeighbour | undefined {
  const { source: sourceMac, destination: destinationMac, etherType, payload } = decodeEthernet(bytes);
  if (etherType !== EtherType.ipv6) return undefined;
  try {
    const packet = decodeIpv6(payload);
    const { source, destination } = packet;
    const message = decodeNeighbour(packet);
    return { host, atUs, sourceMac, destinationMac, source, destination, message };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** What an advertisement says, in one line; "?" for a solicitation. */
export function formOf({ message, sourceMac, source, destination }: HeardNeighbour): string {
  if (message.type !== NeighbourType.advertisement) return "?";
  const flags = [
    message.isRouter ? "R" : "-",
    message.isSolicited ? "S" : "-",
    message.isOverride ? "O" : "-",
  ].join("");
  return `${sourceMac} ${source} > ${destination} ${flags} ${message.target} at ${message.linkLayer}`;
}

/** Who asks, by which address: "::" for duplicate address detection, which says no MAC. */
export interface Asker {
  readonly mac: Mac;
  readonly source: Ipv6;
}

/** @param atMac whom alone to ask; undefined for the group. @returns the frame in hexadecimal digits. */
export function solicitation({ mac, source }: Asker, target: Ipv6, atMac?: Mac): string {
  const group = solicitedNodeGroup(target);
  const linkLayer = source === "::" ? undefined : mac;
  const message = { type: NeighbourType.solicitation, target, linkLayer };
  const packet = encodeNeighbour(message, source, atMac === undefined ? group : target);
  const frame = encodeIpv6Frame(packet, mac, atMac);
  return Buffer.from(frame).toString("hex");
}

/** Sends frames from a host again and again, for so long. */
export async function keepAsking(
  network: Network,
  host: string,
  frames: readonly string[],
  forMs: number,
): Promise<void> {
  const sender = await startSending(network, host, ASK_EVERY_MS, frames);
  await sleep(forMs);
  await end(sender);
}
