/**
 * A host on which nothing keeps a virtual router from working.
 *
 * @module
 */
import type { InterfaceAddress, Link } from "@viptools/kernel";
import type { Facts, HeardRouter, OwnedRouter } from "./facts.ts";

export const VMAC = "00:00:5e:00:01:33";
export const VIP = "192.0.2.100";

export const NIC: Link = {
  index: 2,
  name: "eth0",
  mac: "02:00:00:00:00:01",
  permanentMac: undefined,
  isUp: true,
  hasArp: true,
  isRunning: true,
  mtu: 1500,
  kind: undefined,
  parentIndex: undefined,
  macvlanMode: undefined,
  alias: undefined,
  masterIndex: undefined,
  heardFrames: 1,
  isSetPromiscuous: false,
  promiscuity: 0,
  bridge: undefined,
  portState: undefined,
};
export const LO: Link = { ...NIC, index: 1, name: "lo", mac: "00:00:00:00:00:00" };
export const MACVLAN: Link = {
  ...NIC,
  index: 5,
  name: "vrrp4-2-51",
  mac: VMAC,
  kind: "macvlan",
  parentIndex: 2,
  macvlanMode: 1,
  alias: "viptools:eth0/4/51",
};

export function addressOn(ifindex: number, text: string): InterfaceAddress {
  const [address = "", length] = text.split("/");
  return {
    ifindex,
    family: address.includes(":") ? 6 : 4,
    address,
    prefixLength: Number(length),
    isSecondary: false,
    isTentative: false,
    isDuplicate: false,
    hasPrefixRoute: true,
    protocol: 0,
  };
}

const OFF = { all: 0, own: 0 };

export const CLEAN: Facts = {
  interface: "eth0",
  routers: [{ family: 4, vrid: 51 }],
  vips: [VIP],
  isIpv6Meant: false,
  links: [LO, NIC],
  addresses: [
    addressOn(1, "127.0.0.1/8"),
    addressOn(1, "::1/128"),
    addressOn(2, "192.0.2.1/24"),
    addressOn(2, "2001:db8::1/64"),
  ],
  owned: [],
  arpAnswerers: ["lo", "eth0"],
  settings: { arp_ignore: OFF, arp_announce: OFF, arp_filter: OFF, rp_filter: OFF, accept_local: OFF },
  ipv6Off: OFF,
  chains: [],
  heard: [],
  manager: undefined,
  clockSource: "tsc",
  passage: undefined,
};

export const OWNED: OwnedRouter = {
  family: 4,
  vrid: 51,
  mode: "macvlan",
  parent: "eth0",
  interface: "vrrp4-2-51",
  vips: [VIP],
  addresses: [`${VIP}/32`],
  owner: "living",
  obstacles: [],
  rpFilter: 2,
  hasForwarding: false,
  isSpeaking: true,
};

/** While it owns the virtual router in a macvlan, as Active. */
export const ACTIVE: Facts = {
  ...CLEAN,
  links: [LO, NIC, MACVLAN],
  addresses: [...CLEAN.addresses, addressOn(5, `${VIP}/32`)],
  owned: [OWNED],
  settings: { ...CLEAN.settings, arp_ignore: { all: 0, own: 1 }, arp_announce: { all: 0, own: 2 } },
};

/** The other router of the pair is Active. */
export const PEER: HeardRouter = {
  family: 4,
  vrid: 51,
  frames: 2,
  adverts: [{ source: "192.0.2.2", mac: VMAC, protocol: "VRRP", priority: 150, vips: [VIP] }],
};
