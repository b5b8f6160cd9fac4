/**
 * A netlink socket (netlink(7)) whose answers are there when the call returns.
 *
 * npm's `netlink` has one request a message, each a promise of its own: a thousand addresses take three times as long as
 * in one datagram, and nothing is known to be done in the same line of the program.
 *
 * @module
 */
import { write } from "node:fs";
import { getSystemErrorName, promisify } from "node:util";
import { readAttributes, readString } from "./attributes.ts";
import { Inbox } from "./inbox.ts";
import { int32, KernelError, must, native } from "./native.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_DUMP = 0x300;
const NLMSGERR_ATTR_MSG = 1;
export const NETLINK_HEADER_LENGTH = 16;
/** An answer holds errno and the header of what it answers. */
const ERROR_LENGTH = 4 + NETLINK_HEADER_LENGTH;
/** The kernel fills the parts of a dump up to this. */
const SLOT_BYTES = 32_768;
const NO_ANSWER = -1;
const EAGAIN = 11;
const BUFFER_BYTES = 8 << 20;

const writeAside = promisify(write);

/** What is asked, without the header that the socket puts before it. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** A message of a datagram that the kernel refused. */
export interface Refusal {
  /** Its place in the datagram. */
  readonly n: number;
  readonly error: KernelError;
}

/** A datagram on its way. */
interface Datagram {
  readonly bytes: Uint8Array;
  /** Sequence number of its first message. */
  readonly first: number;
  /** That of the message that asks for an answer. */
  readonly awaited: number;
}

export class NetlinkSocket {
  readonly #fd: number;
  readonly #inbox = new Inbox(SLOT_BYTES);
  #sequence = 0;
  #portId: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param protocol NETLINK_ROUTE or another. */
  constructor(protocol: number) {
    this.#fd = openNetlink(protocol, BUFFER_BYTES);
    native.setOption(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, int32(1));
    native.setOption(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, int32(1));
  }

  /** How notifications name what this socket asked for; undefined before the first answer. */
  get portId(): number | undefined {
    return this.#portId;
  }

  /**
   * Sends the messages in one datagram; the kernel works it off inside the call.
   *
   * @param act what they are for, "Cannot add addresses".
   * @param answered place of the message whose answer ends the waiting; the last one if left out.
   * @returns the messages that were refused; the others were done.
   */
  ask(messages: readonly NetlinkMessage[], act: string, answered: number = messages.length - 1): Refusal[] {
    const datagram = this.#pack(messages, answered);
    must(native.send(this.#fd, datagram.bytes, null), act);
    return this.#answers(datagram, act);
  }

  /**
   * The same on a thread beside the loop, for what the kernel takes long for: one after the other. A socket that is used
   * so is used for nothing else, or answers would go to the wrong one.
   */
  async askAside(messages: readonly NetlinkMessage[], act: string): Promise<Refusal[]> {
    const mine = this.#turn.then(() => this.#writeAside(messages, act));
    this.#turn = mine.catch(() => undefined);
    return await mine;
  }

  async #writeAside(messages: readonly NetlinkMessage[], act: string): Promise<Refusal[]> {
    const datagram = this.#pack(messages, messages.length - 1);
    try {
      await writeAside(this.#fd, datagram.bytes);
    } catch (error) {
      throw new KernelError((error as NodeJS.ErrnoException).code ?? "EIO", act);
    }
    return this.#answers(datagram, act);
  }

  /** @returns the bodies of all parts of a dump. @throws {KernelError} */
  dump({ type, body }: Omit<NetlinkMessage, "flags">, act: string): Uint8Array[] {
    const datagram = this.#pack([{ type, flags: NLM_F_DUMP, body }], NO_ANSWER);
    must(native.send(this.#fd, datagram.bytes, null), act);
    const bodies: Uint8Array[] = [];
    for (;;) {
      const parts = this.#receive(act);
      if (parts.length === 0) throw new KernelError("EPROTO", `${act}: no answer`);
      for (const part of parts) {
        if (part.sequence !== datagram.first) continue;
        this.#portId = part.portId;
        if (part.type === NLMSG_ERROR) throw readRefusal(part.body, act) ?? new KernelError("EPROTO", act);
        if (part.type === NLMSG_DONE) return bodies;
        bodies.push(part.body);
      }
    }
  }

  /**
   * Asks for one thing with each message, all in one datagram.
   *
   * @param missing errnos that say that there is none, `ENOENT`.
   * @returns the body of each answer, in the order of the questions; undefined where there is none.
   * @throws {KernelError} for any other refusal.
   */
  query(
    messages: readonly NetlinkMessage[],
    act: string,
    missing: readonly string[],
  ): (Uint8Array | undefined)[] {
    const { bytes, first, awaited } = this.#pack(messages, messages.length - 1);
    must(native.send(this.#fd, bytes, null), act);
    const bodies = messages.map((): Uint8Array | undefined => undefined);
    for (;;) {
      const parts = this.#receive(act);
      if (parts.length === 0) throw new KernelError("EPROTO", `${act}: no answer`);
      for (const { type, sequence, body } of parts) {
        if (sequence < first) continue;
        if (type !== NLMSG_ERROR) {
          bodies[sequence - first] = body;
          continue;
        }
        const code = readErrorCode(body);
        if (code !== undefined && !missing.includes(code)) throw readRefusal(body, act)!;
        if (sequence === awaited) return bodies;
      }
    }
  }

  close(): void {
    native.close(this.#fd);
  }

  /** Only one message asks for an answer: those that are refused have one anyway. */
  #pack(messages: readonly NetlinkMessage[], answered: number): Datagram {
    const first = this.#sequence + 1;
    this.#sequence += messages.length;
    const lengths = messages.map(({ body }) => (NETLINK_HEADER_LENGTH + body.length + 3) & ~3);
    const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    const view = new DataView(bytes.buffer);
    let at = 0;
    messages.forEach(({ type, flags, body }, n) => {
      view.setUint32(at, NETLINK_HEADER_LENGTH + body.length, true);
      view.setUint16(at + 4, type, true);
      view.setUint16(at + 6, NLM_F_REQUEST | flags | (n === answered ? NLM_F_ACK : 0), true);
      view.setUint32(at + 8, first + n, true);
      bytes.set(body, at + NETLINK_HEADER_LENGTH);
      at += lengths[n]!;
    });
    return { bytes, first, awaited: first + answered };
  }

  /**
   * Answers that an earlier datagram left behind are older than this one's first message. After a refusal the awaited
   * one may not come: a transaction that fails as a whole says so of its first message.
   */
  #answers({ first, awaited }: Datagram, act: string): Refusal[] {
    const refusals: Refusal[] = [];
    for (;;) {
      const parts = this.#receive(act);
      if (parts.length === 0 && refusals.length > 0) return refusals;
      if (parts.length === 0) throw new KernelError("EPROTO", `${act}: no answer`);
      for (const { type, sequence, portId, body } of parts) {
        if (type !== NLMSG_ERROR || sequence < first) continue;
        this.#portId = portId;
        const error = readRefusal(body, act);
        if (error !== undefined) refusals.push({ n: sequence - first, error });
        if (sequence === awaited) return refusals;
      }
    }
  }

  #receive(act: string): NetlinkPart[] {
    const got = this.#inbox.receive(this.#fd);
    if (got === -EAGAIN) return [];
    must(got, `${act}: no answer`);
    const parts: NetlinkPart[] = [];
    for (let n = 0; n < got; n++) parts.push(...readParts(this.#inbox.message(n)));
    return parts;
  }
}

/** @returns a bound socket with room for what comes at once. @throws {KernelError} EPROTONOSUPPORT without the protocol. */
export function openNetlink(protocol: number, receiveBytes: number): number {
  const fd = must(native.socket(AF_NETLINK, SOCK_RAW, protocol), "Cannot open a netlink socket");
  native.setOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, int32(BUFFER_BYTES));
  native.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(receiveBytes));
  const address = new DataView(new ArrayBuffer(12));
  address.setUint16(0, AF_NETLINK, true);
  must(native.bind(fd, new Uint8Array(address.buffer)), "Cannot bind a netlink socket");
  return fd;
}

/** One message of a datagram that came in. */
export interface NetlinkPart {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Of the socket that asked for what is told. */
  readonly portId: number;
  readonly body: Uint8Array;
}

/** @param datagram messages one after the other; a cut one ends the reading. */
export function readParts(datagram: Uint8Array): NetlinkPart[] {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const parts: NetlinkPart[] = [];
  for (let at = 0; at + NETLINK_HEADER_LENGTH <= datagram.length; ) {
    const length = view.getUint32(at, true);
    if (length < NETLINK_HEADER_LENGTH || at + length > datagram.length) break;
    parts.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      portId: view.getUint32(at + 12, true),
      body: datagram.subarray(at + NETLINK_HEADER_LENGTH, at + length),
    });
    at += (length + 3) & ~3;
  }
  return parts;
}

/** `struct nlmsgerr`, and since Linux 4.12 the kernel's own words. @returns undefined for "done". */
function readRefusal(body: Uint8Array, act: string): KernelError | undefined {
  const code = readErrorCode(body);
  if (code === undefined) return undefined;
  const words = readString(readAttributes(body.subarray(ERROR_LENGTH)).get(NLMSGERR_ATTR_MSG));
  return new KernelError(code, words === undefined ? act : `${act} (${words})`);
}

/** The errno's name alone: an error with its stack costs more than the question did. */
function readErrorCode(body: Uint8Array): string | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const errno = body.length >= 4 ? view.getInt32(0, true) : 0;
  return errno === 0 ? undefined : getSystemErrorName(errno);
}
