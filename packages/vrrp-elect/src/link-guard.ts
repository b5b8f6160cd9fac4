/**
 * Keeps a speaker in step with its interface: no carrier or no address, no voice.
 *
 * @module
 */
import { type LinkEvent, LinkMonitor, RouteSocket } from "@viptools/kernel";
import type { Speaker } from "./speaker.ts";

export class LinkGuard {
  readonly #ifindex: number;
  readonly #speaker: Speaker;
  readonly #onGone: () => void;
  readonly #route = new RouteSocket();
  readonly #monitor: LinkMonitor;
  #isRunning = false;
  #hasAddress = true;

  /** @param onGone called once, when the interface was deleted. */
  constructor(ifindex: number, speaker: Speaker, onGone: () => void) {
    this.#ifindex = ifindex;
    this.#speaker = speaker;
    this.#onGone = onGone;
    this.#monitor = new LinkMonitor((event) => this.#hear(event));
  }

  /** Lets the speaker begin as soon as the interface can carry frames. @returns whether it can now. */
  async start(): Promise<boolean> {
    await this.#readLink("startup");
    return this.#isRunning;
  }

  close(): void {
    this.#monitor.close();
    this.#route.close();
  }

  #hear(event: LinkEvent): void {
    if (event.type === "overrun") {
      void this.#readLink("link_up");
      void this.#readAddresses();
    } else if (event.type === "link" && event.link.index === this.#ifindex) {
      if (event.isDeleted) this.#onGone();
      else this.#setRunning(event.link.isRunning, "link_up");
    } else if (event.type === "address" && event.address.ifindex === this.#ifindex) {
      void this.#readAddresses();
    }
  }

  async #readLink(reason: string): Promise<void> {
    const link = (await this.#route.links()).find((found) => found.index === this.#ifindex);
    if (link === undefined) this.#onGone();
    else this.#setRunning(link.isRunning, reason);
  }

  /** The kernel's order decides which address is primary, so one change means reading all. */
  async #readAddresses(): Promise<void> {
    const addresses = (await this.#route.addresses(this.#ifindex)).map((found) => found.address);
    const hadAddress = this.#hasAddress;
    this.#hasAddress = addresses.length > 0;
    if (this.#hasAddress) this.#speaker.setAddresses(addresses);
    if (!this.#hasAddress && hadAddress) this.#speaker.disable("address_gone");
    else if (this.#hasAddress && !hadAddress && this.#isRunning) this.#speaker.start("address_back");
  }

  #setRunning(isRunning: boolean, reason: string): void {
    const wasRunning = this.#isRunning;
    this.#isRunning = isRunning;
    if (!isRunning && wasRunning) this.#speaker.disable("link_down");
    else if (isRunning && !wasRunning && this.#hasAddress) this.#speaker.start(reason);
  }
}
