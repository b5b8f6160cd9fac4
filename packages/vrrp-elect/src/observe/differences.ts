/**
 * In what two routers of one virtual router differ that must be alike, and what is wrong with the MAC of one: pure.
 * Passwords are compared and never told.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { isLinkLocal, virtualMac, virtualMacOf } from "@viptools/wire";
import type { Advert } from "./sighting.ts";

export type Cause = RecordOf<"vrrp.conflict">["cause"];
export type Difference = readonly [cause: Cause, detail: string];

/** Why a router may refuse the adverts of another (RFC 3768 §7.1, keepalived): two Actives are no riddle then. */
const SEPARATING: ReadonlySet<Cause> = new Set([
  "version_mismatch",
  "auth_mismatch",
  "vip_mismatch",
  "vrid_clash",
  "checksum_form",
]);

/** @returns each cause at most once, with what both sides say. */
export function differences(a: Advert, b: Advert): Difference[] {
  const found: Difference[] = [];
  const tell = (cause: Cause, of: (advert: Advert) => string): void => {
    found.push([cause, `${a.address}: ${of(a)}, ${b.address}: ${of(b)}`]);
  };
  if (a.version !== b.version) tell("version_mismatch", ({ version }) => `version ${version}`);
  else if (a.authType !== b.authType) tell("auth_mismatch", ({ authType }) => nameAuth(authType));
  else if (a.secret !== b.secret)
    found.push(["auth_mismatch", `${a.address} and ${b.address} have different passwords`]);
  if (a.protocol === "vrrp" && a.intervalUs !== b.intervalUs)
    tell("interval_mismatch", ({ intervalUs }) => `every ${intervalUs / 1000} ms`);
  const cause = compareVips(a, b);
  if (cause !== undefined) tell(cause, ({ vips }) => vips.join(" "));
  if (a.checksumForm !== undefined && b.checksumForm !== undefined && a.checksumForm !== b.checksumForm)
    tell("checksum_form", ({ checksumForm }) => nameChecksum(checksumForm));
  if (hasVirtualMac(a) !== hasVirtualMac(b)) tell("wrong_mac", ({ mac }) => `from ${mac}`);
  return found;
}

/** Causes that explain why neither of the two yields. Another interval does so only in version 2. */
export function separating(a: Advert, b: Advert): Cause[] {
  return differences(a, b)
    .map(([cause]) => cause)
    .filter((cause) => SEPARATING.has(cause) || (cause === "interval_mismatch" && a.version === 2));
}

/** @returns what is wrong with a router's source MAC, whatever others do: it is somebody else's virtual MAC. */
export function foreignMac({ family, protocol, vrid, mac }: Advert): string | undefined {
  const owner = virtualMacOf(mac);
  // CARP uses the block of IPv4 over both families.
  const isOfFamily = owner?.family === family || (protocol === "carp" && owner?.family === 4);
  if (owner === undefined || (owner.vrid === vrid && isOfFamily)) return undefined;
  return `from ${mac}, the virtual MAC of VRID ${owner.vrid} over IPv${owner.family}, needs ${virtualMac(family, vrid)}`;
}

export function hasVirtualMac({ mac }: Advert): boolean {
  return mac.startsWith("00:00:5e:00:");
}

export function nameChecksum(form: Advert["checksumForm"]): string {
  return form === "rfc9568"
    ? "checksum of the message alone (RFC 9568)"
    : "checksum with a pseudo-header (keepalived, FRR)";
}

export function nameAuth(authType: number): string {
  return ["no authentication", "simple password"][authType] ?? `authentication type ${authType}`;
}

/** The order does not matter, and link-local VIPs may be alike by chance: everybody derives them alike. */
function compareVips(a: Advert, b: Advert): "vip_mismatch" | "vrid_clash" | undefined {
  if (a.protocol === "carp") return undefined;
  const [ours, theirs] = [new Set(a.vips), new Set(b.vips)];
  const isSame = ours.size === theirs.size && a.vips.every((vip) => theirs.has(vip));
  if (isSame) return undefined;
  const isShared = [...ours].some((vip) => theirs.has(vip) && !(vip.includes(":") && isLinkLocal(vip)));
  return isShared || isBare(a) || isBare(b) ? "vip_mismatch" : "vrid_clash";
}

/** It lists nothing but link-local addresses. */
function isBare({ family, vips }: Advert): boolean {
  return family === 6 && vips.every(isLinkLocal);
}
