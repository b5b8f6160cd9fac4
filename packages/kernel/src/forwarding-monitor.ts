/**
 * Hears from the kernel that forwarding entries of interfaces are taken away (rtnetlink(7)).
 *
 * @module
 */
import { decodeForwardingEntry, type ForwardingEntry } from "./forwarding-message.ts";
import { NeighbourMessageType } from "./neighbour-message.ts";
import { NetlinkListener } from "./netlink-listener.ts";

const NETLINK_ROUTE = 0;
const RTNLGRP_NEIGH = 3;

export class ForwardingMonitor {
  readonly #listener: NetlinkListener;

  /** @param onGone told the entry, or undefined when something was lost: all must be read anew. */
  constructor(onGone: (entry: ForwardingEntry | undefined) => void) {
    this.#listener = new NetlinkListener({
      protocol: NETLINK_ROUTE,
      groups: [RTNLGRP_NEIGH],
      onPart: ({ type, body }) => {
        const entry = type === NeighbourMessageType.delete ? decodeForwardingEntry(body) : undefined;
        if (entry !== undefined) onGone(entry);
      },
      onOverrun: () => onGone(undefined),
    });
  }

  close(): void {
    this.#listener.close();
  }
}
