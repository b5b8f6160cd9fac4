/**
 * Rules that drop what a virtual router says or hears: pure.
 *
 * @module
 */
import { virtualMac } from "@viptools/wire";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { type KnownPacket, type PacketKind, packetsOf, type Voice } from "./firewall-packets.ts";
import { type Drop, findDrop } from "./firewall-walk.ts";
import { parentOf } from "./link-checks.ts";

/** A packet that is dropped, and where. */
interface Loss {
  readonly known: KnownPacket;
  readonly drop: Drop;
}

export function checkFirewall(facts: Facts): Finding[] {
  const target = (family: 4 | 6) => facts.vips.find((vip) => vip.includes(":") === (family === 6));
  const packets = packetsOf(facts.interface, voicesOf(facts), target);
  const places = new Map<string, Loss[]>();
  for (const known of packets) {
    for (const language of ["nft", "iptables"] as const) {
      const chains = facts.chains.filter((chain) => chain.language === language);
      const drop = findDrop(chains, known.packet);
      if (drop === undefined) continue;
      const place = drop.rule?.name ?? drop.chain.name;
      places.set(place, [...(places.get(place) ?? []), { known, drop }]);
    }
  }
  return [...places.values()].map(findingOf);
}

/** Each router's own, so that a rule about MACs is met by who has that MAC. */
function voicesOf(facts: Facts): Voice[] {
  const { routers, owned, isIpv6Meant, interface: nic } = facts;
  const meant = routers.filter(({ family }) => isIpv6Meant || family === 4);
  if (meant.length === 0) return [{ family: 4, source: undefined, destination: undefined }];
  const nicMac = parentOf(facts)?.mac;
  return meant.map(({ family, vrid }) => {
    const own = owned.find((one) => one.parent === nic && one.family === family && one.vrid === vrid);
    const mac = own?.mode === "address" ? nicMac : virtualMac(family, vrid);
    // Rules of vmac-ctl itself have put the NIC's MAC there before others see it.
    return { family, source: mac, destination: own?.mode === "rewrite" ? nicMac : mac };
  });
}

function findingOf(losses: readonly Loss[]): Finding {
  const { drop } = losses[0]!;
  const { chain, rule, isSure } = drop;
  const kinds = [...new Set(losses.map(({ known }) => wordsFor(known)))].join(" and ");
  return {
    code: `firewall_${chain.language}`,
    severity: losses.some((loss) => loss.drop.isSure && isHard(loss)) ? "error" : "warning",
    found: `${rule === undefined ? `${chain.name} drops what no rule accepts, and so` : `${rule.name} drops`} ${isSure ? "" : "some of the "}${kinds}`,
    consequence: [...new Set(losses.map(consequenceOf))].join("; "),
    command: rule?.removal ?? chain.admission(matchFor(losses[0]!.known)),
  };
}

const WORDS: Readonly<Record<PacketKind, string>> = {
  "advert in": "VRRP adverts (IP protocol 112) that come in",
  "advert out": "VRRP adverts (IP protocol 112) that go out",
  "question in": "ARP questions that come in",
  "answer out": "ARP answers that go out",
  "frame in": "frames for the virtual router's MAC",
};
const WORDS6: Readonly<Partial<Record<PacketKind, string>>> = {
  "question in": "neighbour solicitations that come in",
  "answer out": "neighbour advertisements that go out",
};

function wordsFor({ kind, family }: KnownPacket): string {
  return (family === 6 ? WORDS6[kind] : undefined) ?? WORDS[kind];
}

/** vrrp-elect hears with a packet socket and sends with one: past all hooks but the one at egress. */
function isHard({ known: { kind }, drop: { chain } }: Loss): boolean {
  return !kind.startsWith("advert") || chain.base?.hook === "egress";
}

function consequenceOf(loss: Loss): string {
  const { kind } = loss.known;
  if (kind === "question in") return "nobody learns the MAC of a VIP from this host";
  if (kind === "frame in") return "what clients send to a VIP does not reach this host";
  if (kind === "answer out") return "this host's answers and announcements do not reach its neighbours";
  if (isHard(loss)) return "this host advertises in vain: the others hear no Active, and take over";
  return kind === "advert in"
    ? "keepalived and FRR hear no Active and take over beside it; vrrp-elect hears adverts ahead of these rules"
    : "keepalived and FRR advertise in vain, and so does vrrp-elect to unicast peers; its multicast adverts pass";
}

/** What the rule that accepts them would ask for, in words of nft. */
function matchFor({ kind, family, packet }: KnownPacket): string {
  if (kind.startsWith("advert")) return "meta l4proto 112";
  if (kind === "frame in") return `ether daddr ${packet.linkFields["ether daddr"]}`;
  if (family === 4) return `arp operation ${kind === "question in" ? "request" : "reply"}`;
  return `icmpv6 type ${kind === "question in" ? "nd-neighbor-solicit" : "nd-neighbor-advert"}`;
}
