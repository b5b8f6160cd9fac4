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
import type { PacketTime } from "./line-renderer.ts";
import type { Reporter } from "./reporter.ts";
import { Direction } from "./sighting.ts";

/** About a second of a hundred thousand frames: as long as a full disk cache or a garbage collection may hold us up. */
const RECEIVE_BUFFER_BYTES = 64 << 20;

export class Post {
  readonly name: string;
  readonly #reporter: Reporter;
  readonly #source: number;
  readonly #say: (message: string) => void;
  readonly #writer: CaptureWriter | undefined;
  readonly #clock = new PacketClock();
  readonly #time: PacketTime = { seconds: 0, nanoseconds: 0, monoSeconds: 0, monoNanoseconds: 0 };
  #socket: PacketSocket | undefined;
  #ifindex = 0;
  #isRunning = true;
  /** Of sockets that are closed. */
  #droppedBefore = 0;
  #wentDown = 0;
  #wasDeleted = 0;

  /**
   * @param ifindex of the interface, which is there.
   * @param writer keeps what is told.
   * @throws {KernelError} if the kernel refuses to capture there.
   */
  constructor(
    name: string,
    ifindex: number,
    reporter: Reporter,
    say: (message: string) => void,
    writer: CaptureWriter | undefined,
  ) {
    this.name = name;
    this.#writer = writer;
    this.#reporter = reporter;
    this.#source = reporter.sourceOf(name);
    this.#say = say;
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
    this.#say(
      isRunning ? `${this.name} is up again` : `${this.name} is down or has no carrier: waiting for it`,
    );
  }

  /** The kernel says that a link is gone: perhaps only from its bridge. */
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
    this.#leave();
    this.#say(`${this.name} is gone: waiting until it is made again`);
  }

  /** Reads what waits. */
  drain(): void {
    this.#socket?.drain();
  }

  close(): void {
    this.#leave();
  }

  #leave(): void {
    this.#socket?.drain();
    this.#droppedBefore = this.dropped;
    this.#socket?.close();
    this.#socket = undefined;
    this.#ifindex = 0;
  }

  #openAgain(ifindex: number): void {
    if (this.#ifindex !== 0) this.#loseInterface();
    try {
      this.#open(ifindex);
      this.#say(`${this.name} is there again`);
    } catch (error) {
      // It is gone already; the kernel will tell when there is another one.
      if (!(error instanceof KernelError) || error.code !== "ENODEV") throw error;
    }
  }

  #open(ifindex: number): void {
    this.#socket = new PacketSocket({
      ifindex,
      filter: NEIGHBOUR_FILTER,
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
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
      if (isTold && this.#writer !== undefined) this.#keep(bytes, length, batch.tag(n), time);
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
    this.#writer?.add(whole, LinkType.ethernet, seconds, nanoseconds, length + more);
  }
}
