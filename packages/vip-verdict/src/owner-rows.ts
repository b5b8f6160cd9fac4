/**
 * What owners of this host say of themselves, and of what the Active has: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import type { Facts, Peer } from "./facts.ts";
import { activePeers, at, isActiveHere, optionsFor, routerOf } from "./knowledge.ts";
import type { Found, Row } from "./row.ts";
import { addressSaid } from "./vip-address.ts";

type Owned = RecordOf<"vmac.status">;

export const OWNER_ROWS: readonly Row[] = [
  {
    code: "not_answering",
    explains: [],
    find: (facts) => facts.owned.flatMap((own) => silentOwner(facts, own)),
  },
  {
    code: "dead_owner",
    explains: ["nobody_active", "nobody_answers"],
    find: (facts) =>
      facts.owned.filter(({ owner }) => owner === "dead").map((own): Found => deadOwner(facts, own)),
  },
];

/** Only where its own adverts show that it should answer: a Backup is silent for good reason. */
function silentOwner(facts: Facts, own: Owned): Found[] {
  const router = routerOf(facts, own.instance);
  const isActive = router !== undefined && isActiveHere(router);
  if (own.answers || own.owner === "dead" || !(isActive || own.owner === "standing")) return [];
  return [
    {
      severity: "error",
      instance: own.instance,
      found: `this host has ${own.vips.join(" ")} on ${own.interface} and does not answer: ${own.why.join("; ")}`,
      consequence: "it advertises, so no other router takes over, and nobody is served",
      command: `vmac-ctl doctor ${optionsFor(facts, router)}`,
    },
  ];
}

/** Beside an Active elsewhere only a spare is lost; alone it is why nobody is Active. */
function deadOwner(facts: Facts, { instance, owner_pid, interface: link, vips }: Owned): Found {
  const router = routerOf(facts, instance);
  const isAlone = router === undefined ? facts.lookedMs > 0 : router.active.length === 0;
  const left = `process ${owner_pid} has died and left ${vips.join(" ") || "a virtual MAC"} on ${link}`;
  const mute = "the kernel keeps this host mute for it, until somebody flushes the rules";
  if (!isAlone)
    return { severity: "warning", instance, found: left, consequence: mute, command: "vmac-ctl cleanup" };
  return {
    severity: "error",
    instance,
    found: `${left}, and nobody advertises`,
    consequence: `this host was a router, and no other one has taken over; ${mute}`,
    command:
      "vmac-ctl cleanup; then start its router again, as vrrp-elect … | vmac-ctl follow | garp-send --follow",
  };
}

/** No advert of a Backup tells its list: its own journal does. */
export const OWN_LIST_ROW: Row = {
  code: "vip_mismatch",
  explains: [],
  find: (facts) =>
    facts.owned
      .filter(({ owner }) => owner !== "dead")
      .flatMap((own) => {
        const router = routerOf(facts, own.instance);
        const [active, ...more] = router === undefined ? [] : activePeers(router);
        if (active === undefined || active.isOwn || more.length > 0) return [];
        return otherList(facts, own, active);
      }),
};

/** CARP, and an advert without addresses, says nothing of the list. */
function otherList(facts: Facts, own: Owned, active: Peer): Found[] {
  const mine = own.vips.map(addressSaid);
  const without = (list: readonly IpAddress[], other: readonly IpAddress[]): IpAddress[] =>
    list.filter((ip) => !other.includes(ip));
  const [missing, extra] = [without(active.vips, mine), without(mine, active.vips)];
  if (active.vips.length === 0 || mine.length === 0 || missing.length + extra.length === 0) return [];
  const router = routerOf(facts, own.instance);
  const differences = [
    ...(missing.length === 0 ? [] : [`advertises ${missing.join(" ")}, which this host does not have`]),
    ...(extra.length === 0 ? [] : [`does not advertise ${extra.join(" ")}, which this host has`]),
  ];
  return [
    {
      severity: "error",
      instance: own.instance,
      found: `${active.address} ${differences.join(", and ")}`,
      consequence:
        "a take-over moves some addresses only, and keepalived refuses adverts with another list (version 2)",
      command: `give both the same VIPs: here vmac-ctl status shows them, ${at(router, active.address)}vrrp-elect … the same VIPs (keepalived: virtual_ipaddress)`,
    },
  ];
}
