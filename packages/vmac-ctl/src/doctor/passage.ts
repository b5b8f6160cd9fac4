/**
 * The questions of `vmac-ctl probe`, and what their answers mean: pure.
 *
 * @module
 */
import {
  decodeEthernet,
  encodeAddressQuestion,
  familyOf,
  type IpAddress,
  ipv6FromBytes,
  type Mac,
  macToBytes,
  readAddressClaim,
} from "@viptools/wire";

export type Passage = "passes" | "foreign_source_blocked" | "target_silent";

/**
 * Asks without leaving a wrong entry anywhere. IPv4: a probe, which has no sender address that anybody could learn (RFC 5227
 * §2.1.1). IPv6: a solicitation from the link-local address that the asking MAC makes (RFC 4291 appendix A), which is at that
 * MAC and nowhere else; so the answer has to reach that MAC too.
 */
export function questionFrom(mac: Mac, target: IpAddress): Uint8Array {
  const source = familyOf(target) === 6 ? linkLocalOf(mac) : undefined;
  return encodeAddressQuestion({ target, mac, source });
}

/** @returns who answers, if the frame is the target's answer to a question from this MAC. */
export function answerTo(mac: Mac, target: IpAddress, frame: Uint8Array): Mac | undefined {
  const claim = readAddressClaim(frame);
  if (claim?.ip !== target || decodeEthernet(frame).destination !== mac) return undefined;
  return claim.owner;
}

/** An answer to the virtual MAC proves that it passes, whatever else was lost. */
export function judgePassage(fromNic: boolean, fromVmac: boolean): Passage {
  if (fromVmac) return "passes";
  return fromNic ? "foreign_source_blocked" : "target_silent";
}

/** fe80::/64 with the MAC, its universal bit turned over, and ff:fe in the middle. */
export function linkLocalOf(mac: Mac): IpAddress {
  const [a, b, c, d, e, f] = macToBytes(mac);
  return ipv6FromBytes(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a! ^ 2, b!, c!, 0xff, 0xfe, d!, e!, f!));
}
