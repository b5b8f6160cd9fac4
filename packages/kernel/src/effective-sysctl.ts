/**
 * Settings that the kernel reads at two places, `all` and the interface: which of them counts.
 *
 * The rule is another one for each setting: IN_DEV_MAXCONF, IN_DEV_ORCONF, IN_DEV_ANDCONF and IN_DEV_CONF_GET in Linux's
 * include/linux/inetdevice.h; in net/ipv6 it stands where the setting is used.
 *
 * @module
 */
import { readSysctl } from "./sysctl.ts";

/** `interface`: `all` is not looked at (writing it may copy it to every interface, as `forwarding` does). */
export type EffectiveRule = "max" | "or" | "and" | "interface";

const FOLDERS = { ipv4: "net/ipv4/conf", ipv6: "net/ipv6/conf", arp: "net/ipv4/neigh" } as const;

/** By where it is, and its name; what is not listed here has no rule that was looked up. */
export const EFFECTIVE_RULES = {
  "ipv4/accept_local": "or",
  "ipv4/arp_accept": "max",
  "ipv4/arp_announce": "max",
  "ipv4/arp_evict_nocarrier": "and",
  "ipv4/arp_filter": "or",
  "ipv4/arp_ignore": "max",
  "ipv4/arp_notify": "max",
  "ipv4/drop_gratuitous_arp": "or",
  "ipv4/forwarding": "interface",
  "ipv4/log_martians": "or",
  "ipv4/promote_secondaries": "or",
  "ipv4/proxy_arp": "or",
  "ipv4/route_localnet": "or",
  "ipv4/rp_filter": "max",
  "ipv4/send_redirects": "or",
  "ipv4/src_valid_mark": "or",
  "arp/locktime": "interface",
  "ipv6/accept_untracked_na": "interface",
  "ipv6/drop_unsolicited_na": "interface",
  "ipv6/forwarding": "interface",
  "ipv6/ndisc_evict_nocarrier": "and",
  "ipv6/ndisc_notify": "or",
  "ipv6/proxy_ndp": "or",
} as const;

export type EffectiveName = keyof typeof EFFECTIVE_RULES;

export interface EffectiveSetting {
  /** `arp_accept` */
  readonly name: string;
  /** What the kernel goes by; of settings that are only on or off, 1 or 0. */
  readonly value: number;
  /** Where two say the same, the interface. */
  readonly decidedBy: "all" | "interface";
  /** The file below /proc/sys that decided. */
  readonly path: string;
}

/**
 * @param name `ipv4/arp_accept`. @param interfaceName whose setting.
 * @returns undefined if this kernel has no such setting, or there is no such interface.
 */
export function readEffective(name: EffectiveName, interfaceName: string): EffectiveSetting | undefined {
  const [place, setting] = name.split("/") as [keyof typeof FOLDERS, string];
  const pathOf = (side: string): string => `${FOLDERS[place]}/${side}/${setting}`;
  const rule: EffectiveRule = EFFECTIVE_RULES[name];
  const own = readSysctl(pathOf(interfaceName));
  const all = rule === "interface" ? own : readSysctl(pathOf("all"));
  if (own === undefined || all === undefined) return undefined;
  const { value, decidedBy } = decide(rule, Number(all), Number(own));
  return { name: setting, value, decidedBy, path: pathOf(decidedBy === "all" ? "all" : interfaceName) };
}

/** Which of two values counts: pure. */
export function decide(
  rule: EffectiveRule,
  all: number,
  own: number,
): Pick<EffectiveSetting, "value" | "decidedBy"> {
  switch (rule) {
    case "max":
      return all > own ? { value: all, decidedBy: "all" } : { value: own, decidedBy: "interface" };
    case "or":
      return {
        value: Number(all !== 0 || own !== 0),
        decidedBy: own === 0 && all !== 0 ? "all" : "interface",
      };
    case "and":
      return {
        value: Number(all !== 0 && own !== 0),
        decidedBy: own !== 0 && all === 0 ? "all" : "interface",
      };
    case "interface":
      return { value: own, decidedBy: "interface" };
  }
}
