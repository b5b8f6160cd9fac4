/**
 * Whether this host may speak for an address, by the records that come by: pure.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import type { LeaseBook } from "./lease-book.ts";
import { addressOf } from "./target-book.ts";

/**
 * `auto`: where virtual routers come by at all, the address has to be one's that is Active and leased; `lease`: it has to
 * be in any case; `none`: records mean nothing.
 */
export const GATES = ["auto", "lease", "none"] as const;
export type GateChoice = (typeof GATES)[number];

/** Why this host may not speak. */
export type Refusal =
  /** No virtual router has it that was heard of, and there has to be one. */
  | "no_router"
  | "not_active"
  | "no_lease"
  /** vmac-ctl has not taken it, or has let it go. */
  | "not_owned";

interface VirtualRouter {
  readonly instance: string;
  addresses: ReadonlySet<IpAddress>;
  isActive: boolean | undefined;
  isOwned: boolean | undefined;
}

export class VoiceGate {
  readonly #choice: GateChoice;
  readonly #leases: LeaseBook;
  readonly #routers = new Map<string, VirtualRouter>();

  /** @param leases is told of all leases by the caller. */
  constructor(choice: GateChoice, leases: LeaseBook) {
    this.#choice = choice;
    this.#leases = leases;
  }

  get isWithoutGate(): boolean {
    return this.#choice === "none";
  }

  /** True where records mean nothing, and with `auto` while nobody has spoken of a virtual router. */
  get isOpen(): boolean {
    return this.isWithoutGate || (this.#choice === "auto" && this.#routers.size === 0);
  }

  note(record: KnownRecord): void {
    switch (record.type) {
      case "vrrp.state":
        this.#describe(record.instance, record.vips).isActive = record.state === "active";
        return;
      case "vmac.up":
        this.#describe(record.instance, record.vips).isOwned = true;
        return;
      case "vmac.prepared":
      case "vmac.down":
      case "vmac.fenced":
        this.#describe(record.instance, record.vips).isOwned = false;
        return;
      default:
        return;
    }
  }

  /** @returns why this host may not speak for the address; undefined if it may. */
  refusal(address: IpAddress, nowUs: number): Refusal | undefined {
    if (this.isOpen || this.speaker(address, nowUs) !== undefined) return undefined;
    const first = this.#routersOf(address)[0];
    return first === undefined ? "no_router" : this.#refusalOf(first, nowUs);
  }

  /** @returns the virtual router in whose name this host may speak for the address; undefined if there is none. */
  speaker(address: IpAddress, nowUs: number): string | undefined {
    return this.#routersOf(address).find((router) => this.#refusalOf(router, nowUs) === undefined)?.instance;
  }

  #routersOf(address: IpAddress): VirtualRouter[] {
    return [...this.#routers.values()].filter(({ addresses }) => addresses.has(address));
  }

  #refusalOf({ instance, isActive, isOwned }: VirtualRouter, nowUs: number): Refusal | undefined {
    if (isActive === false) return "not_active";
    if (isOwned === false) return "not_owned";
    // Who only follows keepalived has no leases.
    const needsLease = this.#choice === "lease" || isActive === true;
    return needsLease && !this.#leases.runs(instance, nowUs) ? "no_lease" : undefined;
  }

  #describe(instance: string, vips: readonly string[]): VirtualRouter {
    const known = this.#routers.get(instance);
    const router = known ?? { instance, addresses: new Set(), isActive: undefined, isOwned: undefined };
    router.addresses = new Set(vips.map(addressOf));
    this.#routers.set(instance, router);
    return router;
  }
}
