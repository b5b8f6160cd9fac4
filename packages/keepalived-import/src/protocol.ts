/**
 * What an instance says of the protocol: its interval, its password, its unicast peers. Pure.
 *
 * @module
 */
import { parseIpAddress } from "@viptools/wire";
import type { Statement } from "./conf-tree.ts";
import { type Report, readNumber } from "./report.ts";

const PASSWORD_OCTETS_MAX = 8;
const US_PER_SECOND = 1e6;
const TTL_MAX = 255;

/** Version 2 has whole seconds, version 3 hundredths; keepalived rounds, too. */
export function readInterval(
  statement: Statement | undefined,
  version: 2 | 3,
  report: Report,
): { advert_int?: string } {
  const seconds = statement && readNumber(statement, report, { least: 0.01, most: 255, isWhole: false });
  if (statement === undefined || seconds === undefined) return {};
  const unitUs = version === 2 ? US_PER_SECOND : US_PER_SECOND / 100;
  const most = version === 2 ? 255 : 4095;
  const units = Math.min(most, Math.max(1, Math.round((seconds * US_PER_SECOND) / unitUs)));
  if (Math.abs(units * unitUs - seconds * US_PER_SECOND) >= 1)
    report.leave(statement, `version ${version} cannot say it: it is ${(units * unitUs) / US_PER_SECOND} s`);
  return { advert_int: `${(units * unitUs) / 1000}ms` };
}

/** @param statement `authentication { … }`. @returns the password, as long as it is on the wire. */
export function readSecret(
  statement: Statement | undefined,
  version: 2 | 3,
  report: Report,
): string | undefined {
  if (statement === undefined) return undefined;
  const word = (keyword: string): string | undefined =>
    statement.block?.find((one) => one.keyword === keyword)?.words[0];
  const [type, password] = [word("auth_type"), word("auth_pass")];
  if (type?.toUpperCase() === "AH")
    report.leave(statement, "no AH: IPsec below unicast peers, or filter VRRP at the switch");
  else if (version === 3) report.leave(statement, "version 3 has none, and keepalived uses none");
  else if (password === undefined) report.leave(statement, "has no password");
  else return Buffer.from(password).subarray(0, PASSWORD_OCTETS_MAX).toString();
  return undefined;
}

/** @returns undefined for what is no address, which is told. */
export function readAddress(
  statement: Statement,
  word: string | undefined,
  report: Report,
): string | undefined {
  try {
    return parseIpAddress(word ?? "");
  } catch {
    report.leave(statement, "needs an IPv4 or IPv6 address");
    return undefined;
  }
}

/** keepalived looks at the TTL of a peer's adverts only if it is told to. */
export function readPeers(
  block: readonly Statement[],
  report: Report,
): { readonly peers: string[]; readonly min_ttl: number } {
  const bounds = block.map(({ words }) => {
    const at = words.indexOf("min_ttl");
    return at < 0 ? 1 : Number(words[at + 1]);
  });
  for (const peer of block)
    if (peer.words.includes("max_ttl")) report.leave(peer, "adverts of 255 and less are taken: only min_ttl");
  const least = Math.min(TTL_MAX, ...bounds);
  return {
    peers: block.flatMap((peer) => readAddress(peer, peer.keyword, report) ?? []),
    min_ttl: Number.isInteger(least) ? Math.max(1, least) : 1,
  };
}
