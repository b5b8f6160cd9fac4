/**
 * Reads the values of garp-send's options.
 *
 * @module
 */
import { parseDurationUs } from "@viptools/cli";
import {
  type IpAddress,
  isGroupAddress,
  isGroupMac,
  type Mac,
  parseIpAddress,
  parseMac,
  virtualMac,
  ZERO_MAC,
} from "@viptools/wire";
import type { Form } from "./announcement.ts";
import { TARGET_MACS, type TargetMac } from "./shape.ts";

/**
 * Reads `vrid:51`, `vrid6:51` (the virtual MAC of that family), `auto` or a MAC.
 *
 * @throws {SyntaxError} if it is none of them.
 */
export function parseMacChoice(text: string): Mac | "auto" {
  if (text === "auto") return text;
  const [, family, vrid] = /^vrid(6?):(\d{1,3})$/.exec(text) ?? [];
  if (vrid === undefined) return parseStation(text);
  if (Number(vrid) < 1 || Number(vrid) > 255)
    throw new SyntaxError(`VRID is ${vrid}: needs a number from 1 to 255`);
  return virtualMac(family === "6" ? 6 : 4, Number(vrid));
}

/** Switches learn no group address, and nobody has the address of zeros. @throws {SyntaxError} */
export function parseStation(text: string): Mac {
  const mac = parseMac(text);
  if (isGroupMac(mac) || mac === ZERO_MAC)
    throw new SyntaxError(`MAC address "${text}" belongs to no single station: needs one that does`);
  return mac;
}

/** Reads `zero`, `ones`, `own` or a MAC. @throws {SyntaxError} */
export function parseTargetMac(text: string): TargetMac {
  return TARGET_MACS.get(text) ?? parseMac(text);
}

export type FormName = "request" | "reply" | "both";

export const FORMS: Readonly<Record<FormName, readonly Form[]>> = {
  request: ["request"],
  reply: ["reply"],
  both: ["request", "reply"],
};

/** Who knows another arping gives the interface here. @throws {SyntaxError} */
export function parseIntervalUs(text: string): number {
  if (/^[A-Za-z]/.test(text)) throw new SyntaxError(`did you mean -I ${text}? -i is the interval`);
  return parseDurationUs(text);
}

/** Who knows another arping gives a MAC here. @throws {SyntaxError} */
export function parseSource(text: string): IpAddress {
  if (/^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/.test(text))
    throw new SyntaxError(`did you mean --mac ${text}? -s is the source address`);
  return parseIpAddress(text);
}

/** This host, loopback and everybody, in the form of RFC 5952. */
const NOBODYS: readonly RegExp[] = [/^0\./, /^127\./, /^255\.255\.255\.255$/, /^::1?$/];

/** Reads ADDRESS or ADDRESS/LENGTH. @throws {SyntaxError} also for a group, and for what no host on a network can have. */
export function parseTarget(text: string): IpAddress {
  const address = parseIpAddress(text.replace(/\/\d+$/, ""));
  if (isGroupAddress(address)) throw new SyntaxError(`${address} is a group: needs the address of one host`);
  if (NOBODYS.some((range) => range.test(address)))
    throw new SyntaxError(`${address} is no address of a host on a network: needs one`);
  return address;
}
