/**
 * Adverts and ARP from octets to values and back, again and again; or, to compare, such values to JSON and back.
 *
 * usage: node code-frames.js wire|json COUNT
 *
 * @module
 */
import {
  ArpOperation,
  decodeArp,
  decodeEthernet,
  decodeIpv4,
  decodeVrrpV3,
  EtherType,
  encodeArp,
  encodeEthernet,
  encodeIpv4,
  encodeVrrpV3,
  IpProtocol,
  VRRP_GROUP,
  VRRP_GROUP_MAC,
  VRRP_TOS,
  VRRP_TTL,
  ZERO_MAC,
} from "@viptools/wire";

const VMAC = "00:00:5e:00:01:33";
const ARP = {
  operation: ArpOperation.request,
  ...{ senderMac: VMAC, senderIp: "192.0.2.100", targetMac: ZERO_MAC, targetIp: "192.0.2.100" },
};
const ADVERT: Parameters<typeof encodeVrrpV3>[0] = {
  ...{ version: 3, vrid: 51, priority: 100, intervalCs: 100, checksumForm: "pseudo-header" },
  addresses: ["192.0.2.100", "192.0.2.101"],
};
const SOURCE = "192.0.2.1";

function encodeBoth(arp: Parameters<typeof encodeArp>[0], advert: Parameters<typeof encodeVrrpV3>[0]) {
  const common = { tos: VRRP_TOS, id: 0, fragment: 0, ttl: VRRP_TTL, protocol: IpProtocol.vrrp };
  const packet = encodeIpv4({
    ...common,
    ...{ source: SOURCE, destination: VRRP_GROUP, options: new Uint8Array() },
    payload: encodeVrrpV3(advert, SOURCE, VRRP_GROUP),
  });
  const question = encodeArp(arp);
  return [
    encodeEthernet({ destination: VRRP_GROUP_MAC, source: VMAC, etherType: EtherType.ipv4, payload: packet }),
    encodeEthernet({
      destination: VRRP_GROUP_MAC,
      source: VMAC,
      etherType: EtherType.arp,
      payload: question,
    }),
  ] as const;
}

/** Octets, values, octets. @returns how many octets there were. */
function throughWire(count: number): number {
  let [advertFrame, arpFrame] = encodeBoth(ARP, ADVERT);
  let octets = 0;
  for (let n = 0; n < count; n++) {
    const { source, destination, payload } = decodeIpv4(decodeEthernet(advertFrame).payload);
    const advert = decodeVrrpV3(payload, source, destination);
    const arp = decodeArp(decodeEthernet(arpFrame).payload);
    [advertFrame, arpFrame] = encodeBoth(arp, advert);
    octets += advertFrame.length + arpFrame.length;
  }
  return octets;
}

/** The same number of values. */
function throughJson(count: number): number {
  let text = JSON.stringify([ARP, ADVERT]);
  let octets = 0;
  for (let n = 0; n < count; n++) {
    text = JSON.stringify(JSON.parse(text));
    octets += text.length;
  }
  return octets;
}

const [way, count] = process.argv.slice(2);
const through = way === "wire" ? throughWire : throughJson;
process.stdout.write(`${through(Number(count))}\n`);
