/**
 * Networks as people write them. Pure.
 *
 * @module
 */
import { addressToBytes, type IpAddress, type IpFamily, parseIpAddress } from "@viptools/wire";

export interface Network {
  readonly network: IpAddress;
  readonly length: number;
}

/**
 * Reads `198.51.100.0/24`, a single address, or `default`.
 *
 * @param family of `default`. @throws {SyntaxError} with what is needed.
 */
export function parseNetwork(text: string, family: IpFamily): Network {
  if (text === "default") return parseNetwork(family === 6 ? "::/0" : "0.0.0.0/0", family);
  const [address = "", given, ...rest] = text.split("/");
  const network = parseIpAddress(address);
  const octets = addressToBytes(network);
  const longest = octets.length * 8;
  const length = given === undefined ? longest : Number(given);
  if (rest.length > 0 || !/^\d{1,3}$/.test(given ?? "0") || length > longest)
    throw new SyntaxError(`is "${text}": needs NETWORK/LENGTH, like 198.51.100.0/24, or default`);
  if (octets.some((octet, n) => (octet & hostBits(length - n * 8)) !== 0))
    throw new SyntaxError(`is "${text}": needs the network's own address, without the bits of a host`);
  return { network, length };
}

/** @param length of the prefix from this octet on. @returns those of its bits that are the host's. */
function hostBits(length: number): number {
  return length >= 8 ? 0 : 0xff >> Math.max(0, length);
}
