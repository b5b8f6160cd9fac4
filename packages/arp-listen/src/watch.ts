/**
 * The addresses that a sensor is about: pure.
 *
 * @module
 */
import {
  addressToBytes,
  familyOf,
  type IpAddress,
  ipv6FromBytes,
  macToBytes,
  parseIpAddress,
  parseMac,
} from "@viptools/wire";
import { ipv4Number, macNumber } from "./address-number.ts";

/** Nobody has said who should own it. */
export const ANYBODY = -1;

export interface Watched {
  readonly ip: IpAddress;
  /** 48 bits, or {@link ANYBODY}. */
  readonly expected: number;
}

/** @param text `192.0.2.100`, or with the MAC that should own it `192.0.2.100=00:00:5e:00:01:33`. @throws {SyntaxError} */
export function parseWatched(text: string): Watched {
  const [ip = "", mac, ...more] = text.split("=");
  if (more.length > 0)
    throw new SyntaxError(`Cannot read "${text}": needs an address, or one with its MAC as ADDRESS=MAC`);
  const expected = mac === undefined ? ANYBODY : macNumber(macToBytes(parseMac(mac)), 0);
  return { ip: parseIpAddress(ip), expected };
}

export class WatchList {
  readonly #ipv4 = new Map<number, number>();
  readonly #ipv6 = new Map<IpAddress, number>();

  constructor(watched: readonly Watched[]) {
    for (const { ip, expected } of watched) {
      if (familyOf(ip) === 4) this.#ipv4.set(ipv4Number(addressToBytes(ip), 0), expected);
      else this.#ipv6.set(ip, expected);
    }
  }

  /** @returns who should own the address of so many octets, or {@link ANYBODY}; undefined if it is not watched. */
  expectedOf(bytes: Uint8Array, at: number, length: number): number | undefined {
    return length === 4
      ? this.#ipv4.get(ipv4Number(bytes, at))
      : this.#ipv6.size === 0
        ? undefined
        : this.#ipv6.get(ipv6FromBytes(bytes, at));
  }
}
