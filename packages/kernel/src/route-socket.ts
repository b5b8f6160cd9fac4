/**
 * Asks the kernel about links and addresses (rtnetlink(7)), through npm's `netlink`.
 *
 * That package aborts the process when more comes in than its receive buffer holds. So this socket joins no group;
 * notifications (link-monitor.ts) and what a process that owns addresses asks (route-changes.ts) have sockets of the addon's.
 *
 * @module
 */
import { createRequire } from "node:module";
import type * as NetlinkPackage from "netlink";
import { KernelError } from "./native.ts";
import {
  decodeAddress,
  decodeLink,
  encodeDump,
  encodeLinkIndex,
  type InterfaceAddress,
  type Link,
  RouteMessage,
} from "./route-message.ts";

const NETLINK_ROUTE = 0;
const NLM_F_DUMP = 0x300;

export class RouteSocket {
  readonly #socket: NetlinkPackage.NetlinkSocket;

  constructor() {
    const { createNetlink } = createRequire(import.meta.url)("netlink") as typeof NetlinkPackage;
    this.#socket = createNetlink(NETLINK_ROUTE);
  }

  async links(): Promise<Link[]> {
    return (await this.#dump(RouteMessage.getLink, encodeLinkIndex(0))).flatMap(
      (body) => decodeLink(body) ?? [],
    );
  }

  async findLink(name: string): Promise<Link | undefined> {
    return (await this.links()).find((link) => link.name === name);
  }

  /** Addresses of one interface in the kernel's order: the primary IPv4 one first. */
  async addresses(ifindex: number, family: 4 | 6 = 4): Promise<InterfaceAddress[]> {
    const all = await this.allAddresses(family);
    return all.filter((found) => found.ifindex === ifindex);
  }

  /** Addresses of all interfaces. */
  async allAddresses(family: 4 | 6): Promise<InterfaceAddress[]> {
    const bodies = await this.#dump(RouteMessage.getAddress, encodeDump(family, 8));
    return bodies.flatMap((body) => decodeAddress(body) ?? []);
  }

  close(): void {
    this.#socket.close();
  }

  async #dump(type: number, body: Uint8Array): Promise<Uint8Array[]> {
    const messages = await this.#request(type, body, NLM_F_DUMP, "Cannot read from the kernel");
    return messages.map((message) => Uint8Array.from(message.data));
  }

  /** The package tells the errno in the text of its errors alone. */
  async #request(
    type: number,
    body: Uint8Array,
    flags: number,
    act: string,
  ): Promise<NetlinkPackage.NetlinkMessage[]> {
    try {
      return (await this.#socket.request(type, body, { flags }))[0];
    } catch (error) {
      const code = error instanceof Error ? /rejected: (E\w+)/.exec(error.message)?.[1] : undefined;
      if (code === undefined) throw error;
      throw new KernelError(code, act);
    }
  }
}
