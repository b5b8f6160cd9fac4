/**
 * Names of virtual routers and of the addresses that move.
 *
 * @module
 */
import { type Ipv4, parseIpv4 } from "@viptools/wire";

/** A virtual router: VRID and family on one interface (RFC 9568 §1.7). */
export interface Instance {
  readonly interface: string;
  readonly family: 4 | 6;
  readonly vrid: number;
}

/** @returns `eth0/4/51`. */
export function formatInstance(instance: Instance): string {
  return `${instance.interface}/${instance.family}/${instance.vrid}`;
}

/** @returns undefined if the text is not `interface/family/vrid`. */
export function parseInstance(text: string): Instance | undefined {
  const [name, family, vrid, ...rest] = text.split("/");
  const number = Number(vrid);
  if (!name || rest.length > 0 || (family !== "4" && family !== "6")) return undefined;
  if (!/^\d{1,3}$/.test(vrid ?? "") || number < 1 || number > 255) return undefined;
  return { interface: name, family: family === "4" ? 4 : 6, vrid: number };
}

/** An address that moves, with the length of its prefix. */
export interface Vip {
  readonly address: Ipv4;
  readonly length: number;
}

/**
 * Reads `ADDRESS/LENGTH` or `ADDRESS`, which means the address alone (/32).
 *
 * @throws {SyntaxError} saying what was seen and what is needed.
 */
export function parseVip(text: string): Vip {
  const [address = "", length = "32", ...rest] = text.split("/");
  if (address.includes(":")) {
    throw new SyntaxError(
      `Cannot take VIP "${text}": IPv6 is not supported by this version, needs an IPv4 address`,
    );
  }
  if (rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) < 1 || Number(length) > 32) {
    throw new SyntaxError(`Cannot take VIP "${text}": prefix length needs a number from 1 to 32`);
  }
  const vip = { address: parseIpv4(address), length: Number(length) };
  const first = Number(address.split(".")[0]);
  if (first === 0 || first === 127 || first >= 224) {
    throw new SyntaxError(`Cannot take VIP "${text}": needs a unicast address that a network can carry`);
  }
  return vip;
}

export function formatVip(vip: Vip): string {
  return `${vip.address}/${vip.length}`;
}
