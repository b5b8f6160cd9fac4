/**
 * The interface that is answered on, as it is now: its MAC may change, and it may be deleted and made again.
 *
 * @module
 */
import { type Link, LinkMonitor, RouteChanges } from "@viptools/kernel";
import type { Mac } from "@viptools/wire";

export class NicWatch {
  readonly name: string;
  readonly #route = new RouteChanges();
  readonly #monitor: LinkMonitor;
  readonly #onChange: () => void;
  #link: Link | undefined;

  /** @param onChange called when it has another MAC or index, is gone or is back. */
  constructor(name: string, onChange: () => void) {
    this.name = name;
    this.#onChange = onChange;
    this.#link = this.#route.findLink(name);
    this.#monitor = new LinkMonitor((event) => {
      if (event.type !== "address") this.#look();
    });
  }

  get ifindex(): number | undefined {
    return this.#link?.index;
  }

  /** Undefined while it is gone, and where it is no Ethernet. */
  get mac(): Mac | undefined {
    return this.#link?.mac;
  }

  close(): void {
    this.#monitor.close();
    this.#route.close();
  }

  #look(): void {
    const { ifindex, mac } = this;
    this.#link = this.#route.findLink(this.name);
    if (ifindex !== this.ifindex || mac !== this.mac) this.#onChange();
  }
}
