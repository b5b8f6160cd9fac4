/**
 * What others say in a virtual router's name: pure.
 *
 * @module
 */
import { virtualMac } from "@viptools/wire";
import type { Facts, HeardAdvert, HeardRouter } from "./facts.ts";
import type { Finding } from "./finding.ts";

/**
 * Another host that is Active for the same addresses is the other router of the pair, and no fault. A stranger is one
 * that advertises other addresses, speaks CARP, or uses the virtual MAC without advertising at all.
 */
export function checkStrangers(facts: Facts): Finding[] {
  return facts.heard.flatMap((heard) => {
    const strangers = heard.adverts.filter((advert) => isStranger(facts, heard, advert));
    if (strangers.length > 0) return strangers.map((advert) => strangerFinding(facts, heard, advert));
    if (heard.frames === 0) return [];
    if (isSpeaking(facts, heard)) return [twoVoices(heard)];
    return heard.adverts.length === 0 ? [silentUser(facts, heard)] : [];
  });
}

/** Adverts of this host that come back: two of its NICs are on one network, or somebody reflects frames. */
export function checkOwnAdverts(facts: Facts): Finding[] {
  const own = new Set(facts.addresses.map(({ address }) => address));
  return facts.heard.flatMap(({ vrid, adverts }) =>
    adverts
      .filter(({ source }) => own.has(source))
      .map(({ source }) => ({
        code: "own_adverts_come_back",
        severity: "error" as const,
        found: `adverts of VRID ${vrid} come in from ${source}, which is an address of this host`,
        consequence:
          "two NICs of this host are on one network, or something reflects frames: the virtual MAC moves between switch ports, and both elections see a rival",
        command: `vrrp-elect --observe -I ${facts.interface}`,
      })),
  );
}

/** Only where a neighbour was asked. */
export function checkPassage({ passage, interface: nic }: Facts): Finding[] {
  if (passage?.verdict !== "foreign_source_blocked") return [];
  return [
    {
      code: "foreign_mac_blocked",
      severity: "error",
      found: `${passage.target} answers the MAC of ${nic}, and not ${passage.mac}`,
      consequence:
        "hypervisor or switch drop frames from a MAC that is not the NIC's, or to it: adverts from the virtual MAC and all VIPs on it are lost; allow it there (forged transmits, MAC spoof check, port security), or go without",
      command: "vrrp-elect --no-vmac --help",
    },
  ];
}

/** Sentences for people about what is as it should be. */
export function remarksOnWire(facts: Facts): string[] {
  return facts.heard.flatMap((heard) =>
    heard.adverts
      .filter((advert) => !isStranger(facts, heard, advert))
      .map(
        ({ source, priority, vips }) =>
          `${source} is Active for VRID ${heard.vrid} with priority ${priority ?? "?"}${vips === undefined ? "" : `, and has ${vips.join(" ")}`}`,
      ),
  );
}

function isStranger(facts: Facts, { family }: HeardRouter, { protocol, vips }: HeardAdvert): boolean {
  if (protocol === "CARP") return true;
  const known = facts.vips.filter((vip) => vip.includes(":") === (family === 6));
  if (known.length === 0 || vips === undefined) return false;
  return !vips.some((vip) => known.includes(vip));
}

function isSpeaking({ owned, interface: nic }: Facts, { family, vrid }: HeardRouter): boolean {
  return owned.some(
    (own) => own.parent === nic && own.family === family && own.vrid === vrid && own.isSpeaking,
  );
}

const CHOOSE = "choose another VRID on all of your routers; it lists those in use";

function strangerFinding({ interface: nic }: Facts, { vrid }: HeardRouter, advert: HeardAdvert): Finding {
  const { source, mac, protocol, vips } = advert;
  const what = protocol === "CARP" ? "as CARP" : `for ${vips?.join(" ") || "no address"}`;
  return {
    code: "vrid_used_by_stranger",
    severity: "error",
    found: `${source} (${mac}) advertises ${protocol === "CARP" ? "VHID" : "VRID"} ${vrid} ${what}`,
    consequence: `both have the same virtual MAC, so switches send the frames of one to the other: ${CHOOSE}`,
    command: `vrrp-elect --observe -I ${nic}`,
  };
}

function twoVoices({ family, vrid, frames }: HeardRouter): Finding {
  return {
    code: "vmac_used_twice",
    severity: "error",
    found: `${frames} frames came in from ${virtualMac(family, vrid)} while this host speaks from it`,
    consequence: "two hosts are Active at once: switches send each frame to the one that spoke last",
    command: "vmac-ctl status",
  };
}

function silentUser({ interface: nic }: Facts, { family, vrid, frames }: HeardRouter): Finding {
  return {
    code: "vmac_used_by_stranger",
    severity: "warning",
    found: `${frames} frames came in from ${virtualMac(family, vrid)}, and no advert of VRID ${vrid}`,
    consequence: `somebody has this virtual MAC without advertising (or advertises more slowly than was listened, see --listen): ${CHOOSE}`,
    command: `vrrp-elect --observe -I ${nic}`,
  };
}
