/**
 * Hears from the kernel that links and addresses changed (rtnetlink(7)). On the addon's socket, because npm's `netlink`
 * aborts the process when notifications outrun it; here an overrun is told, and the caller reads everything again.
 *
 * @module
 */
import { Inbox } from "./inbox.ts";
import { int32, must, native, ReadWatch } from "./native.ts";
import { readParts } from "./netlink-socket.ts";
import {
  decodeAddress,
  decodeLink,
  type InterfaceAddress,
  type Link,
  RouteMessage,
} from "./route-message.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_ROUTE = 0;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const RTMGRP_LINK = 0x1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;
const SLOT_BYTES = 8192;
const RECEIVE_BUFFER_BYTES = 4 << 20;
const ENOBUFS = -105;

export type LinkEvent =
  | { readonly type: "link"; readonly link: Link; readonly isDeleted: boolean }
  | { readonly type: "address"; readonly address: InterfaceAddress; readonly isDeleted: boolean }
  /** Something was lost: what is known about links and addresses must be read anew. */
  | { readonly type: "overrun" };

export class LinkMonitor {
  readonly #fd: number;
  readonly #watch: ReadWatch;
  readonly #onEvent: (event: LinkEvent) => void;
  readonly #inbox = new Inbox(SLOT_BYTES);

  constructor(onEvent: (event: LinkEvent) => void) {
    this.#onEvent = onEvent;
    this.#fd = must(native.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "Cannot open a netlink socket");
    native.setOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(RECEIVE_BUFFER_BYTES));
    const address = new DataView(new ArrayBuffer(12));
    address.setUint16(0, AF_NETLINK, true);
    address.setUint32(8, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, true);
    must(native.bind(this.#fd, new Uint8Array(address.buffer)), "Cannot listen for link changes");
    this.#watch = new ReadWatch(this.#fd, () => this.#read());
  }

  close(): void {
    this.#watch.close();
  }

  #read(): void {
    const got = this.#inbox.receive(this.#fd);
    if (got === ENOBUFS) this.#onEvent({ type: "overrun" });
    for (let n = 0; n < got; n++) {
      for (const event of decodeLinkEvents(this.#inbox.message(n))) this.#onEvent(event);
    }
  }
}

/** @param datagram netlink messages one after the other; those of other types are passed over. */
export function decodeLinkEvents(datagram: Uint8Array): LinkEvent[] {
  return readParts(datagram).flatMap(({ type, body }) => decodeLinkEvent(type, body) ?? []);
}

function decodeLinkEvent(type: number, body: Uint8Array): LinkEvent | undefined {
  switch (type) {
    case RouteMessage.newLink:
    case RouteMessage.delLink:
      return { type: "link", link: decodeLink(body), isDeleted: type === RouteMessage.delLink };
    case RouteMessage.newAddress:
    case RouteMessage.delAddress: {
      const address = decodeAddress(body);
      return address && { type: "address", address, isDeleted: type === RouteMessage.delAddress };
    }
    default:
      return undefined;
  }
}
