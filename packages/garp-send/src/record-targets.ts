/**
 * Which addresses a record gives reason to announce: pure.
 *
 * | record | addresses |
 * |---|---|
 * | `vmac.up`, `vmac.repaired` | its VIPs |
 * | `vrrp.state`, when `active` | its VIPs |
 * | `vrrp.healed` | those that the remaining router has said it advertises (`vrrp.peer`) |
 * | `arp.conflict`, `arp.changed`, `arp.flip_flop` | the address |
 *
 * What is only seen on the wire (`arp.seen`) gives none: our own announcements are seen too.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";
import type { IpAddress, Mac } from "@viptools/wire";

export interface Wanted {
  readonly address: IpAddress;
  /** Who has it by the last word that was heard: nothing is wrong if that is who shall. */
  readonly lastOwner?: Mac | undefined;
}

/** As many as a link can have: 255 of each family, from some routers each. */
const PEERS_MAX = 4096;

export class RecordTargets {
  readonly #interfaceName: string;
  /** By instance and router. */
  readonly #vips = new Map<string, readonly string[]>();

  /** @param interfaceName records of others mean other networks. */
  constructor(interfaceName: string) {
    this.#interfaceName = interfaceName;
  }

  wantedBy(record: KnownRecord): Wanted[] {
    switch (record.type) {
      case "vmac.up":
      case "vmac.repaired":
        return record.parent === this.#interfaceName ? record.vips.map(wantedOf) : [];
      case "vrrp.state":
        return record.state === "active" && record.interface === this.#interfaceName
          ? record.vips.map(wantedOf)
          : [];
      case "vrrp.peer":
        this.#remember(record);
        return [];
      case "vrrp.healed":
        return (this.#vips.get(`${record.instance} ${record.to}`) ?? []).map(wantedOf);
      case "arp.conflict":
      case "arp.changed":
      case "arp.flip_flop":
        return this.#disputed(record);
      default:
        return [];
    }
  }

  #remember({ instance, address, vips }: RecordOf<"vrrp.peer">): void {
    if (!instance.startsWith(`${this.#interfaceName}/`)) return;
    const key = `${instance} ${address}`;
    this.#vips.delete(key);
    this.#vips.set(key, vips);
    if (this.#vips.size > PEERS_MAX) this.#vips.delete(this.#vips.keys().next().value!);
  }

  /** In a conflict both claim it still, whoever spoke last. */
  #disputed(record: RecordOf<"arp.conflict" | "arp.changed" | "arp.flip_flop">): Wanted[] {
    if (record.interface !== undefined && record.interface !== this.#interfaceName) return [];
    if (record.type === "arp.conflict") return [{ address: record.ip }];
    const byTime = record.owners.toSorted((a, b) => (a.last_seen < b.last_seen ? -1 : 1));
    return [{ address: record.ip, lastOwner: byTime.at(-1)?.mac }];
  }
}

function wantedOf(vip: string): Wanted {
  return { address: vip.split("/")[0]! };
}

/** Nobody has to be told the same twice in this time, and two that contradict each other would never end. */
const REPEAT_AFTER_US = 1_000_000;
const REMEMBERED_MAX = 65_536;

/** Which addresses were dealt with just now: pure, time comes in. */
export class Repeats {
  readonly #atUs = new Map<IpAddress, number>();

  isRecent(address: IpAddress, nowUs: number): boolean {
    return nowUs - (this.#atUs.get(address) ?? Number.NEGATIVE_INFINITY) < REPEAT_AFTER_US;
  }

  note(address: IpAddress, nowUs: number): void {
    this.#atUs.delete(address);
    this.#atUs.set(address, nowUs);
    if (this.#atUs.size > REMEMBERED_MAX) this.#atUs.delete(this.#atUs.keys().next().value!);
  }
}
