/**
 * Reads links, addresses, forwarding entries and default gateways (rtnetlink(7)): the answer is there when the call returns.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import { decodeForwardingEntry, encodeForwardingDump, type ForwardingEntry } from "./forwarding-message.ts";
import { decodeDefaultGateways } from "./gateway-message.ts";
import { NeighbourMessageType } from "./neighbour-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { decodeRoute, GET_ROUTE, prefixLengthOf, ROUTE_HEADER_LENGTH, type Route } from "./route-entry.ts";
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
const ADDRESS_HEADER_LENGTH = 8;

export class RouteReader {
  readonly #socket = new NetlinkSocket(NETLINK_ROUTE);

  links(): Link[] {
    const request = { type: RouteMessage.getLink, body: encodeLinkIndex(0) };
    return this.#socket.dump(request, "Cannot read links").flatMap((body) => decodeLink(body) ?? []);
  }

  /** One alone: with hundreds of links, to read them all for each costs as many times as much. */
  link(index: number): Link | undefined {
    const request = { type: RouteMessage.getLink, flags: 0, body: encodeLinkIndex(index) };
    const [body] = this.#socket.query([request], "Cannot read a link", ["ENODEV"]);
    return body && decodeLink(body);
  }

  /** Of all interfaces, in the kernel's order: the primary IPv4 ones first. */
  addresses(family: 4 | 6): InterfaceAddress[] {
    const request = { type: RouteMessage.getAddress, body: encodeDump(family, ADDRESS_HEADER_LENGTH) };
    return this.#socket.dump(request, "Cannot read addresses").flatMap((body) => decodeAddress(body) ?? []);
  }

  /** Of the default routes of all tables. Reads every route of the family: a full Internet table takes a second. */
  defaultGateways(family: 4 | 6): IpAddress[] {
    const request = { type: GET_ROUTE, body: encodeDump(family, ROUTE_HEADER_LENGTH) };
    return this.#socket.dump(request, "Cannot read routes").flatMap(decodeDefaultGateways);
  }

  /** Of all tables, but default routes. Reads every route of the family, as {@link defaultGateways}. */
  routes(family: 4 | 6): Route[] {
    const request = { type: GET_ROUTE, body: encodeDump(family, ROUTE_HEADER_LENGTH) };
    return this.#socket
      .dump(request, "Cannot read routes")
      .flatMap((body) => (prefixLengthOf(body) === 0 ? [] : (decodeRoute(body) ?? [])));
  }

  /** Of all interfaces: the MACs besides their own that they take frames for. */
  forwardingEntries(): ForwardingEntry[] {
    const request = { type: NeighbourMessageType.get, body: encodeForwardingDump() };
    return this.#socket
      .dump(request, "Cannot read forwarding entries")
      .flatMap((body) => decodeForwardingEntry(body) ?? []);
  }

  close(): void {
    this.#socket.close();
  }
}
