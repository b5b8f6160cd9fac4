/**
 * Where a service is: an address and a port. Names are refused, because to look one up takes as long as its name servers
 * like. Pure.
 *
 * @module
 */
import { parseIpAddress } from "@viptools/wire";

export interface Endpoint {
  /** IPv6 may have its zone: `fe80::1%eth0`. */
  readonly address: string;
  readonly port: number;
}

const BRACKETED = /^\[([^\]]+)\](?::(\d{1,5}))?$/;
const PLAIN = /^([^:[\]]+)(?::(\d{1,5}))?$/;
/** An IPv6 address alone: two colons at least. */
const BARE = /^([^[\]]*:[^[\]]*:[^[\]]*)$/;

/**
 * Reads `192.0.2.1:80`, `[2001:db8::1]:80`; where there is a usual port also the address alone.
 *
 * @throws {SyntaxError} with what is needed.
 */
export function parseEndpoint(text: string, usualPort?: number): Endpoint {
  const [, host, port] = BRACKETED.exec(text) ?? PLAIN.exec(text) ?? BARE.exec(text) ?? [];
  const number = port === undefined ? usualPort : Number(port);
  if (host === undefined || number === undefined || number < 1 || number > 65_535) {
    const form = usualPort === undefined ? "ADDRESS:PORT" : "ADDRESS or ADDRESS:PORT";
    throw new SyntaxError(`is "${text}": needs ${form}, like 192.0.2.1:80 or [2001:db8::1]:80`);
  }
  return { address: parseZoned(host), port: number };
}

/** @returns the address in canonical text, IPv6 with its zone. @throws {SyntaxError} for a name. */
export function parseZoned(text: string): string {
  const [address = "", ...zone] = text.split("%");
  try {
    return [parseIpAddress(address), ...zone].join("%");
  } catch {
    throw new SyntaxError(`has "${text}": needs an address, because to look up a name may take any time`);
  }
}
