/**
 * What a verdict is made of: this host, its settings, its entry for an address before and after a packet: pure.
 *
 * @module
 */
import type { EffectiveSetting, NeighbourEntry } from "@viptools/kernel";
import type { RecordOf } from "@viptools/records";
import { type IpAddress, isInPrefix, type Mac } from "@viptools/wire";

export type SettingName =
  | "arp_accept"
  | "arp_filter"
  | "arp_ignore"
  | "drop_gratuitous_arp"
  | "rp_filter"
  /** Hundredths of a second. */
  | "locktime"
  | "accept_untracked_na"
  | "drop_unsolicited_na"
  /** Of IPv6. */
  | "forwarding";

/** Of one interface; undefined where this kernel has no such setting. */
export type Settings = Readonly<
  Record<SettingName, Pick<EffectiveSetting, "value" | "decidedBy"> | undefined>
>;

/** What of this host the kernel looks at. */
export interface Host {
  readonly interfaceName: string;
  readonly mac: Mac | undefined;
  /** On whatever interface. */
  readonly ownAddresses: ReadonlySet<IpAddress>;
  /** Of this interface. */
  readonly networks: readonly { readonly address: IpAddress; readonly prefixLength: number }[];
  readonly settings: Settings;
}

/** The entry for the claimed address. */
export interface EntryChange {
  readonly before: NeighbourEntry | undefined;
  readonly after: NeighbourEntry | undefined;
  /** Of the entry after: how long it had been as it is when the packet came, milliseconds. */
  readonly ageMs: number;
}

export type Verdict = Pick<RecordOf<"arp.kernel">, "verdict" | "because">;

export const ignored = (because: string): Verdict => ({ verdict: "ignored", because });

/** What no packet changes. */
export function isFixed({ state }: NeighbourEntry): boolean {
  return state === "PERMANENT" || state === "NOARP";
}

export function value({ settings }: Host, name: SettingName): number {
  return settings[name]?.value ?? 0;
}

/** `arp_accept=0`, and where it was set if not for the interface. */
export function named({ settings }: Host, name: SettingName): string {
  const setting = settings[name];
  if (setting === undefined) return `no ${name} in this kernel`;
  return `${name}=${setting.value}${setting.decidedBy === "all" ? " (all)" : ""}`;
}

export function isOnLink(ip: IpAddress, { networks }: Host): boolean {
  return networks.some(({ address, prefixLength }) => isInPrefix(ip, address, prefixLength));
}
