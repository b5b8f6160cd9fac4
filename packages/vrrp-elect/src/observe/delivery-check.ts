/**
 * Asks this host's IP stack what it delivers of the adverts that an interface carries.
 *
 * Raw sockets get of multicast only what the host is a member of, and joining tells the network (IGMP, MLD). So without
 * being asked to, the comparison is made only where somebody else on this host, a router of its own, has joined already.
 *
 * @module
 */
import {
  isGroupMember,
  joinGroup,
  type Link,
  MacvlanMode,
  type Membership,
  openPacketReceiver,
  type PacketReceiver,
  RouteSocket,
  readSysctl,
} from "@viptools/kernel";
import { type IpFamily, vrrpGroup } from "@viptools/wire";
import { Delivery, type Undelivered } from "./delivery.ts";
import type { Advert } from "./sighting.ts";

const FAMILIES = [4, 6] as const;
/** In these modes a macvlan takes nothing of the group away from its parent. */
const SHARING_MODES: readonly number[] = [MacvlanMode.vepa, MacvlanMode.bridge];

export interface Finding extends Undelivered {
  readonly detail: string;
}

export interface DeliveryCheckOptions {
  readonly interfaceName: string;
  readonly ifindex: number;
  /** Joins the groups itself. */
  readonly joins: boolean;
  readonly say: (message: string) => void;
}

export class DeliveryCheck {
  readonly #options: DeliveryCheckOptions;
  readonly #delivery = new Delivery();
  readonly #receivers = new Map<IpFamily, PacketReceiver>();
  readonly #memberships: Membership[] = [];
  readonly #hiddenMacs = new Set<string>();

  /** @throws {KernelError} */
  constructor(options: DeliveryCheckOptions) {
    this.#options = options;
    const { interfaceName, ifindex } = options;
    if (options.joins)
      this.#memberships = FAMILIES.map((family) => joinGroup(interfaceName, ifindex, vrrpGroup(family)));
    this.refresh();
  }

  /** Compares from now on where the host is a member, and nowhere else. */
  refresh(): void {
    for (const family of FAMILIES) {
      const isMember = this.#isMember(family);
      if (isMember && !this.#receivers.has(family)) this.#receivers.set(family, this.#open(family));
      else if (!isMember) this.#stop(family);
    }
  }

  /** An advert has come in. */
  wire(advert: Advert, nowUs: number): void {
    const { family, mac, isUnicast, vlans } = advert;
    if (isUnicast || vlans.length > 0 || !this.#receivers.has(family) || this.#hiddenMacs.has(mac)) return;
    this.#delivery.wire(advert, nowUs);
  }

  /** @returns what is not delivered, though nothing on this host itself explains it. */
  async judge(nowUs: number): Promise<Finding[]> {
    const found = this.#delivery.judge(nowUs).filter(({ advert }) => this.#isMember(advert.family));
    if (found.length === 0) return [];
    const takers = await this.#findTakers();
    return found.flatMap((undelivered): Finding[] => {
      const { advert, count } = undelivered;
      const taker = takers.find(({ mac }) => mac === advert.mac);
      if (taker !== undefined) {
        this.#excuse(advert.mac, taker);
        return [];
      }
      return [{ ...undelivered, detail: this.#explain(advert.family, count) }];
    });
  }

  close(): void {
    for (const receiver of this.#receivers.values()) receiver.close();
    for (const membership of this.#memberships) membership.leave();
  }

  #isMember(family: IpFamily): boolean {
    return this.#options.joins || isGroupMember(this.#options.interfaceName, vrrpGroup(family));
  }

  #open(family: IpFamily): PacketReceiver {
    return openPacketReceiver(this.#options.interfaceName, family, (payload, source) =>
      this.#delivery.delivered(family, source, payload[1] ?? 0),
    );
  }

  #stop(family: IpFamily): void {
    this.#receivers.get(family)?.close();
    this.#receivers.delete(family);
    this.#delivery.forget(family);
  }

  /** Macvlans that frames from their own MAC go to, and never to the interface that they came in on. */
  async #findTakers(): Promise<Link[]> {
    const route = new RouteSocket();
    try {
      return (await route.links()).filter(
        ({ parentIndex, macvlanMode, isUp }) =>
          parentIndex === this.#options.ifindex &&
          isUp &&
          macvlanMode !== undefined &&
          !SHARING_MODES.includes(macvlanMode),
      );
    } finally {
      route.close();
    }
  }

  #excuse(mac: string, taker: Link): void {
    this.#hiddenMacs.add(mac);
    const { interfaceName, say } = this.#options;
    say(
      `${interfaceName}: macvlan ${taker.name} takes frames from ${mac}: whether this host's stack gets them cannot be told`,
    );
  }

  #explain(family: IpFamily, count: number): string {
    const { interfaceName } = this.#options;
    const seen = `${count} adverts came in on ${interfaceName}, none was delivered to this host`;
    if (family === 6) return `${seen}: a firewall drops them (nft list ruleset)`;
    const filters = ["all", interfaceName].map((name) => {
      const value = readSysctl(`net/ipv4/conf/${name}/rp_filter`);
      return `net.ipv4.conf.${name}.rp_filter=${value ?? "?"}`;
    });
    return `${seen}: a firewall (nft list ruleset) or rp_filter (${filters.join(", ")}) drops them`;
  }
}
