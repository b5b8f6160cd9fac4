/**
 * An interface that is listened to, for as long as the tool runs: also while it is down, and when it is deleted and made
 * again.
 *
 * @module
 */
import {
  type FrameBatch,
  findInterface,
  KernelError,
  NEIGHBOUR_FILTER,
  PacketClock,
  PacketSocket,
} from "@viptools/kernel";
import { insertTag, LinkType, VLAN_TAG_LENGTH, type VlanTag } from "@viptools/wire";
import type { CaptureWriter } from "./capture-writer.ts";
import type { KernelView } from "./kernel-view.ts";
import type { PacketTime } from "./line-renderer.ts";
import type { Reporter } from "./reporter.ts";
import { Direction } from "./sighting.ts";

/** About a second of a hundred thousand frames: as long as a full disk cache or a garbage collection may hold us up. */
const RECEIVE_BUFFER_BYTES = 64 << 20;

export interface PostOptions {
  /** Tells people. */
  readonly say: (message: string) => void;
  /** Keeps what is told. */
  readonly writer: CaptureWriter | undefined;
  /** Also what is for others. Multicast comes anyway: questions about others' IPv6 addresses are. */
  readonly isPromiscuous: boolean;
  /** Of what comes in: what this host's kernel made of it. */
  readonly openView?: (name: string, ifindex: number) => KernelView;
}

function realtimeNsOf({ seconds, nanoseconds }: PacketTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}

export class Post {
  readonly name: string;
  readonly #reporter: Reporter;
  readonly #source: number;
  readonly #options: PostOptions;
  readonly #clock = new PacketClock();
  readonly #time: PacketTime = { seconds: 0, nanoseconds: 0, monoSeconds: 0, monoNanoseconds: 0 };
  #socket: PacketSocket | undefined;
  #view: KernelView | undefined;
  #ifindex = 0;
  #isRunning = true;
  /** Of sockets that are closed. */
  #droppedBefore = 0;
  #wentDown = 0;
  #wasDeleted = 0;

  /**
   * @param ifindex of the interface, which is there.
   * @throws {KernelError} if the kernel refuses to capture there.
   */
  constructor(name: string, ifindex: number, reporter: Reporter, options: PostOptions) {
    this.name = name;
    this.#reporter = reporter;
    this.#source = reporter.sourceOf(name);
    this.#options = options;
    this.#open(ifindex);
  }

  /** Frames that the kernel could not keep for us. */
  get dropped(): number {
    return this.#droppedBefore + (this.#socket?.dropped() ?? 0);
  }

  get counters(): { readonly went_down: number; readonly was_deleted: number } {
    return { went_down: this.#wentDown, was_deleted: this.#wasDeleted };
  }

  /** How the link is at the beginning. */
  startsAs(isRunning: boolean): void {
    this.#tellState(isRunning);
  }

  /** The kernel says how a link of this name is. */
  linkIs(ifindex: number, isRunning: boolean): void {
    if (ifindex !== this.#ifindex) this.#openAgain(ifindex);
    if (!isRunning && this.#isRunning) this.#wentDown += 1;
    this.#tellState(isRunning);
  }

  #tellState(isRunning: boolean): void {
    if (isRunning === this.#isRunning) return;
    this.#isRunning = isRunning;
    this.#options.say(
      isRunning ? `${this.name} is up again` : `${this.name} is down or has no carrier: waiting for it`,
    );
  }

  /** Whether it listens on the link of this index. */
  isOn(ifindex: number): boolean {
    return ifindex === this.#ifindex;
  }

  /** The kernel says that a link is gone, perhaps only from its bridge, or has another name now. */
  linkIsGone(ifindex: number): void {
    if (ifindex === this.#ifindex) this.lookAgain();
  }

  /** Looks whether the interface is still the same one. */
  lookAgain(): void {
    const ifindex = findInterface(this.name);
    if (ifindex === this.#ifindex) return;
    if (this.#ifindex !== 0) this.#loseInterface();
    if (ifindex !== undefined) this.#openAgain(ifindex);
  }

  #loseInterface(): void {
    this.#wasDeleted += 1;
    void this.close();
    this.#options.say(`${this.name} is gone: waiting until it is made again`);
  }

  /** Reads what waits. */
  drain(): void {
    this.#socket?.drain();
  }

  /** What was heard is judged before it ends. */
  async close(): Promise<void> {
    const view = this.#view;
    this.#leave();
    await view?.close();
  }

  #leave(): void {
    this.#socket?.drain();
    this.#droppedBefore = this.dropped;
    this.#socket?.close();
    this.#socket = undefined;
    this.#view = undefined;
    this.#ifindex = 0;
  }

  #openAgain(ifindex: number): void {
    if (this.#ifindex !== 0) this.#loseInterface();
    try {
      this.#open(ifindex);
      this.#options.say(`${this.name} is there again`);
    } catch (error) {
      // It is gone already; the kernel will tell when there is another one.
      if (!(error instanceof KernelError) || error.code !== "ENODEV") throw error;
    }
  }

  #open(ifindex: number): void {
    this.#view = this.#options.openView?.(this.name, ifindex);
    this.#socket = new PacketSocket({
      ifindex,
      filter: NEIGHBOUR_FILTER,
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
      reception: this.#options.isPromiscuous ? "promiscuous" : "allMulticast",
      onBatch: (batch) => this.#hear(batch),
    });
    this.#ifindex = ifindex;
  }

  #hear(batch: FrameBatch): void {
    const time = this.#time;
    this.#clock.read();
    for (let n = 0; n < batch.count; n++) {
      time.seconds = batch.seconds(n);
      time.nanoseconds = batch.nanoseconds(n);
      this.#clock.tell(time.seconds, time.nanoseconds);
      time.monoSeconds = this.#clock.seconds;
      time.monoNanoseconds = this.#clock.nanoseconds;
      const direction = batch.isOutgoing(n) ? Direction.out : Direction.in;
      const bytes = batch.bytes(n);
      const length = batch.length(n);
      const isTold = this.#reporter.frame(bytes, length, this.#source, batch.vlan(n), direction, time);
      if (!isTold) continue;
      if (this.#view !== undefined && direction === Direction.in)
        this.#view.hear(bytes, batch.vlan(n), realtimeNsOf(time));
      if (this.#options.writer !== undefined) this.#keep(bytes, length, batch.tag(n), time);
    }
  }

  /** The frame as it was on the wire, with the tag that the kernel took off. */
  #keep(
    bytes: Uint8Array,
    length: number,
    tag: VlanTag | undefined,
    { seconds, nanoseconds }: PacketTime,
  ): void {
    const whole = tag === undefined ? bytes : insertTag(bytes, tag);
    const more = tag === undefined ? 0 : VLAN_TAG_LENGTH;
    this.#options.writer?.add(whole, LinkType.ethernet, seconds, nanoseconds, length + more);
  }
}
