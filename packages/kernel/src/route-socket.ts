/**
 * Asks the kernel about links, addresses and neighbours, and changes them (rtnetlink(7)), through npm's `netlink`.
 *
 * That package aborts the process when more comes in than its receive buffer holds. So this socket joins no group, and
 * never has more than {@link WINDOW} requests under way; notifications have a socket of the addon's (link-monitor.ts).
 *
 * @module
 */
import { createRequire } from "node:module";
import type * as NetlinkPackage from "netlink";
import { KernelError } from "./native.ts";
import {
  decodeAddress,
  decodeLink,
  decodeNeighbour,
  encodeAddress,
  encodeAddressGenerationNone,
  encodeDump,
  encodeLinkAlias,
  encodeLinkIndex,
  encodeLinkUp,
  encodeNewMacvlan,
  type InterfaceAddress,
  type Link,
  type MacvlanOptions,
  type Neighbour,
  type NewAddress,
  RouteMessage,
} from "./route-message.ts";

const NETLINK_ROUTE = 0;
const NLM_F_DUMP = 0x300;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
/** 64 acknowledgements fit the smallest receive buffer many times over. */
const WINDOW = 64;

export class RouteSocket {
  readonly #socket: NetlinkPackage.NetlinkSocket;

  constructor() {
    const { createNetlink } = createRequire(import.meta.url)("netlink") as typeof NetlinkPackage;
    this.#socket = createNetlink(NETLINK_ROUTE);
  }

  async links(): Promise<Link[]> {
    return (await this.#dump(RouteMessage.getLink, encodeLinkIndex(0))).map(decodeLink);
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

  async neighbours(ifindex: number): Promise<Neighbour[]> {
    const bodies = await this.#dump(RouteMessage.getNeighbour, encodeDump(4, 12));
    return bodies.flatMap((body) => decodeNeighbour(body) ?? []).filter((found) => found.ifindex === ifindex);
  }

  /** @throws {KernelError} EEXIST if the name is taken, EPERM without CAP_NET_ADMIN, EINVAL if the parent is none. */
  async createMacvlan(options: MacvlanOptions): Promise<void> {
    const flags = NLM_F_CREATE | NLM_F_EXCL;
    await this.#request(
      RouteMessage.newLink,
      encodeNewMacvlan(options),
      flags,
      `Cannot create link ${options.name}`,
    );
  }

  async setAlias(index: number, alias: string): Promise<void> {
    await this.#request(RouteMessage.newLink, encodeLinkAlias(index, alias), 0, `Cannot mark link ${index}`);
  }

  /** Keeps the kernel from giving the link an IPv6 address of its own; nothing to do where there is no IPv6. */
  async disableAddressGeneration(index: number): Promise<void> {
    try {
      const body = encodeAddressGenerationNone(index);
      await this.#request(RouteMessage.newLink, body, 0, `Cannot stop IPv6 addresses on link ${index}`);
    } catch (error) {
      if (!(error instanceof KernelError && error.code === "EAFNOSUPPORT")) throw error;
    }
  }

  async setUp(index: number): Promise<void> {
    await this.#request(RouteMessage.newLink, encodeLinkUp(index), 0, `Cannot bring link ${index} up`);
  }

  async deleteLink(index: number): Promise<void> {
    await this.#request(RouteMessage.delLink, encodeLinkIndex(index), 0, `Cannot delete link ${index}`);
  }

  /** Adds many addresses, each confirmed by the kernel; the first failure is thrown when all under way are answered. */
  async addAddresses(addresses: readonly NewAddress[]): Promise<void> {
    const flags = NLM_F_CREATE | NLM_F_EXCL;
    for (let at = 0; at < addresses.length; at += WINDOW) {
      const outcomes = await Promise.allSettled(
        addresses.slice(at, at + WINDOW).map((address) => {
          const act = `Cannot add ${address.address}/${address.prefixLength} to link ${address.ifindex}`;
          return this.#request(RouteMessage.newAddress, encodeAddress(address), flags, act);
        }),
      );
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    }
  }

  /** @throws {KernelError} EADDRNOTAVAIL if it is not there. */
  async removeAddress(address: NewAddress): Promise<void> {
    const act = `Cannot remove ${address.address}/${address.prefixLength} from link ${address.ifindex}`;
    await this.#request(RouteMessage.delAddress, encodeAddress(address), 0, act);
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
