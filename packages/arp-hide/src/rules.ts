/**
 * The rules of the method nft, for one interface: what asks for a hidden address is dropped before the kernel sees it, and
 * what the kernel would ask in its name, it asks in the name of the interface. Pure.
 *
 * @module
 */
import {
  type BaseChain,
  COUNTER,
  compare,
  DROP,
  inSet,
  NetdevHook,
  type NftField,
  type NftTerm,
  PayloadBase,
  PROTOCOL,
  payloadField,
  type SetSpec,
  type TableSpec,
  TRANSPORT,
  writeOctets,
} from "@viptools/kernel";
import { addressToBytes, EtherType, familyOf, type IpAddress, type IpFamily } from "@viptools/wire";

/** Before other netdev chains, so that no foreign rule answers first. */
const PRIORITY = -500;
const PREFIX = "hide_";
/** RFC 826, for Ethernet and IPv4. */
const SENDER_AT = 14;
const ARP_SENDER: NftField = payloadField("arp saddr ip", PayloadBase.network, SENDER_AT, 4);
const ARP_TARGET: NftField = payloadField("arp daddr ip", PayloadBase.network, 24, 4);
/** RFC 4861 §4.3: octets 8 to 23 of a solicitation; nft has no name for them, and no set of addresses takes them. */
const ND_TARGET: NftField = payloadField("@th,64,128", PayloadBase.transport, 8, 16);
const ICMP6_TYPE: NftField = payloadField("icmpv6 type", PayloadBase.transport, 0, 1);
const ICMP6 = 58;
const SOLICITATION = 135;

export interface HidingRules {
  readonly interface: string;
  readonly vips: readonly IpAddress[];
  /** Of the interface: what ARP questions say instead of a VIP. */
  readonly ownAddress: IpAddress;
}

/** `hide_eth0`: a name that nft takes. */
export function tableOf(name: string): string {
  return `${PREFIX}${name.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}`;
}

export function isOurTable(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** What the rules hide of IPv4. */
export const VIPS = "vips";

/**
 * For both families: IPv6 addresses of `lo` are not answered for anyway, and the rule says so where a proxy
 * (`ip -6 neigh add proxy`) would.
 */
export function hidingRules({ interface: device, vips, ownAddress }: HidingRules): TableSpec {
  const base = (hook: number): BaseChain => ({ hook, priority: PRIORITY, device });
  const ofFamily = (family: IpFamily): IpAddress[] => vips.filter((vip) => familyOf(vip) === family);
  const questions = [
    [isArp(), inSet(ARP_TARGET, VIPS), COUNTER, DROP],
    ...ofFamily(6).map((vip) => [...isSolicitation(), isTarget(vip), COUNTER, DROP]),
  ];
  const own = writeOctets(
    `arp saddr ip set ${ownAddress}`,
    PayloadBase.network,
    SENDER_AT,
    addressToBytes(ownAddress),
  );
  return {
    name: tableOf(device),
    sets: [vipSet(ofFamily(4))],
    chains: [
      { name: "in", base: base(NetdevHook.ingress), rules: questions },
      {
        name: "out",
        base: base(NetdevHook.egress),
        rules: [[isArp(), inSet(ARP_SENDER, VIPS), COUNTER, own]],
      },
    ],
  };
}

function vipSet(vips: readonly IpAddress[]): SetSpec {
  const elements = vips.map((vip) => ({ key: addressToBytes(vip), text: vip }));
  return { name: VIPS, key: "ipv4", elements };
}

function isTarget(vip: IpAddress): NftTerm {
  const octets = addressToBytes(vip);
  return compare(ND_TARGET, "==", octets, `0x${Buffer.from(octets).toString("hex")}`);
}

function isArp(): NftTerm {
  return isProtocol(EtherType.arp, "arp");
}

function isSolicitation(): NftTerm[] {
  return [
    isProtocol(EtherType.ipv6, "ip6"),
    compare(TRANSPORT, "==", Uint8Array.of(ICMP6), "icmpv6"),
    compare(ICMP6_TYPE, "==", Uint8Array.of(SOLICITATION), String(SOLICITATION)),
  ];
}

function isProtocol(etherType: number, shown: string): NftTerm {
  return compare(PROTOCOL, "==", Uint8Array.of(etherType >> 8, etherType & 0xff), shown);
}
