/**
 * Reads the kernel's neighbour tables (ip-neighbour(8)), and hears what changes in them.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import {
  decodeNeighbourEntry,
  encodeNeighbourDump,
  encodeNeighbourQuery,
  type NeighbourEntry,
  NeighbourMessageType,
} from "./neighbour-message.ts";
import { NetlinkListener } from "./netlink-listener.ts";
import { NetlinkSocket } from "./netlink-socket.ts";

const NETLINK_ROUTE = 0;
const RTNLGRP_NEIGH = 3;
const ACT = "Cannot read neighbours";
/** Answers to one datagram fit the receive buffer with room to spare. */
const QUERIES_IN_DATAGRAM = 256;

/** Synchronous: what is returned was so inside the call. */
export class NeighbourReader {
  readonly #socket = new NetlinkSocket(NETLINK_ROUTE);

  /** All entries of one interface and family, in the kernel's order. @throws {KernelError} */
  dump(ifindex: number, family: 4 | 6): NeighbourEntry[] {
    const request = { type: NeighbourMessageType.get, body: encodeNeighbourDump(ifindex, family) };
    return this.#socket
      .dump(request, ACT)
      .flatMap((body) => decodeNeighbourEntry(body) ?? [])
      .filter((entry) => entry.ifindex === ifindex);
  }

  /**
   * The entries of some addresses, in their order; about 10 microseconds each (Linux 5.0, where single entries can be asked for).
   *
   * @returns undefined for an address without an entry, and for all if the interface is gone.
   * @throws {KernelError}
   */
  find(ifindex: number, addresses: readonly IpAddress[]): (NeighbourEntry | undefined)[] {
    const found: (NeighbourEntry | undefined)[] = [];
    for (let at = 0; at < addresses.length; at += QUERIES_IN_DATAGRAM) {
      const questions = addresses.slice(at, at + QUERIES_IN_DATAGRAM).map((address) => ({
        type: NeighbourMessageType.get,
        flags: 0,
        body: encodeNeighbourQuery(ifindex, address),
      }));
      const answers = this.#socket.query(questions, ACT, ["ENOENT", "ENODEV"]);
      found.push(...answers.map((body) => body && decodeNeighbourEntry(body)));
    }
    return found;
  }

  close(): void {
    this.#socket.close();
  }
}

export type NeighbourEvent =
  /** The entry as it is now. A new question for a MAC (INCOMPLETE), and STALE to DELAY, are not told by the kernel. */
  | { readonly type: "entry"; readonly entry: NeighbourEntry; readonly isDeleted: boolean }
  /** Something was lost: what is known must be read anew. */
  | { readonly type: "overrun" };

/** Hears changes of all interfaces. */
export class NeighbourMonitor {
  readonly #listener: NetlinkListener;

  constructor(onEvent: (event: NeighbourEvent) => void) {
    this.#listener = new NetlinkListener({
      protocol: NETLINK_ROUTE,
      groups: [RTNLGRP_NEIGH],
      onPart: ({ type, body }) => {
        if (type !== NeighbourMessageType.new && type !== NeighbourMessageType.delete) return;
        const entry = decodeNeighbourEntry(body);
        if (entry !== undefined)
          onEvent({ type: "entry", entry, isDeleted: type === NeighbourMessageType.delete });
      },
      onOverrun: () => onEvent({ type: "overrun" }),
    });
  }

  /** Hears what waits already, before anybody believes that nothing changed. */
  drain(): void {
    this.#listener.drain();
  }

  close(): void {
    this.#listener.close();
  }
}
