import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EtherType,
  encodeAddressQuestion,
  encodeCarp,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6Frame,
  encodeVrrpV3,
  IpProtocol,
  VRRP_GROUP,
  VRRP_GROUP_MAC,
  vrrpGroup,
  vrrpGroupMac,
} from "@viptools/wire";
import { OWNED, VIP, VMAC } from "./clean.fixture.ts";
import { Hearsay } from "./hearsay.ts";
import { type Asked, meaningOf } from "./meaning.ts";
import { answerTo, judgePassage, linkLocalOf, questionFrom } from "./passage.ts";

const NIC_MAC = "02:00:00:00:00:02";

const SOURCE = "192.0.2.2";

function advert4(vrid: number, mac: string): Uint8Array {
  const message = {
    version: 3,
    vrid,
    priority: 150,
    intervalCs: 100,
    checksumForm: "pseudo-header",
  } as const;
  return ipv4Frame(encodeVrrpV3({ ...message, addresses: [VIP] }, SOURCE, VRRP_GROUP), mac);
}

function carp(vhid: number, mac: string, source = SOURCE): Uint8Array {
  const fields = {
    version: 2,
    vhid,
    advskew: 0,
    authLength: 7,
    demotion: 0,
    advbaseS: 1,
    counter: 1n,
  } as const;
  return ipv4Frame(encodeCarp({ ...fields, digest: new Uint8Array(20) }), mac, source);
}

function ipv4Frame(payload: Uint8Array, mac: string, source = SOURCE): Uint8Array {
  const packet = encodeIpv4({
    tos: 0,
    id: 0,
    fragment: 0,
    ttl: 255,
    protocol: IpProtocol.vrrp,
    source,
    destination: VRRP_GROUP,
    options: new Uint8Array(),
    payload,
  });
  return encodeEthernet({
    destination: VRRP_GROUP_MAC,
    source: mac,
    etherType: EtherType.ipv4,
    payload: packet,
  });
}

function advert6(mac: string): Uint8Array {
  const [source, destination] = ["fe80::2", vrrpGroup(6)];
  const message = {
    version: 3,
    vrid: 51,
    priority: 7,
    intervalCs: 100,
    checksumForm: "pseudo-header",
  } as const;
  const payload = encodeVrrpV3({ ...message, addresses: ["fe80::100"] }, source, destination);
  const packet = { trafficClass: 0, flowLabel: 0, hopLimit: 255, nextHeader: IpProtocol.vrrp };
  return encodeIpv6Frame({ ...packet, source, destination, payload }, mac, vrrpGroupMac(6));
}

const HEARD: readonly (readonly [what: string, frame: Uint8Array, four: string, six: string])[] = [
  ["an advert from the virtual MAC", advert4(51, VMAC), "1 VRRP 150 192.0.2.2", "0"],
  ["an advert from a NIC's MAC", advert4(51, NIC_MAC), "0 VRRP 150 192.0.2.2", "0"],
  ["CARP of the same number", carp(51, VMAC), "1 CARP undefined 192.0.2.2", "0"],
  ["CARP of another number", carp(52, NIC_MAC), "0", "0"],
  ["an advert of another VRID", advert4(52, NIC_MAC), "0", "0"],
  ["an IPv6 advert", advert6("00:00:5e:00:02:33"), "0", "1 VRRP 7 fe80::2"],
  ["ARP from the virtual MAC", encodeAddressQuestion({ target: VIP, mac: VMAC }), "1", "0"],
  ["ARP from another", encodeAddressQuestion({ target: VIP, mac: NIC_MAC }), "0", "0"],
  ["an advert that is cut short", advert4(51, VMAC).subarray(0, 40), "1", "0"],
  ["no whole header", new Uint8Array(3), "0", "0"],
];

for (const [what, frame, four, six] of HEARD)
  test(`Hearsay notes ${what}`, () => {
    const hearsay = new Hearsay([
      { family: 4, vrid: 51 },
      { family: 6, vrid: 51 },
    ]);
    hearsay.note(frame);
    const said = hearsay.heard.map(({ frames, adverts }) =>
      [frames, ...adverts.map(({ protocol, priority, source }) => `${protocol} ${priority} ${source}`)].join(
        " ",
      ),
    );
    assert.deepEqual(said, [four, six]);
  });

test("Hearsay remembers 64 speakers of a virtual router, whatever a flood invents", () => {
  const hearsay = new Hearsay([{ family: 4, vrid: 51 }]);
  hearsay.note(advert4(51, VMAC));
  for (let n = 0; n < 1000; n++) hearsay.note(carp(51, NIC_MAC, `10.0.${n >> 8}.${n & 255}`));
  hearsay.note(advert4(51, VMAC));
  const [{ adverts, frames }] = hearsay.heard as [(typeof hearsay.heard)[number]];
  assert.deepEqual([adverts.length, adverts[0]?.source, frames], [64, SOURCE, 2]);
});

const NOTHING: Asked = { interface: "eth0", vrid: undefined, family: undefined, vips: [] };
const MEANINGS: readonly (readonly [what: string, asked: Partial<Asked>, routers: string, six: boolean])[] = [
  ["nothing was said: what is owned", {}, "4/51", false],
  ["a VRID that is owned", { vrid: 51 }, "4/51", false],
  ["a VRID that nobody knows: both families, and IPv6 is not meant for sure", { vrid: 7 }, "4/7 6/7", false],
  ["a VRID with an IPv6 address", { vrid: 7, vips: ["2001:db8::100"] }, "6/7", true],
  ["a VRID and a family", { vrid: 7, family: 6 }, "6/7", true],
  ["another interface", { interface: "eth1" }, "", false],
  ["addresses alone", { interface: "eth1", vips: ["2001:db8::100"] }, "", true],
];

for (const [what, asked, routers, isIpv6Meant] of MEANINGS)
  test(`meaningOf() ${what}`, () => {
    const meaning = meaningOf({ ...NOTHING, ...asked }, [OWNED]);
    assert.equal(meaning.routers.map(({ family, vrid }) => `${family}/${vrid}`).join(" "), routers);
    assert.equal(meaning.isIpv6Meant, isIpv6Meant);
  });

test("meaningOf() takes addresses from what is owned, unless others were said", () => {
  assert.deepEqual(meaningOf(NOTHING, [OWNED]).vips, [VIP]);
  assert.deepEqual(meaningOf({ ...NOTHING, vips: ["192.0.2.7"] }, [OWNED]).vips, ["192.0.2.7"]);
});

test("judgePassage() an answer to the virtual MAC is enough", () => {
  assert.equal(judgePassage(true, true), "passes");
  assert.equal(judgePassage(false, true), "passes");
  assert.equal(judgePassage(true, false), "foreign_source_blocked");
  assert.equal(judgePassage(false, false), "target_silent");
});

test("linkLocalOf() turns the universal bit over (RFC 4291 appendix A)", () => {
  assert.equal(linkLocalOf("00:00:5e:00:02:33"), "fe80::200:5eff:fe00:233");
  assert.equal(linkLocalOf("02:00:00:00:00:01"), "fe80::ff:fe00:1");
});

test("questionFrom() leaves no address that anybody could learn for the virtual MAC", () => {
  // ARP: the sender's address is at octet 28 of the frame.
  assert.deepEqual([...questionFrom(VMAC, VIP).subarray(28, 32)], [0, 0, 0, 0]);
});

test("answerTo() takes only what was sent to the asking MAC, about the target", () => {
  const answer = (to: string, target: string) =>
    encodeAddressQuestion({ target, mac: NIC_MAC, source: target, to });
  assert.equal(answerTo(VMAC, VIP, answer(VMAC, VIP)), NIC_MAC);
  assert.equal(answerTo(VMAC, VIP, answer(NIC_MAC, VIP)), undefined);
  assert.equal(answerTo(VMAC, VIP, answer(VMAC, "192.0.2.7")), undefined);
});
