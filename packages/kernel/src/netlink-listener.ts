/**
 * Hears what the kernel tells a group (netlink(7)). On the addon's socket, because npm's `netlink` aborts the process when
 * notifications outrun it; here an overrun is told, and the caller reads everything again.
 *
 * @module
 */
import { assemble, type Instruction } from "./bpf.ts";
import { Inbox } from "./inbox.ts";
import { int32, must, native, ReadWatch } from "./native.ts";
import { type NetlinkPart, openNetlink, readParts } from "./netlink-socket.ts";

const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const ENOBUFS = -105;
const SLOT_BYTES = 8192;
const RECEIVE_BUFFER_BYTES = 4 << 20;
const DRAIN_BATCHES = 64;

export interface NetlinkListenerOptions {
  readonly protocol: number;
  readonly groups: readonly number[];
  /** What the caller does not want is dropped before it is copied. */
  readonly filter?: readonly Instruction[];
  readonly onPart: (part: NetlinkPart) => void;
  /** More happened than was kept for us. */
  readonly onOverrun: () => void;
}

export class NetlinkListener {
  readonly #options: NetlinkListenerOptions;
  readonly #fd: number;
  readonly #inbox = new Inbox(SLOT_BYTES);
  readonly #watch: ReadWatch;

  constructor(options: NetlinkListenerOptions) {
    this.#options = options;
    this.#fd = openNetlink(options.protocol, RECEIVE_BUFFER_BYTES);
    const { filter, groups } = options;
    if (filter !== undefined)
      must(native.attachFilter(this.#fd, assemble(filter)), "Cannot attach a socket filter");
    for (const group of groups) {
      const act = `Cannot listen to netlink group ${group}`;
      must(native.setOption(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, int32(group)), act);
    }
    this.#watch = new ReadWatch(this.#fd, () => this.#read());
  }

  /** Hears what waits already, at most {@link DRAIN_BATCHES}: a flood cannot hold the loop. */
  drain(): void {
    for (let n = 0; n < DRAIN_BATCHES && this.#read() > 0; n++);
  }

  close(): void {
    this.#watch.close();
  }

  /** @returns how many datagrams were heard, or minus errno. */
  #read(): number {
    const { onPart, onOverrun } = this.#options;
    const got = this.#inbox.receive(this.#fd);
    if (got === ENOBUFS) onOverrun();
    for (let n = 0; n < got; n++) for (const part of readParts(this.#inbox.message(n))) onPart(part);
    return got;
  }
}
