/**
 * Addresses in wrong places: pure.
 *
 * @module
 */
import type { InterfaceAddress } from "@viptools/kernel";
import { isInPrefix } from "@viptools/wire";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { parentOf } from "./link-checks.ts";

export function checkVipOnParent(facts: Facts): Finding[] {
  const { addresses, interface: nic } = facts;
  const parent = parentOf(facts);
  return addresses
    .filter((found) => found.ifindex === parent?.index && isMisplaced(facts, found))
    .map(({ address, prefixLength }) => ({
      code: "vip_on_parent",
      severity: "error",
      found: `${address}/${prefixLength} is on ${nic} itself`,
      consequence:
        "this host answers for it with the NIC's MAC whoever is Active: two hosts then have one address, and clients lose the virtual MAC",
      command: `ip address del ${address}/${prefixLength} dev ${nic}`,
    }));
}

/** A VIP that stands where vmac-ctl has not put it. */
export function isMisplaced(
  { vips, owned, links }: Facts,
  { ifindex, address, prefixLength }: InterfaceAddress,
): boolean {
  const name = links.find(({ index }) => index === ifindex)?.name;
  const text = `${address}/${prefixLength}`;
  const isOurs = owned.some((own) => own.interface === name && own.addresses.includes(text));
  return vips.includes(address) && !isOurs;
}

/** Every address of an IPv4 prefix on `lo` is local (the table `local`), as it is for 127.0.0.0/8. */
export function checkLoopback(facts: Facts): Finding[] {
  const lo = facts.links.find(({ name }) => name === "lo");
  return facts.addresses
    .filter((found) => found.ifindex === lo?.index && found.family === 4 && found.prefixLength < 32)
    .filter((found) => reachesOut(facts, found))
    .map(({ address, prefixLength }) => ({
      code: "prefix_on_loopback",
      severity: "error",
      found: `${address}/${prefixLength} is on lo`,
      consequence: `all ${2 ** (32 - prefixLength)} addresses of that network are this host's own: it answers ARP for each of them, and reaches none of its neighbours`,
      command: `ip address del ${address}/${prefixLength} dev lo && ip address add ${address}/32 dev lo`,
    }));
}

/** The prefix has a VIP in it, or a network of the NIC. */
function reachesOut(facts: Facts, { address, prefixLength }: InterfaceAddress): boolean {
  const index = parentOf(facts)?.index;
  const near = facts.addresses.filter(({ ifindex }) => ifindex === index);
  return [...facts.vips, ...near.map((own) => own.address)].some((other) =>
    isInPrefix(other, address, prefixLength),
  );
}

export function checkDuplicates(facts: Facts): Finding[] {
  const nics = facts.links.filter(
    ({ name }) => name === facts.interface || facts.owned.some((own) => own.interface === name),
  );
  return nics.flatMap(({ name, index }) =>
    facts.addresses
      .filter(({ ifindex, isDuplicate }) => ifindex === index && isDuplicate)
      .map(({ address, prefixLength }) => ({
        code: "address_duplicated",
        severity: "error" as const,
        found: `${address}/${prefixLength} on ${name} has failed duplicate address detection`,
        consequence: `another host has it (garp-send -D -I ${facts.interface} ${address} tells its MAC), so this one does not use it, and never tries again by itself`,
        command: `ip address del ${address}/${prefixLength} dev ${name} && ip address add ${address}/${prefixLength} dev ${name}`,
      })),
  );
}
