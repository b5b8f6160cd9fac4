/** The arithmetic of rewriting: what the lab's one pair of MACs cannot show. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  decodeNeighbour,
  encodeNeighbour,
  internetChecksum,
  macFromBytes,
  NeighbourType,
  onesComplementSum,
  virtualMac,
} from "@viptools/wire";
import { lengthThatCorrects } from "./rewriting.ts";

const VIP = "2001:db8::100";
const CHECKSUM_AT = 2;
const LENGTH = 32;

/** As nf_tables does: what was summed is taken out, what is written instead is put in (RFC 1624). */
function replaced(checksum: number, before: number, after: number): number {
  const sum = onesComplementSum(Uint8Array.of(~before >> 8, ~before, after >> 8, after), ~checksum & 0xffff);
  return internetChecksum(new Uint8Array(), sum);
}

const MACS: readonly (readonly [nic: string, vmac: string])[] = [
  ["02:00:00:00:00:01", virtualMac(6, 51)],
  ["fe:ff:ff:ff:ff:ff", virtualMac(6, 1)],
  ["00:00:00:00:00:01", virtualMac(6, 255)],
  // As sums they differ by the length: what corrects is all zeros or all ones.
  ["00:20:5e:00:02:33", virtualMac(6, 51)],
  [virtualMac(6, 51), virtualMac(6, 51)],
  ...Array.from({ length: 200 }, (_, n): [string, string] => [
    macFromBytes(Uint8Array.of(2, n, n * 7, n * 31, n * 57, n * 91)),
    virtualMac(6, n + 1),
  ]),
];
test("lengthThatCorrects() makes the checksum of a rewritten advertisement right, for each pair of MACs", () => {
  for (const [nicMac, vmac] of MACS) {
    const correction = lengthThatCorrects({ vmac, nicMac });
    assert.ok(correction >= 1 && correction <= 0xffff, `${correction}`);
    const message = {
      type: NeighbourType.advertisement,
      isRouter: true,
      isSolicited: false,
      isOverride: true,
    };
    const [before, after] = [nicMac, vmac].map((linkLayer) =>
      encodeNeighbour({ ...message, target: VIP, linkLayer }, VIP, "ff02::1"),
    );
    const payload = Uint8Array.from(before!.payload);
    const view = new DataView(payload.buffer);
    view.setUint16(CHECKSUM_AT, replaced(view.getUint16(CHECKSUM_AT), LENGTH, correction));
    payload.set(after!.payload.subarray(-6), payload.length - 6);
    assert.equal(decodeNeighbour({ ...before!, payload }).linkLayer, vmac, `${nicMac} ${vmac}`);
  }
});
