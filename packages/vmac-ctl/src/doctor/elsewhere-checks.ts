/**
 * Other interfaces of this host that answer for a VIP: pure.
 *
 * @module
 */
import { type InterfaceAddress, type Link, MOVING_ADDRESS_PROTOCOL } from "@viptools/kernel";
import { isInPrefix, isLinkLocal, virtualMac } from "@viptools/wire";
import { isMisplaced } from "./address-checks.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { parentOf } from "./link-checks.ts";

/** `ip address show` of what arp-hide has put there: proto 113. */
const HIDDEN_PROTOCOL = 113;

/** Where it is on the NIC, and networks on `lo`, have findings of their own. */
export function checkVipElsewhere(facts: Facts): Finding[] {
  return standingElsewhere(facts)
    .filter(({ protocol }) => protocol !== HIDDEN_PROTOCOL)
    .map(({ address, prefixLength, protocol, ifindex }) => {
      const { name } = facts.links.find(({ index }) => index === ifindex)!;
      return {
        code: "vip_elsewhere",
        severity: "error" as const,
        found: `${address}/${prefixLength} is on ${name}, where vmac-ctl has not put it`,
        consequence:
          "this host takes it for its own whoever is Active: it does not reach the Active by it, and answers ARP for it with its own MAC wherever arp_ignore is 0",
        command:
          protocol === MOVING_ADDRESS_PROTOCOL
            ? "vmac-ctl cleanup"
            : `ip address del ${address}/${prefixLength} dev ${name}`,
      };
    });
}

/** Sentences for people: a real server has the VIP on purpose. */
export function remarksOnHidden(facts: Facts): string[] {
  return standingElsewhere(facts)
    .filter(({ protocol }) => protocol === HIDDEN_PROTOCOL)
    .map(
      ({ address }) =>
        `${address} stands here hidden, by arp-hide: if this host is to own it alone, arp-hide remove takes it away`,
    );
}

/** Link-local addresses are another one on each link; a link with the virtual MAC has its own finding. */
function standingElsewhere(facts: Facts): InterfaceAddress[] {
  const nic = parentOf(facts)?.index;
  const macs = facts.routers.map(({ family, vrid }) => virtualMac(family, vrid));
  return facts.addresses.filter((found) => {
    const link = facts.links.find(({ index }) => index === found.ifindex);
    if (link === undefined || found.ifindex === nic || isLinkLocal(found.address)) return false;
    const isNetworkOnLo = link.name === "lo" && found.family === 4 && found.prefixLength < 32;
    const isVirtual = link.mac !== undefined && macs.includes(link.mac);
    return !isNetworkOnLo && !isVirtual && isMisplaced(facts, found);
  });
}

/** Linux answers ARP for each of its addresses on every NIC, unless it is told not to. */
export function checkArpFlux(facts: Facts): Finding[] {
  const vips = facts.vips.filter((vip) => !vip.includes(":"));
  if (vips.length === 0) return [];
  return facts.links
    .filter((link) => mayAnswer(facts, link))
    .flatMap(({ name, index }) => {
      const shared = facts.addresses.find((found) => found.ifindex === index && isShared(facts, found));
      return shared === undefined ? [] : [fluxFinding(facts.interface, name, shared, vips)];
    });
}

function fluxFinding(
  nic: string,
  name: string,
  { address, prefixLength }: InterfaceAddress,
  vips: readonly string[],
): Finding {
  return {
    code: "arp_flux",
    severity: "error",
    found: `${name} (${address}/${prefixLength}) is in the network of ${nic}, and its arp_ignore is 0`,
    consequence: `while this host has ${vips.join(" ")}, ${name} answers ARP for it too, with its own MAC: clients that learn that one are not served after a take-over`,
    command: `sysctl -w net/ipv4/conf/${name}/arp_ignore=1`,
  };
}

function mayAnswer(
  { arpAnswerers, owned, interface: nic }: Facts,
  { name, isRunning, hasArp }: Link,
): boolean {
  const isOurs = name === nic || owned.some((own) => own.interface === name);
  return isRunning && hasArp && !isOurs && arpAnswerers.includes(name);
}

/** An address of the host itself, in a network that the NIC is in too. */
function isShared(facts: Facts, { family, address, protocol }: InterfaceAddress): boolean {
  if (family !== 4 || protocol === MOVING_ADDRESS_PROTOCOL || facts.vips.includes(address)) return false;
  const nic = parentOf(facts)?.index;
  return facts.addresses.some(
    (near) =>
      near.ifindex === nic &&
      near.family === 4 &&
      near.prefixLength < 32 &&
      isInPrefix(address, near.address, near.prefixLength),
  );
}
