import assert from "node:assert/strict";
import test from "node:test";
import { decodeEthernet, decodeIpv6, decodeNeighbour, EtherType } from "@viptools/wire";
import { encodeAdvertisement } from "./advertisement.ts";
import { announcementsOf, Target } from "./round.ts";
import { Schedule } from "./schedule.ts";

/** What keepalived 2.2.7 sends for the same address and MAC, octet for octet. */
const KEEPALIVED = `333300000001 02000000000a 86dd 60000000 0020 3a ff
  fe800000000000000000000000000100 ff020000000000000000000000000001
  88 00 5594 20000000 fe800000000000000000000000000100 02 01 02000000000a`;

test("ND-4.4-a encodeAdvertisement() writes the frame that keepalived sends", () => {
  const frame = Buffer.from(encodeAdvertisement("fe80::100", "02:00:00:00:00:0a", false)).toString("hex");
  assert.equal(frame, KEEPALIVED.replaceAll(/\s/g, ""));
});

for (const isRouter of [true, false]) {
  test(`ND-7.2.6-c ND-7.2.6-d ND-7.2.6-f encodeAdvertisement() of ${isRouter ? "a router" : "a host"}`, () => {
    const frame = decodeEthernet(encodeAdvertisement("2001:db8::100", "00:00:5e:00:02:33", isRouter));
    const packet = decodeIpv6(frame.payload);
    assert.deepEqual(
      [frame.source, frame.destination, frame.etherType, packet.source, packet.destination, packet.hopLimit],
      ["00:00:5e:00:02:33", "33:33:00:00:00:01", EtherType.ipv6, "2001:db8::100", "ff02::1", 255],
    );
    assert.deepEqual(decodeNeighbour(packet), {
      type: 136,
      isRouter,
      isSolicited: false,
      isOverride: true,
      target: "2001:db8::100",
      linkLayer: "00:00:5e:00:02:33",
    });
  });
}

const target = (address: string): Target => new Target(address, "00:00:5e:00:01:33", true);
const TARGETS = ["192.0.2.1", "2001:db8::1", "192.0.2.2"].map(target);

const ROUNDS: [string, Parameters<typeof announcementsOf>[0], string[]][] = [
  ["requests", ["request"], ["request 192.0.2.1", "advertisement 2001:db8::1", "request 192.0.2.2"]],
  ["replies", ["reply"], ["reply 192.0.2.1", "advertisement 2001:db8::1", "reply 192.0.2.2"]],
  [
    "both forms",
    ["request", "reply"],
    [
      "request 192.0.2.1",
      "advertisement 2001:db8::1",
      "request 192.0.2.2",
      "reply 192.0.2.1",
      "reply 192.0.2.2",
    ],
  ],
];
for (const [name, forms, wanted] of ROUNDS) {
  test(`announcementsOf() a round of ${name} has each IPv6 address once`, () => {
    const announcements = announcementsOf(forms, TARGETS);
    assert.deepEqual(
      announcements.map((one) => `${one.kind} ${one.target.address}`),
      wanted,
    );
    const types = announcements.map(({ kind, target }) => decodeEthernet(target.frame(kind)).etherType);
    assert.deepEqual(
      types,
      wanted.map((one) => (one.startsWith("advertisement") ? EtherType.ipv6 : EtherType.arp)),
    );
  });
}

test("ND-7.2.6-a ND-7.2.6-b an IPv6 address that was taken is announced three times, a second or more apart", () => {
  const schedule = new Schedule({ againAfterUs: 5_000_000, againEveryUs: 0, refreshUs: 0 });
  schedule.begin(0);
  const atUs: number[] = [];
  for (let nowUs = schedule.deadlineUs(); nowUs !== undefined; nowUs = schedule.deadlineUs()) {
    for (const _ of announcementsOf(schedule.take(nowUs)!.forms, [target("2001:db8::1")])) atUs.push(nowUs);
  }
  assert.equal(atUs.length, 3);
  assert.ok(
    atUs.every((us, n) => n === 0 || us - atUs[n - 1]! >= 1_000_000),
    atUs.join(" "),
  );
});
