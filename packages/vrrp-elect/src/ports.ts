/**
 * The interfaces that virtual routers stand on, kept in step with what the kernel says about links and addresses.
 *
 * @module
 */
import { type LinkEvent, LinkMonitor, RouteSocket } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { Port } from "./port.ts";

export class Ports {
  readonly #ports = new Map<string, Port>();
  readonly #findInterface: (name: string) => number;
  readonly #onGone: (port: Port) => void;
  readonly #route = new RouteSocket();
  readonly #monitor = new LinkMonitor((event) => this.#hearKernel(event));
  #isReading: Promise<void> | undefined;
  #mustReadAgain = false;

  /**
   * @param findInterface throws if there is none of the name.
   * @param onGone called when an interface was deleted.
   */
  constructor(findInterface: (name: string) => number, onGone: (port: Port) => void) {
    this.#findInterface = findInterface;
    this.#onGone = onGone;
  }

  get all(): readonly Port[] {
    return [...this.#ports.values()];
  }

  /** The interface of this name; its capture is opened when it is first asked for. */
  of(interfaceName: string): Port {
    const known = this.#ports.get(interfaceName);
    if (known !== undefined) return known;
    const port = new Port(interfaceName, this.#findInterface(interfaceName));
    this.#ports.set(interfaceName, port);
    return port;
  }

  /** Closes an interface that no virtual router stands on any more. */
  tidy(port: Port): void {
    if (port.speakers.length > 0) return;
    port.close();
    this.#ports.delete(port.interfaceName);
  }

  /** @returns another interface of ours that has the address. */
  findOwner(address: IpAddress, exceptName: string): Port | undefined {
    return this.all.find((port) => port.interfaceName !== exceptName && port.owns(address));
  }

  /** Reads what waits, before a timer is believed (S6). */
  drain(): void {
    for (const port of this.#ports.values()) port.drain();
  }

  /** Frames that the kernel could not queue for us. */
  dropped(): number {
    return this.all.reduce((sum, port) => sum + port.dropped(), 0);
  }

  close(): void {
    this.#monitor.close();
    for (const port of this.#ports.values()) port.close();
    this.#route.close();
  }

  /** The kernel's order decides which address is primary, so one change means reading all; a storm is read once. */
  read(): Promise<void> {
    this.#mustReadAgain = true;
    this.#isReading ??= this.#readUntilCurrent().finally(() => {
      this.#isReading = undefined;
    });
    return this.#isReading;
  }

  async #readUntilCurrent(): Promise<void> {
    while (this.#mustReadAgain) {
      this.#mustReadAgain = false;
      const links = await this.#route.links();
      const addresses = [...(await this.#route.allAddresses(4)), ...(await this.#route.allAddresses(6))];
      for (const port of this.all) {
        const link = links.find(({ index }) => index === port.ifindex);
        if (link === undefined) this.#onGone(port);
        else port.setLink(link);
        port.setAddresses(addresses.filter(({ ifindex }) => ifindex === port.ifindex));
      }
    }
  }

  #hearKernel(event: LinkEvent): void {
    if (event.type === "overrun") void this.read();
    else if (event.type === "link") this.#hearLink(event);
    else if (this.#at(event.address.ifindex) !== undefined) void this.read();
  }

  #hearLink({ link, isDeleted }: Extract<LinkEvent, { type: "link" }>): void {
    const port = this.#at(link.index);
    if (port === undefined) return;
    if (isDeleted) this.#onGone(port);
    else port.setLink(link);
  }

  #at(ifindex: number): Port | undefined {
    return this.all.find((port) => port.ifindex === ifindex);
  }
}
