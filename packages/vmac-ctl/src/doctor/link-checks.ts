/**
 * Links that keep a virtual router from working: pure.
 *
 * @module
 */
import type { Link } from "@viptools/kernel";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** What the kernel calls them, by number (linux/if_bridge.h). */
const PORT_STATES = ["disabled", "listening", "learning", "forwarding", "blocking"] as const;
const FORWARDING = 3;

export function parentOf({ links, interface: nic }: Facts): Link | undefined {
  return links.find(({ name }) => name === nic);
}

function masterOf(facts: Facts): Link | undefined {
  const index = parentOf(facts)?.masterIndex;
  return facts.links.find((link) => link.index === index);
}

/** The kernel itself asks for all frames, once, where MACs that the NIC takes are more than it can tell apart. */
export function checkPromiscuous(facts: Facts): Finding[] {
  const parent = parentOf(facts);
  if (parent === undefined || parent.masterIndex !== undefined) return [];
  const isParent = facts.links.some(
    ({ kind, parentIndex }) => kind === "macvlan" && parentIndex === parent.index,
  );
  const hasForwarding = facts.owned.some((own) => own.parent === parent.name && own.hasForwarding);
  const expected = isParent || hasForwarding ? 1 : 0;
  if (!parent.isSetPromiscuous && parent.promiscuity <= expected) return [];
  return [
    {
      code: "promiscuous_parent",
      severity: "warning",
      found: `${parent.name} is promiscuous (promiscuity ${parent.promiscuity})`,
      consequence:
        "this host takes in every frame that reaches its port, also those for the virtual MAC while another host is Active: work for nothing, and captures show what was not meant for it",
      command: parent.isSetPromiscuous
        ? `ip link set dev ${parent.name} promisc off`
        : "ss --packet --processes",
    },
  ];
}

export function checkLinkState(facts: Facts): Finding[] {
  const parent = parentOf(facts);
  if (parent === undefined || parent.isRunning) return [];
  const consequence =
    "nothing is sent or heard there: vrrp-elect stays in Initialize, and the VIPs are not reached";
  if (!parent.isUp)
    return [
      {
        code: "link_down",
        severity: "error",
        found: `${parent.name} is down`,
        consequence,
        command: `ip link set dev ${parent.name} up`,
      },
    ];
  return [
    {
      code: "no_carrier",
      severity: "error",
      found: `${parent.name} is up and has no carrier: no cable, or the other end is off`,
      consequence,
      command: `ip -s link show dev ${parent.name}`,
    },
  ];
}

/** Neighbour discovery goes by the same switch. */
export function checkArpOff(facts: Facts): Finding[] {
  const parent = parentOf(facts);
  if (parent === undefined || parent.hasArp) return [];
  return [
    {
      code: "arp_off",
      severity: "error",
      found: `${parent.name} has ARP switched off (NOARP)`,
      consequence:
        "it neither asks nor answers: this host reaches no neighbour there, and nobody reaches its addresses or a VIP on it",
      command: `ip link set dev ${parent.name} arp on`,
    },
  ];
}

export function checkPort(facts: Facts): Finding[] {
  const [parent, master] = [parentOf(facts), masterOf(facts)];
  if (parent === undefined || master === undefined) return [];
  const state = parent.portState;
  const words = [
    master.bridge?.isSnooping ? "snoops multicast" : undefined,
    state === undefined || state === FORWARDING ? undefined : `has the port ${PORT_STATES[state] ?? state}`,
  ].filter((word) => word !== undefined);
  return [
    {
      code: "bridge_port",
      severity: "error",
      found: `${parent.name} is a port of ${master.kind ?? "link"} ${master.name}${words.length === 0 ? "" : `, which ${words.join(" and ")}`}`,
      consequence: `${master.name} takes what comes in, so addresses on ${parent.name} are not reached and vmac-ctl refuses it; have the virtual router on ${master.name}`,
      command: `vmac-ctl doctor -I ${master.name}`,
    },
  ];
}

/** ARP and 224.0.0.18 pass by snooping; solicited-node groups and ff02::12 do not (RFC 4541 §2.1.2, §3). */
export function checkSnoopingParent(facts: Facts): Finding[] {
  const parent = parentOf(facts);
  if (!facts.isIpv6Meant || !parent?.bridge?.isSnooping || parent.bridge.isQuerier) return [];
  return [
    {
      code: "snooping_without_querier",
      severity: "warning",
      found: `bridge ${parent.name} snoops multicast, and asks nobody for memberships itself`,
      consequence:
        "without a querier elsewhere, memberships run out: its ports lose solicitations for IPv6 VIPs, and adverts",
      command: `ip link set dev ${parent.name} type bridge mcast_querier 1`,
    },
  ];
}

/** Such services take away what they have not made, when they are told to configure anew. */
export function checkManager({ interface: nic, manager, owned }: Facts): Finding[] {
  const isOnNic = owned.some(({ mode, interface: name }) => mode !== "macvlan" && name === nic);
  if (manager === undefined || !isOnNic) return [];
  return [
    {
      code: "managed_interface",
      severity: "warning",
      found: `${manager} manages ${nic}, and VIPs stand on it`,
      consequence: "when it configures the interface anew it removes addresses that are not its own",
      command:
        manager === "NetworkManager" ? `nmcli device set ${nic} managed no` : `networkctl status ${nic}`,
    },
  ];
}
