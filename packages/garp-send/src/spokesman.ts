/**
 * Has the answered addresses announced when this host begins to speak for them: those who know them already have to be
 * told before they ask again.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";
import type { IpAddress, Mac } from "@viptools/wire";
import type { Herald } from "./herald.ts";
import type { VoiceGate } from "./voice-gate.ts";

/** Whose addresses come and go together, with one MAC. */
interface Group {
  readonly instance: string | undefined;
  readonly mac: Mac;
  readonly addresses: IpAddress[];
}

/** What a right to speak comes and goes with. */
const DECISIVE: ReadonlySet<KnownRecord["type"]> = new Set([
  "vrrp.state",
  "vrrp.lease",
  "vmac.up",
  "vmac.prepared",
  "vmac.down",
  "vmac.fenced",
]);

export class Spokesman {
  readonly #herald: Herald;
  readonly #gate: VoiceGate;
  readonly #interfaceName: string;
  /** What is announced, by its name for the herald. */
  readonly #begun = new Set<string>();

  constructor(herald: Herald, gate: VoiceGate, interfaceName: string) {
    this.#herald = herald;
    this.#gate = gate;
    this.#interfaceName = interfaceName;
  }

  /** A record has changed who may speak, or may have. */
  obey(record: KnownRecord, macs: ReadonlyMap<IpAddress, Mac>, nowUs: number): void {
    if (DECISIVE.has(record.type)) this.speak(macs, nowUs);
  }

  /** Begins and stops what the gate allows now. @param macs of all answered addresses. */
  speak(macs: ReadonlyMap<IpAddress, Mac>, nowUs: number): void {
    const groups = this.#groups(macs, nowUs);
    for (const key of [...this.#begun]) if (!groups.has(key)) this.#stop(key);
    for (const [key, group] of groups) if (!this.#begun.has(key)) this.#begin(key, group);
  }

  #begin(key: string, { instance, mac, addresses }: Group): void {
    this.#begun.add(key);
    const vips = addresses.map((address) => `${address}/${address.includes(":") ? 128 : 32}`);
    const [parent, name] = [this.#interfaceName, this.#interfaceName];
    // The addresses stand nowhere, so no kernel reports their groups.
    this.#herald.begin(key, { instance, parent, interface: name, hasReports: true, mac, vips });
  }

  #stop(key: string): void {
    this.#begun.delete(key);
    this.#herald.stop(key);
  }

  /** Without a gate from the start; else in the name of a virtual router. */
  #groups(macs: ReadonlyMap<IpAddress, Mac>, nowUs: number): Map<string, Group> {
    const groups = new Map<string, Group>();
    for (const [address, mac] of macs) {
      const instance = this.#gate.speaker(address, nowUs);
      if (instance === undefined && !this.#gate.isWithoutGate) continue;
      const key = `answered ${instance ?? ""} ${mac}`;
      const group: Group = groups.get(key) ?? { instance, mac, addresses: [] };
      group.addresses.push(address);
      groups.set(key, group);
    }
    return groups;
  }
}
