/**
 * Sets on a host what others have made there, takes it away, and disturbs what is owned.
 *
 * @module
 */
import { virtualMac } from "@viptools/wire";
import type { Network } from "../lab/network.ts";
import {
  type Disturbance,
  type ForeignLink,
  type ForeignTable,
  instanceOf,
  type Scene,
  SETTINGS,
  type Setting,
  VIPS,
  type VirtualRouter,
} from "./script.ts";

export interface Stage {
  readonly network: Network;
  readonly host: string;
  /** Settings of the host when nobody has changed any. */
  readonly usual: Readonly<Record<Setting, number>>;
  /** vmac-ctl, or what stands in for it. */
  readonly tool: string;
}

const TABLES: Readonly<Record<ForeignTable, string>> = {
  "inet filter":
    "table inet filter { chain in { type filter hook input priority 0; tcp dport 81 counter drop; }; }",
  "netdev filter":
    'table netdev filter { chain in { type filter hook ingress device "eth0" priority 0; udp dport 81 drop; }; }',
  "arp filter": "table arp filter { chain out { type filter hook output priority 0; }; }",
};

const NAMES: Readonly<Record<ForeignLink, string>> = {
  "our name": "vrrp4-$(cat /sys/class/net/eth0/ifindex)-51",
  "our MAC": "vrrp.51",
  neither: "x0",
};

/** The settings that a scene may change, as they are now. */
export function readSettings(network: Network, host: string): Record<Setting, number> {
  const { stdout } = network.run(host, ["sh", "-c", "cd /proc/sys/net; cat $*", "read", ...SETTINGS]);
  const values = stdout.split("\n").map(Number);
  return Object.fromEntries(SETTINGS.map((path, n) => [path, values[n]!])) as Record<Setting, number>;
}

/** Makes what the scene says. */
export function setScene(network: Network, host: string, scene: Scene): void {
  must(network, host, setCommands(scene));
}

/** @returns shell commands that make what the scene says. */
export function setCommands({ addresses, link, tables, settings }: Scene): string[] {
  return [
    ...addresses.map(
      (address) => `ip address add ${address} dev eth0${address.includes(":") ? " nodad" : ""}`,
    ),
    ...(link === undefined ? [] : foreignLink(link)),
    ...(tables.length === 0 ? [] : [`nft -f - <<'END'\n${rules({ tables })}\nEND`]),
    ...Object.entries(settings).map(([path, value]) => setting(path, value)),
  ];
}

/** Takes away what {@link setScene} has made. */
export function clearScene({ network, host, usual }: Stage, { addresses, link, settings }: Scene): void {
  must(network, host, [
    ...addresses.map((address) => `ip address del ${address} dev eth0`),
    ...(link === undefined ? [] : [`ip link del ${NAMES[link]}`]),
    "nft flush ruleset",
    ...SETTINGS.filter((path) => path in settings).map((path) => setting(path, usual[path])),
  ]);
}

/** Does to the host what others do; that nothing of the kind is there is no error. */
export function disturb(
  { network, host, usual }: Stage,
  scene: Scene,
  router: VirtualRouter,
  how: Disturbance,
): void {
  const pattern = `s#^[0-9]+: ([^:@]+).*alias viptools:${instanceOf(router)}( .*)?$#\\1#p`;
  const link = `link=$(ip -o link | sed -nE '${pattern}') && [ -n "$link" ]`;
  const arpIgnore = scene.settings["ipv4/conf/eth0/arp_ignore"] ?? usual["ipv4/conf/eth0/arp_ignore"];
  const commands: Readonly<Record<Exclude<Disturbance, "carrier down and up">, string>> = {
    "delete the address": `${link}; ${deleteVips(scene)}`,
    "delete the link": `${link} && ip link del $link`,
    "link down": `${link} && ip link set $link down`,
    "link down and up": `${link} && ip link set $link down && ip link set $link up`,
    "flush the rules": `nft -f - <<'END'\nflush ruleset\n${rules(scene)}\nEND`,
    "delete the table": `nft delete table netdev vmac_eth0_${router.family}_${router.vrid}`,
    "delete the forwarding entry": `bridge fdb del ${virtualMac(router.family, router.vrid)} dev eth0 self`,
    "reset arp_ignore": setting("ipv4/conf/eth0/arp_ignore", arpIgnore),
  };
  if (how === "carrier down and up") {
    network.linkDown(host);
    network.linkUp(host);
  } else network.run(host, ["sh", "-c", commands[how]]);
}

/** From wherever they are; what the scene has stays. */
function deleteVips({ addresses }: Scene): string {
  const vips = Object.values(VIPS)
    .flat()
    .filter((vip) => !addresses.includes(vip));
  return `for vip in ${vips.join(" ")}; do for dev in $link eth0; do ip address del $vip dev $dev; done; done`;
}

function rules({ tables }: Pick<Scene, "tables">): string {
  return tables.map((name) => TABLES[name]).join("\n");
}

function setting(path: string, value: number): string {
  return `echo ${value} > /proc/sys/net/${path}`;
}

/** Without an address of its own: the kernel would take a second to try it. */
function foreignLink(link: ForeignLink): string[] {
  const name = NAMES[link];
  const mac = link === "our MAC" ? "00:00:5e:00:01:33" : "02:00:00:00:00:99";
  return [
    `ip link add ${name} link eth0 address ${mac} type macvlan mode private`,
    `ip link set ${name} addrgenmode none`,
    `ip link set ${name} up`,
  ];
}

function must(network: Network, host: string, commands: readonly string[]): void {
  const { code, stderr } = network.run(host, ["sh", "-ec", commands.join("\n")]);
  if (code !== 0) throw new Error(`Cannot set the scene: ${stderr}`);
}
