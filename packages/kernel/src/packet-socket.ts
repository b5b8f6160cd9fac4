/**
 * Frames in and out of one interface (packet(7)).
 *
 * An `ETH_P_ALL` socket on the parent is the only one that sees everything while a private macvlan is up: such a
 * macvlan takes away frames whose source is its own MAC before `ETH_P_IP` or raw sockets get them. Live capture is done
 * here and not by libpcap because the callers need the direction of each frame, a bounded amount of work per turn of
 * the loop, draining on demand, and a clean close.
 *
 * @module
 */
import { getSystemErrorName } from "node:util";
import { decodeTag, type Mac, macToBytes, type VlanTag } from "@viptools/wire";
import { assemble, type Instruction } from "./bpf.ts";
import { Inbox } from "./inbox.ts";
import { int32, Meta, must, native, ReadWatch, SEND_BATCH } from "./native.ts";

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_TIMESTAMPNS = 35;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_STATISTICS = 6;
const PACKET_AUXDATA = 8;
const ETH_P_ALL = 3;
const PACKET_OUTGOING = 4;
/** PACKET_MR_PROMISC, PACKET_MR_ALLMULTI. */
const RECEPTIONS = { promiscuous: 1, allMulticast: 2 } as const;
const PACKET_MR_UNICAST = 3;

const RECEIVE_BUFFER_BYTES = 4 << 20;
/** Frames on their way, with what the kernel keeps of each: some thousands. */
const SEND_BUFFER_BYTES = 4 << 20;
/** Longer frames are cut: no packet that the tools read needs more. */
const SLOT_BYTES = 2048;
/** One drain reads at most this many frames, so that a flood cannot hold the loop. */
export const DRAIN_FRAMES = 4096;

export interface CapturedFrame {
  /** The caller's own copy; at most 2,048 octets of the frame. */
  readonly bytes: Uint8Array;
  /** How long the frame was on the wire. */
  readonly length: number;
  /** `out` for what this host sent itself, whatever MAC it carries. */
  readonly direction: "in" | "out";
  /** The VLAN's number; undefined for untagged and priority-tagged (0) frames. */
  readonly vlan: number | undefined;
  /** What the kernel took off the frame, before `bytes` was what it is. */
  readonly tag: VlanTag | undefined;
  /** When the kernel took the frame, CLOCK_REALTIME. */
  readonly realtimeNs: bigint;
}

/** Frames that were received together: nothing of them is copied, and all of it is overwritten by the next ones. */
export class FrameBatch {
  readonly #inbox: Inbox;
  /** How many there are. */
  count = 0;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** At most 2,048 octets of frame `n`. */
  bytes(n: number): Uint8Array {
    return this.#inbox.view(n);
  }

  /** How long it was on the wire. */
  length(n: number): number {
    return this.#inbox.meta(n, Meta.length);
  }

  /** This host sent it itself. */
  isOutgoing(n: number): boolean {
    return this.#inbox.meta(n, Meta.packetType) === PACKET_OUTGOING;
  }

  /** The VLAN's number; 0 for untagged and priority-tagged frames. */
  vlan(n: number): number {
    return vlanOf(this.#inbox, n);
  }

  /** What the kernel took off the frame. */
  tag(n: number): VlanTag | undefined {
    return tagOf(this.#inbox, n);
  }

  /** When the kernel took it, CLOCK_REALTIME: whole seconds, and nanoseconds below one. */
  seconds(n: number): number {
    return this.#inbox.meta(n, Meta.seconds);
  }

  nanoseconds(n: number): number {
    return this.#inbox.meta(n, Meta.nanoseconds);
  }
}

/** Frames one after the other, ready to leave: packing them takes longer than sending them. */
export interface PackedFrames {
  readonly arena: Uint8Array;
  readonly lengths: Float64Array;
  /** Where each begins. */
  readonly starts: Float64Array;
}

export function packFrames(frames: readonly Uint8Array[]): PackedFrames {
  const lengths = new Float64Array(frames.length);
  const starts = new Float64Array(frames.length);
  let at = 0;
  frames.forEach(({ length }, n) => {
    lengths[n] = length;
    starts[n] = at;
    at += length;
  });
  return { arena: Buffer.concat(frames, at), lengths, starts };
}

/** A frame of several that the kernel did not take. */
export interface RefusedFrame {
  /** Its place among them, from 0. */
  readonly n: number;
  /** ENOBUFS if a full queue or a fence dropped it, EAGAIN while too many are on their way, ENETDOWN, and so on. */
  readonly code: string;
}

export interface PacketSocketOptions {
  readonly ifindex: number;
  /** What to capture; without it the socket only sends, and closes without waiting for the kernel. */
  readonly filter?: readonly Instruction[];
  readonly onFrame?: (frame: CapturedFrame) => void;
  /** Instead of `onFrame`, for those who read a hundred thousand frames a second. */
  readonly onBatch?: (batch: FrameBatch) => void;
  /** How much the kernel keeps while nobody reads; 4 MiB if left out. */
  readonly receiveBufferBytes?: number;
  /**
   * What the NIC lets through beside what is for this host, until the socket is closed. Neither sends anything, as
   * joining a group does (IGMP, MLD). All VLANs and what is for others, only a promiscuous one does.
   */
  readonly reception?: keyof typeof RECEPTIONS;
  /** One more unicast MAC that the NIC takes, as for a macvlan, until the socket is closed. */
  readonly alsoFor?: Mac;
}

export class PacketSocket {
  readonly #fd: number;
  readonly #ifindex: number;
  /** Made once: a burst of a thousand frames would wait for a thousand of them. */
  readonly #destination: Uint8Array;
  readonly #onFrame: ((frame: CapturedFrame) => void) | undefined;
  readonly #onBatch: ((batch: FrameBatch) => void) | undefined;
  #inbox: Inbox | undefined;
  #batch: FrameBatch | undefined;
  #watch: ReadWatch | undefined;
  #dropped = 0;
  #isClosed = false;

  /** @throws {KernelError} EPERM without CAP_NET_RAW, ENODEV if the interface is gone. */
  constructor(options: PacketSocketOptions) {
    this.#ifindex = options.ifindex;
    this.#destination = linkAddress(options.ifindex, 0);
    this.#onFrame = options.onFrame;
    this.#onBatch = options.onBatch;
    this.#fd = must(native.socket(AF_PACKET, SOCK_RAW, 0), "Cannot open a packet socket");
    native.setOption(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, int32(SEND_BUFFER_BYTES));
    if (options.filter !== undefined) this.#listen(options.filter, options.receiveBufferBytes);
    if (options.reception !== undefined) this.#widen(RECEPTIONS[options.reception]);
    if (options.alsoFor !== undefined) this.#widen(PACKET_MR_UNICAST, macToBytes(options.alsoFor));
  }

  /** Captures other frames from now on; those that wait already stay. @throws {KernelError} if the kernel refuses it. */
  setFilter(filter: readonly Instruction[]): void {
    must(native.attachFilter(this.#fd, assemble(filter)), "Cannot attach a socket filter");
  }

  /** The filter goes on before the socket is bound, so that no other frame slips in. */
  #listen(filter: readonly Instruction[], bufferBytes = RECEIVE_BUFFER_BYTES): void {
    this.setFilter(filter);
    if (native.setOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(bufferBytes)) < 0) {
      native.setOption(this.#fd, SOL_SOCKET, SO_RCVBUF, int32(bufferBytes));
    }
    must(native.setOption(this.#fd, SOL_SOCKET, SO_TIMESTAMPNS, int32(1)), "Cannot ask for time stamps");
    must(native.setOption(this.#fd, SOL_PACKET, PACKET_AUXDATA, int32(1)), "Cannot ask for VLAN tags");
    must(native.bind(this.#fd, linkAddress(this.#ifindex, ETH_P_ALL)), "Cannot bind a packet socket");
    this.#inbox = new Inbox(SLOT_BYTES);
    this.#batch = new FrameBatch(this.#inbox);
    this.#watch = new ReadWatch(this.#fd, () => this.#read());
  }

  /** `struct packet_mreq` (packet(7)). */
  #widen(reception: number, mac: Uint8Array = new Uint8Array()): void {
    const octets = new Uint8Array(16);
    const request = new DataView(octets.buffer);
    request.setInt32(0, this.#ifindex, true);
    request.setUint16(4, reception, true);
    request.setUint16(6, mac.length, true);
    octets.set(mac, 8);
    const act = "Cannot widen what the interface receives";
    must(native.setOption(this.#fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, octets), act);
  }

  /**
   * Sends one whole frame now, from whatever MAC it carries.
   *
   * @throws {KernelError} ENOBUFS if a full queue or a fence dropped it, ENETDOWN if the interface is down.
   */
  send(frame: Uint8Array): void {
    must(native.send(this.#fd, frame, this.#destination), "Cannot send a frame");
  }

  /**
   * Sends some of these frames in their order, many in one call.
   *
   * @param first place of the first one.
   * @returns those that the kernel did not take; the others have left.
   */
  sendMany({ arena, lengths, starts }: PackedFrames, first: number, count: number): RefusedFrame[] {
    const refused: RefusedFrame[] = [];
    for (let n = first; n < first + count; ) {
      const most = Math.min(first + count, n + SEND_BATCH);
      const sent = native.sendMany(
        this.#fd,
        arena.subarray(starts[n]),
        lengths.subarray(n, most),
        this.#destination,
      );
      // The kernel stops at a frame that it refuses, and says why when that one is the first.
      if (sent < 0) refused.push({ n, code: getSystemErrorName(sent) });
      n += Math.max(1, sent);
    }
    return refused;
  }

  /**
   * Reads what already waits, before anybody believes that nothing came (S6).
   *
   * @returns how many frames were handed to `onFrame`.
   */
  drain(): number {
    let total = 0;
    while (total < DRAIN_FRAMES) {
      const got = this.#read();
      if (got === 0) break;
      total += got;
    }
    return total;
  }

  /** Frames that the kernel could not queue for this socket, since it was opened and until it was closed. */
  dropped(): number {
    if (this.#isClosed) return this.#dropped;
    const statistics = new Uint32Array(2);
    const octets = new Uint8Array(statistics.buffer);
    if (native.getOption(this.#fd, SOL_PACKET, PACKET_STATISTICS, octets) > 0)
      this.#dropped += statistics[1]!;
    return this.#dropped;
  }

  close(): void {
    this.dropped();
    this.#isClosed = true;
    if (this.#watch === undefined) native.close(this.#fd);
    else this.#watch.close();
    this.#watch = undefined;
  }

  /** An error (ENETDOWN after a link went down) is told by the link monitor, and clears itself by being read. */
  #read(): number {
    const got = Math.max(0, this.#inbox?.receive(this.#fd) ?? 0);
    if (this.#onBatch === undefined) for (let n = 0; n < got; n++) this.#onFrame?.(describe(this.#inbox!, n));
    else if (got > 0) {
      this.#batch!.count = got;
      this.#onBatch(this.#batch!);
    }
    return got;
  }
}

function describe(inbox: Inbox, n: number): CapturedFrame {
  const vlan = vlanOf(inbox, n);
  const seconds = BigInt(inbox.meta(n, Meta.seconds));
  return {
    bytes: inbox.message(n),
    length: inbox.meta(n, Meta.length),
    direction: inbox.meta(n, Meta.packetType) === PACKET_OUTGOING ? "out" : "in",
    vlan: vlan === 0 ? undefined : vlan,
    tag: tagOf(inbox, n),
    realtimeNs: seconds * 1_000_000_000n + BigInt(inbox.meta(n, Meta.nanoseconds)),
  };
}

function vlanOf(inbox: Inbox, n: number): number {
  const tag = inbox.meta(n, Meta.vlan);
  return tag < 0 ? 0 : tag & 0xfff;
}

function tagOf(inbox: Inbox, n: number): VlanTag | undefined {
  const tag = inbox.meta(n, Meta.vlan);
  return tag < 0 ? undefined : decodeTag(Math.floor(tag / 0x10000), tag & 0xffff);
}

/** `struct sockaddr_ll` (packet(7)); the protocol is in network byte order. */
function linkAddress(ifindex: number, protocol: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol, false);
  view.setInt32(4, ifindex, true);
  return new Uint8Array(view.buffer);
}
