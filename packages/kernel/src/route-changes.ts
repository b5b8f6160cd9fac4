/**
 * Changes links, addresses and forwarding entries (rtnetlink(7)), many in one datagram, each confirmed when the call is over.
 *
 * Reading is done at once; changes run on a thread beside the loop, because the kernel waits for its readers when a link
 * goes (tens of milliseconds), and leases of other virtual routers must not wait with it.
 *
 * @module
 */
import { findInterface } from "./clock.ts";
import { encodeForwardingEntry, type ForwardingEntry } from "./forwarding-message.ts";
import { KernelError } from "./native.ts";
import { NeighbourMessageType } from "./neighbour-message.ts";
import { type NetlinkMessage, NetlinkSocket, type Refusal } from "./netlink-socket.ts";
import type { Route } from "./route-entry.ts";
import {
  encodeAddress,
  encodeAddressGenerationNone,
  encodeLinkAlias,
  encodeLinkDown,
  encodeLinkIndex,
  encodeLinkUp,
  encodeNewLink,
  encodeNewMacvlan,
  type InterfaceAddress,
  type Link,
  type MacvlanOptions,
  type NewAddress,
  RouteMessage,
} from "./route-message.ts";
import { RouteReader } from "./route-reader.ts";

const NETLINK_ROUTE = 0;
const NLM_F_REPLACE = 0x100;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
/** A datagram of this many addresses keeps the kernel busy for some milliseconds. */
const ADDRESSES_IN_DATAGRAM = 1000;

export class RouteChanges {
  readonly #reading = new RouteReader();
  readonly #changing = new NetlinkSocket(NETLINK_ROUTE);

  links(): Link[] {
    return this.#reading.links();
  }

  /** @returns undefined if it is gone. */
  link(index: number): Link | undefined {
    return this.#reading.link(index);
  }

  /** By its name, and by none of its other ones. */
  findLink(name: string): Link | undefined {
    const index = findInterface(name);
    const link = index === undefined ? undefined : this.link(index);
    return link?.name === name ? link : undefined;
  }

  /** Of all interfaces, in the kernel's order: the primary IPv4 ones first. */
  addresses(family: 4 | 6): InterfaceAddress[] {
    return this.#reading.addresses(family);
  }

  /** Of all tables, but default routes. */
  routes(family: 4 | 6): Route[] {
    return this.#reading.routes(family);
  }

  /** @throws {KernelError} EEXIST if the name is taken, EPERM without CAP_NET_ADMIN, EINVAL if the parent is none. */
  async createMacvlan(options: MacvlanOptions): Promise<void> {
    const request = {
      type: RouteMessage.newLink,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      body: encodeNewMacvlan(options),
    };
    await this.#change([request], `Cannot create link ${options.name}`);
  }

  /** @throws {KernelError} EEXIST if the name is taken, ENOTSUP if the kernel has no such kind. */
  async createLink(name: string, kind: string): Promise<void> {
    const request = {
      type: RouteMessage.newLink,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      body: encodeNewLink(name, kind),
    };
    await this.#change([request], `Cannot create link ${name}`);
  }

  /** Marks a link, and keeps the kernel from giving it IPv6 addresses of its own. */
  async markLink(index: number, alias: string): Promise<void> {
    await this.#change([setLink(encodeLinkAlias(index, alias))], `Cannot mark link ${index}`);
    const none = [setLink(encodeAddressGenerationNone(index))];
    const [refused] = await this.#changing.askAside(none, `Cannot stop IPv6 addresses on link ${index}`);
    // A kernel without IPv6 has nothing to stop.
    if (refused !== undefined && refused.error.code !== "EAFNOSUPPORT") throw refused.error;
  }

  async setUp(index: number): Promise<void> {
    await this.#change([setLink(encodeLinkUp(index))], `Cannot bring link ${index} up`);
  }

  async setDown(index: number): Promise<void> {
    await this.#change([setLink(encodeLinkDown(index))], `Cannot take link ${index} down`);
  }

  /** @throws {KernelError} ENODEV if it is gone. */
  async deleteLink(index: number): Promise<void> {
    const request = { type: RouteMessage.delLink, flags: 0, body: encodeLinkIndex(index) };
    await this.#change([request], `Cannot delete link ${index}`);
  }

  /** Adds all or none. @throws {KernelError} of the first that was refused. */
  async addAddresses(addresses: readonly NewAddress[]): Promise<void> {
    const refusals = await this.#forEach(addresses, (address) => ({
      type: RouteMessage.newAddress,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      body: encodeAddress(address),
    }));
    const [first] = refusals;
    if (first === undefined) return;
    const refused = new Set(refusals.map(({ n }) => n));
    await this.removeAddresses(addresses.filter((_, n) => !refused.has(n)));
    const { address, prefixLength } = addresses[first.n]!;
    throw new KernelError(first.error.code, `Cannot add ${address}/${prefixLength}`);
  }

  /** Gives addresses another lifetime, and adds those that are not there. @throws {KernelError} of the first that was refused. */
  async extendAddresses(addresses: readonly NewAddress[]): Promise<void> {
    const [refused] = await this.#forEach(addresses, (address) => ({
      type: RouteMessage.newAddress,
      flags: NLM_F_CREATE | NLM_F_REPLACE,
      body: encodeAddress(address),
    }));
    if (refused !== undefined) throw refused.error;
  }

  /** Removes those that are there. @returns the ones that were. */
  async removeAddresses(addresses: readonly NewAddress[]): Promise<NewAddress[]> {
    const refusals = await this.#forEach(addresses, (address) => ({
      type: RouteMessage.delAddress,
      flags: 0,
      body: encodeAddress(address),
    }));
    const other = refusals.find(({ error }) => error.code !== "EADDRNOTAVAIL" && error.code !== "ENODEV");
    if (other !== undefined) throw other.error;
    const missing = new Set(refusals.map(({ n }) => n));
    return addresses.filter((_, n) => !missing.has(n));
  }

  /** Whether an interface takes frames for a MAC, by an entry that may be anybody's. */
  isForwarding({ ifindex, mac }: ForwardingEntry): boolean {
    return this.#reading.forwardingEntries().some((found) => found.ifindex === ifindex && found.mac === mac);
  }

  /** Has an interface take frames for one more MAC. @returns false if it does already. */
  async addForwarding(entry: ForwardingEntry): Promise<boolean> {
    return await this.#forward(NeighbourMessageType.new, NLM_F_CREATE | NLM_F_EXCL, entry, "EEXIST");
  }

  /** @returns false if there was no such entry, or no such interface. */
  async removeForwarding(entry: ForwardingEntry): Promise<boolean> {
    return await this.#forward(NeighbourMessageType.delete, 0, entry, "ENOENT");
  }

  async #forward(type: number, flags: number, entry: ForwardingEntry, needless: string): Promise<boolean> {
    const request = { type, flags, body: encodeForwardingEntry(entry) };
    const act = `Cannot change what interface ${entry.ifindex} takes frames for (${entry.mac})`;
    const [refused] = await this.#changing.askAside([request], act);
    if (refused === undefined) return true;
    if (refused.error.code === needless) return false;
    throw refused.error;
  }

  close(): void {
    this.#reading.close();
    this.#changing.close();
  }

  /** @returns what was refused, by its place among all. */
  async #forEach(
    addresses: readonly NewAddress[],
    encode: (address: NewAddress) => NetlinkMessage,
  ): Promise<Refusal[]> {
    const refusals: Refusal[] = [];
    for (let at = 0; at < addresses.length; at += ADDRESSES_IN_DATAGRAM) {
      const some = addresses.slice(at, at + ADDRESSES_IN_DATAGRAM).map(encode);
      const refused = await this.#changing.askAside(some, "Cannot change addresses");
      refusals.push(...refused.map(({ n, error }) => ({ n: at + n, error })));
    }
    return refusals;
  }

  async #change(messages: readonly NetlinkMessage[], act: string): Promise<void> {
    const [refused] = await this.#changing.askAside(messages, act);
    if (refused !== undefined) throw refused.error;
  }
}

function setLink(body: Uint8Array): NetlinkMessage {
  return { type: RouteMessage.newLink, flags: 0, body };
}
