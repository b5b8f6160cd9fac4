/**
 * Reads addresses, services and MACs from a command line. Pure.
 *
 * @module
 */
import { parseVip } from "@viptools/records";
import { type IpAddress, isLinkLocal, type Mac, parseMac, virtualMac, wholeLength } from "@viptools/wire";

/** Reads ADDRESS, ADDRESS/32 or ADDRESS/128. @throws {SyntaxError} saying what was seen and what is needed. */
export function parseHost(text: string): IpAddress {
  const vip = parseVip(text);
  const full = wholeLength(vip.address);
  if (vip.length === full) return vip.address;
  throw new SyntaxError(
    `"${text}" is a network, which on lo would all be this host's own: needs ${vip.address}/${full}`,
  );
}

/** @throws {SyntaxError} also for what cannot be hidden: an address that means something on its own link alone. */
export function parseHidden(text: string): IpAddress {
  const address = parseHost(text);
  if (isLinkLocal(address) && address.includes(":"))
    throw new SyntaxError(`${address} is link-local: on lo it would not be that of the network`);
  return address;
}

/** @throws {SyntaxError} if one is given twice. */
export function parseAll(words: readonly string[], parse: (text: string) => IpAddress): IpAddress[] {
  const addresses = words.map(parse);
  const twice = addresses.find((address, n) => addresses.indexOf(address) !== n);
  if (twice !== undefined) throw new SyntaxError(`${twice} is given twice: needs to be given once`);
  return addresses;
}

/** Reads a MAC, `vrid:51` or `vrid6:51`. @throws {SyntaxError} */
export function parseExpected(text: string): Mac {
  const [, family, vrid] = /^vrid(6?):(\d{1,3})$/.exec(text) ?? [];
  if (vrid === undefined) return parseMac(text);
  if (Number(vrid) < 1 || Number(vrid) > 255)
    throw new SyntaxError(`VRID is ${vrid}: needs a number from 1 to 255`);
  return virtualMac(family === "6" ? 6 : 4, Number(vrid));
}

/** Reads `tcp/80` or `udp/53`. @throws {SyntaxError} */
export function parseService(text: string): string {
  const [, protocol, port] = /^(tcp|udp)\/(\d{1,5})$/.exec(text) ?? [];
  if (protocol === undefined || Number(port) < 1 || Number(port) > 0xffff)
    throw new SyntaxError(`"${text}" is no service: needs tcp/PORT or udp/PORT, with a port from 1 to 65535`);
  return `${protocol}/${Number(port)}`;
}
