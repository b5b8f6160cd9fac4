/**
 * Names of virtual routers and of the addresses that move.
 *
 * @module
 */
import {
  addressToBytes,
  familyOf,
  type IpAddress,
  type IpFamily,
  ipv4ToNumber,
  parseIpAddress,
} from "@viptools/wire";

/** A virtual router: VRID and family on one interface (RFC 9568 §1.7). */
export interface Instance {
  readonly interface: string;
  readonly family: IpFamily;
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

/** An address that moves, with the length of its prefix: 1 to 32, or 1 to 128 for IPv6. */
export interface Vip {
  readonly address: IpAddress;
  readonly length: number;
}

export function familyOfVip(vip: Vip): IpFamily {
  return familyOf(vip.address);
}

/**
 * Reads `ADDRESS/LENGTH` or `ADDRESS`, which means the address alone (/32 or /128). Link-local addresses are taken:
 * the first VIP of an IPv6 virtual router has to be one (RFC 9568 §5.2.9).
 *
 * @returns the address in canonical text, whatever form it was given in.
 * @throws {SyntaxError} saying what was seen and what is needed.
 */
export function parseVip(text: string): Vip {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const longest = address.includes(":") ? 128 : 32;
  const length = slash < 0 ? longest : readLength(text.slice(slash + 1));
  if (length < 1 || length > longest) {
    throw new SyntaxError(`Cannot take VIP "${text}": prefix length needs a number from 1 to ${longest}`);
  }
  const vip = { address: parseIpAddress(address), length };
  if (!isUnicast(vip.address)) {
    throw new SyntaxError(`Cannot take VIP "${text}": needs a unicast address that a network can carry`);
  }
  if (isNetwork(vip)) {
    throw new SyntaxError(`Cannot take VIP "${text}": it is the network's own or its broadcast address`);
  }
  return vip;
}

/** @returns 0 for what is no number of at most three digits. */
function readLength(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : 0;
}

/** @returns the address of a VIP, in canonical text. @throws {SyntaxError} as {@link parseVip} does. */
export function addressOfVip(vip: string): IpAddress {
  return parseVip(vip).address;
}

/** All host bits 0 or all 1; a prefix of 31 or 32 has no such addresses (RFC 3021). */
function isNetwork({ address, length }: Vip): boolean {
  if (familyOf(address) === 6 || length > 30) return false;
  const hosts = 2 ** (32 - length);
  const host = ipv4ToNumber(address) % hosts;
  return host === 0 || host === hosts - 1;
}

/** @returns `192.0.2.1/24` or `2001:db8::1/64`: equal for equal VIPs. */
export function formatVip(vip: Vip): string {
  return `${vip.address}/${vip.length}`;
}

/** False for groups, loopback, "this network" and, in ::/80, the unspecified and the addresses that embed IPv4. */
function isUnicast(address: IpAddress): boolean {
  if (familyOf(address) === 6) {
    const octets = addressToBytes(address);
    return octets[0] !== 0xff && octets.subarray(0, 10).some((octet) => octet !== 0);
  }
  const network = Number.parseInt(address, 10);
  return network > 0 && network < 224 && network !== 127;
}
