/**
 * Reads what of this host the kernel looks at when it decides about a neighbour.
 *
 * @module
 */
import { type LinkEvent, LinkMonitor, RouteChanges, readEffective } from "@viptools/kernel";
import type { Host, Settings } from "./kernel-facts.ts";

export class KernelHost {
  readonly #interfaceName: string;
  readonly #ifindex: number;
  readonly #route = new RouteChanges();
  readonly #monitor: LinkMonitor;
  #addresses: Omit<Host, "settings"> | undefined;

  constructor(interfaceName: string, ifindex: number) {
    this.#interfaceName = interfaceName;
    this.#ifindex = ifindex;
    this.#monitor = new LinkMonitor((event) => this.#forget(event));
  }

  /** Settings are read anew each time: nobody tells of their changes. */
  read(): Host {
    this.#addresses ??= this.#readAddresses();
    return { ...this.#addresses, settings: readSettings(this.#interfaceName) };
  }

  close(): void {
    this.#monitor.close();
    this.#route.close();
  }

  #forget(event: LinkEvent): void {
    if (event.type !== "link" || event.link.index === this.#ifindex) this.#addresses = undefined;
  }

  #readAddresses(): Omit<Host, "settings"> {
    const all = ([4, 6] as const).flatMap((family) => this.#route.addresses(family));
    return {
      interfaceName: this.#interfaceName,
      mac: this.#route.links().find(({ index }) => index === this.#ifindex)?.mac,
      ownAddresses: new Set(all.map(({ address }) => address)),
      networks: all.filter(({ ifindex }) => ifindex === this.#ifindex),
    };
  }
}

function readSettings(interfaceName: string): Settings {
  return {
    arp_accept: readEffective("ipv4/arp_accept", interfaceName),
    arp_filter: readEffective("ipv4/arp_filter", interfaceName),
    arp_ignore: readEffective("ipv4/arp_ignore", interfaceName),
    drop_gratuitous_arp: readEffective("ipv4/drop_gratuitous_arp", interfaceName),
    rp_filter: readEffective("ipv4/rp_filter", interfaceName),
    locktime: readEffective("arp/locktime", interfaceName),
    accept_untracked_na: readEffective("ipv6/accept_untracked_na", interfaceName),
    drop_unsolicited_na: readEffective("ipv6/drop_unsolicited_na", interfaceName),
    forwarding: readEffective("ipv6/forwarding", interfaceName),
  };
}
