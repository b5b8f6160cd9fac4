/**
 * Watches over what was made: hears of links, addresses, forwarding entries and rules that somebody changes, and looks at settings, of which
 * the kernel tells nobody.
 *
 * @module
 */
import {
  differingSettings,
  type ForwardingEntry,
  ForwardingMonitor,
  type InterfaceAddress,
  type Link,
  type LinkEvent,
  LinkMonitor,
  NftMonitor,
} from "@viptools/kernel";
import type { FollowedInstance } from "./followed-instance.ts";
import type { Ownership } from "./ownership.ts";
import { ADDRESS_PROTOCOL, interfaceAlias } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

const LOOK_EVERY_MS = 250;
/** Settings of so many virtual routers are read in one look: the next look goes on with others. */
const ROUTERS_IN_LOOK = 16;

/** What there is to hear of, beside links and addresses. */
interface Watched {
  readonly hasRules: boolean;
  readonly hasForwarding: boolean;
}

export class Sentinel {
  readonly #guarded: () => readonly FollowedInstance[];
  readonly #links: LinkMonitor;
  readonly #rules: NftMonitor | undefined;
  readonly #forwarding: ForwardingMonitor | undefined;
  readonly #timer: NodeJS.Timeout;
  #next = 0;
  #overruns = 0;

  /** @param guarded all that is looked after, asked each time. */
  constructor(bench: Workbench, guarded: () => readonly FollowedInstance[], watched: Watched) {
    this.#guarded = guarded;
    this.#links = new LinkMonitor((event) => this.#onLink(event));
    const port = watched.hasRules ? bench.nftPort() : undefined;
    if (port !== undefined) this.#rules = new NftMonitor(port, (table) => this.#onRules(table));
    if (watched.hasForwarding) this.#forwarding = new ForwardingMonitor((entry) => this.#onForwarding(entry));
    this.#timer = setInterval(() => this.#lookAtSettings(), LOOK_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#links.close();
    this.#rules?.close();
    this.#forwarding?.close();
  }

  /** How often more happened than was kept for us. */
  get overruns(): number {
    return this.#overruns;
  }

  #onLink(event: LinkEvent): void {
    if (event.type === "overrun") this.#overruns += 1;
    for (const instance of this.#guarded()) {
      if (instance.ownership?.isTaken && concerns(event, instance)) instance.lookSoon();
    }
  }

  #onRules(table: string | undefined): void {
    if (table === undefined) this.#overruns += 1;
    for (const instance of this.#guarded()) {
      const fence = instance.ownership?.fence;
      if (fence === undefined || (table !== undefined && fence.table !== table)) continue;
      fence.suspect();
      instance.lookSoon();
    }
  }

  #onForwarding(entry: ForwardingEntry | undefined): void {
    if (entry === undefined) this.#overruns += 1;
    for (const instance of this.#guarded()) {
      const { ownership } = instance;
      const isConcerned = entry === undefined || ownership?.plan.mac === entry.mac;
      if (ownership?.isTaken && isConcerned) instance.lookSoon();
    }
  }

  #lookAtSettings(): void {
    const taken = this.#guarded().filter(({ ownership }) => ownership?.isTaken);
    const some = taken.slice(this.#next, this.#next + ROUTERS_IN_LOOK);
    this.#next = this.#next + ROUTERS_IN_LOOK < taken.length ? this.#next + ROUTERS_IN_LOOK : 0;
    for (const instance of some) {
      const ownership = instance.ownership!;
      const { parentSettings, linkSettings } = ownership.plan;
      const isChanged = differingSettings([...parentSettings, ...linkSettings]).length > 0;
      if (isChanged || ownership.hasComeBack()) instance.lookSoon();
    }
  }
}

/** Whether something of it may be missing now. */
function concerns(event: LinkEvent, { ownership }: FollowedInstance): boolean {
  const { plan } = ownership!;
  switch (event.type) {
    case "overrun":
      return true;
    case "address":
      return (
        (event.isDeleted && plan.addresses.some(({ address }) => address === event.address.address)) ||
        isOfParent(event.address, ownership!)
      );
    case "link": {
      const { link, isDeleted } = event;
      if (link.name === plan.parent) return isDeleted || link.isUp;
      if (link.index === ownership!.linkIndex) return isDeleted || isOtherThan(link, ownership!);
      return link.name === plan.interfaceName && isDeleted;
    }
  }
}

/** An address of the NIC itself, whose route may lead to the VIPs. */
function isOfParent({ ifindex, family, protocol }: InterfaceAddress, { plan }: Ownership): boolean {
  return ifindex === plan.parentIndex && family === plan.family && protocol !== ADDRESS_PROTOCOL;
}

function isOtherThan(link: Link, { plan, claim }: Ownership): boolean {
  const isCalled = link.name === plan.interfaceName && link.alias === interfaceAlias(claim.instance);
  return !isCalled || !link.isUp || link.mac !== plan.mac;
}
