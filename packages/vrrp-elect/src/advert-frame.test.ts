/** Adverts as they leave, octet by octet, over both families. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeVrrpV2,
  decodeVrrpV3,
  internetChecksum,
} from "@viptools/wire";
import { type AdvertOptions, advertisedMax, encodeAdvertFrame, encodeAdvertPacket } from "./advert-frame.ts";

const V4: Omit<AdvertOptions, "destination"> = {
  version: 3,
  vrid: 51,
  priority: 150,
  advertUs: 40_950_000,
  vips: ["192.0.2.100", "192.0.2.9", "192.0.2.50"],
  source: "192.0.2.1",
  checksumForm: "pseudo-header",
  password: undefined,
};
const V6: Omit<AdvertOptions, "destination"> = {
  ...V4,
  vips: ["fe80::100", "2001:db8::100", "2001:db8::9"],
  source: "fe80::1",
};
const VMAC4 = "00:00:5e:00:01:33";
const VMAC6 = "00:00:5e:00:02:33";

test("V3-2.4-a V3-7.2-c encodeAdvertFrame() sends from the virtual MAC of the family", () => {
  assert.equal(decodeEthernet(encodeAdvertFrame(V4, VMAC4)).source, VMAC4);
  assert.equal(decodeEthernet(encodeAdvertFrame(V6, VMAC6)).source, VMAC6);
});

test("V3-5.1.1.1-a V3-5.1.1.2-a V3-5.1.1.3-a V3-5.1.1.4-a V3-7.2-e V3-7.2-f an advert's IPv4 header", () => {
  const frame = decodeEthernet(encodeAdvertFrame(V4, VMAC4));
  const { ttl, protocol, tos, source, destination } = decodeIpv4(frame.payload);
  assert.equal(frame.destination, "01:00:5e:00:00:12");
  assert.deepEqual([ttl, protocol, tos, source, destination], [255, 112, 0xc0, "192.0.2.1", "224.0.0.18"]);
});

test("V3-5.1.2.1-a V3-5.1.2.2-a V3-5.1.2.3-a V3-5.1.2.4-a V3-7.2-e V3-7.2-f an advert's IPv6 header", () => {
  const frame = decodeEthernet(encodeAdvertFrame(V6, VMAC6));
  const { hopLimit, nextHeader, trafficClass, source, destination } = decodeIpv6(frame.payload);
  assert.equal(frame.destination, "33:33:00:00:00:12");
  const seen = [hopLimit, nextHeader, trafficClass, source, destination];
  assert.deepEqual(seen, [255, 112, 0xc0, "fe80::1", "ff02::12"]);
});

test("V3-5.2.5-b V3-5.2.6-a V3-5.2.9-c an advert counts its addresses, in the order of the settings", () => {
  const { payload } = decodeIpv4(decodeEthernet(encodeAdvertFrame(V4, VMAC4)).payload);
  const advert = decodeVrrpV3(payload, V4.source, "224.0.0.18");
  assert.deepEqual([payload[3], payload[4]! >> 4, payload.length], [3, 0, 8 + 3 * 4]);
  assert.deepEqual([advert.addresses, advert.intervalCs], [V4.vips, 4095]);
  const over6 = decodeIpv6(decodeEthernet(encodeAdvertFrame(V6, VMAC6)).payload).payload;
  assert.deepEqual(decodeVrrpV3(over6, V6.source, "ff02::12").addresses, V6.vips);
});

test("V3-7.2-b V3-5.2.8-b each form of the checksum is the sum of what it covers", () => {
  const { payload } = decodeIpv4(
    decodeEthernet(encodeAdvertFrame({ ...V4, checksumForm: "rfc9568" }, VMAC4)).payload,
  );
  assert.equal(internetChecksum(payload), 0);
  const legacy = decodeIpv4(decodeEthernet(encodeAdvertFrame(V4, VMAC4)).payload).payload;
  const pseudo = [192, 0, 2, 1, 224, 0, 0, 18, 0, 112, 0, legacy.length];
  assert.equal(internetChecksum(Uint8Array.from([...pseudo, ...legacy])), 0);
});

test("V2-5-a V2-5.3.10-a an advert of version 2 has group, TTL and MAC of version 3, and eight zeros at its end", () => {
  const frame = decodeEthernet(encodeAdvertFrame({ ...V4, version: 2, advertUs: 2_000_000 }, VMAC4));
  const { ttl, protocol, destination, payload } = decodeIpv4(frame.payload);
  assert.deepEqual([frame.source, ttl, protocol, destination], [VMAC4, 255, 112, "224.0.0.18"]);
  assert.deepEqual([...payload.subarray(-8)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(decodeVrrpV2(payload).intervalS, 2);
});

test("encodeAdvertPacket() goes to a peer with the same header", () => {
  const packet = decodeIpv4(encodeAdvertPacket({ ...V4, destination: "192.0.2.2" }));
  assert.deepEqual([packet.ttl, packet.destination], [255, "192.0.2.2"]);
  assert.equal(decodeVrrpV3(packet.payload, V4.source, "192.0.2.2").checksumForm, "pseudo-header");
});

test("advertisedMax() is what the count and the MTU allow", () => {
  assert.deepEqual([advertisedMax(4, 1500), advertisedMax(6, 1500), advertisedMax(6, 9000)], [255, 90, 255]);
});
