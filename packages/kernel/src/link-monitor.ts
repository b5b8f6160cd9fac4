/**
 * Hears from the kernel that links and addresses changed (rtnetlink(7)).
 *
 * @module
 */
import { NetlinkListener } from "./netlink-listener.ts";
import { readParts } from "./netlink-socket.ts";
import {
  decodeAddress,
  decodeLink,
  type InterfaceAddress,
  type Link,
  RouteMessage,
} from "./route-message.ts";

const NETLINK_ROUTE = 0;
const RTNLGRP_LINK = 1;
const RTNLGRP_IPV4_IFADDR = 5;
const RTNLGRP_IPV6_IFADDR = 9;

export type LinkEvent =
  | { readonly type: "link"; readonly link: Link; readonly isDeleted: boolean }
  | { readonly type: "address"; readonly address: InterfaceAddress; readonly isDeleted: boolean }
  /** Something was lost: what is known about links and addresses must be read anew. */
  | { readonly type: "overrun" };

export class LinkMonitor {
  readonly #listener: NetlinkListener;

  constructor(onEvent: (event: LinkEvent) => void) {
    this.#listener = new NetlinkListener({
      protocol: NETLINK_ROUTE,
      groups: [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR],
      onPart: ({ type, body }) => {
        const event = decodeLinkEvent(type, body);
        if (event !== undefined) onEvent(event);
      },
      onOverrun: () => onEvent({ type: "overrun" }),
    });
  }

  close(): void {
    this.#listener.close();
  }
}

/** @param datagram netlink messages one after the other; those of other types are passed over. */
export function decodeLinkEvents(datagram: Uint8Array): LinkEvent[] {
  return readParts(datagram).flatMap(({ type, body }) => decodeLinkEvent(type, body) ?? []);
}

function decodeLinkEvent(type: number, body: Uint8Array): LinkEvent | undefined {
  switch (type) {
    case RouteMessage.newLink:
    case RouteMessage.delLink: {
      const link = decodeLink(body);
      return link && { type: "link", link, isDeleted: type === RouteMessage.delLink };
    }
    case RouteMessage.newAddress:
    case RouteMessage.delAddress: {
      const address = decodeAddress(body);
      return address && { type: "address", address, isDeleted: type === RouteMessage.delAddress };
    }
    default:
      return undefined;
  }
}
