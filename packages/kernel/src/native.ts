/**
 * The project's own addon (`native/viptools.c`): the system calls that the npm packages do not reach.
 *
 * @module
 */
import { createRequire } from "node:module";
import { getSystemErrorName } from "node:util";

/** A watch on the event loop; opaque. */
export type Watch = object;

export interface Native {
  socket(domain: number, type: number, protocol: number): number;
  close(fd: number): number;
  pipe(ends: Float64Array): number;
  bind(fd: number, address: Uint8Array): number;
  setOption(fd: number, level: number, name: number, value: Uint8Array): number;
  getOption(fd: number, level: number, name: number, value: Uint8Array): number;
  attachFilter(fd: number, program: Uint8Array): number;
  send(fd: number, data: Uint8Array, address: Uint8Array | null): number;
  sendMany(fd: number, arena: Uint8Array, lengths: Float64Array, address: Uint8Array | null): number;
  receive(fd: number, arena: Uint8Array, slot: number, meta: Float64Array): number;
  write(fd: number, data: Uint8Array, offset: number, length: number): number;
  ioctlInt(fd: number, request: number): number;
  flock(fd: number, operation: number): number;
  setRealtime(priority: number): number;
  lockPages(address: number, length: number): number;
  ifIndex(name: string): number;
  clock(id: number): bigint | number;
  timerCreate(): number;
  timerSet(fd: number, seconds: number, nanoseconds: number): number;
  timerRead(fd: number): number;
  watch(fd: number, events: number, callback: (status: number, events: number) => void): Watch | number;
  unwatch(watch: Watch): number;
}

/** Where `receive` writes what about each message: places in a row of {@link META_FIELDS} numbers. */
export const Meta = {
  length: 0,
  packetType: 1,
  protocol: 2,
  ifindex: 3,
  /** -1 without a tag, otherwise TPID << 16 with the tag's two other octets. */
  vlan: 4,
  seconds: 5,
  nanoseconds: 6,
  flags: 7,
} as const;
export const META_FIELDS = 8;
/** As many messages as one `receive` takes at most. */
export const RECEIVE_BATCH = 64;
/** As many messages as one `sendMany` takes at most. */
export const SEND_BATCH = 64;

/** libuv's poll events. */
export const WatchEvent = { readable: 1, writable: 2, disconnect: 4 } as const;

export const native: Native = createRequire(import.meta.url)("@viptools/kernel/native") as Native;

/** A system call that failed, with the errno's name as `code`. */
export class KernelError extends Error {
  override readonly name: string = "KernelError";
  readonly code: string;

  /** @param code the errno's name, `EPERM`. @param message "Cannot <act> <object>". */
  constructor(code: string, message: string) {
    super(`${message}: ${code}`);
    this.code = code;
  }
}

/**
 * Turns minus errno into an error.
 *
 * @param act what was tried, "Cannot open a packet socket".
 */
export function must(result: number, act: string): number {
  if (result < 0) throw new KernelError(getSystemErrorName(result), act);
  return result;
}

/** An `int` as `setsockopt` wants it. */
export function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** Puts a descriptor on the event loop. The callback gets 0 or minus errno, and what is ready. */
export function watch(fd: number, events: number, callback: (status: number, events: number) => void): Watch {
  const result = native.watch(fd, events, callback);
  if (typeof result === "number")
    throw new KernelError(getSystemErrorName(result), `Cannot watch descriptor ${fd}`);
  return result;
}

/**
 * Watches a socket for what comes in, over its errors too: libuv ends a watch at the first one, and a packet socket has
 * one each time its interface goes down, a netlink socket each time it is overrun.
 */
export class ReadWatch {
  readonly #fd: number;
  readonly #ready: () => void;
  #watch: Watch;

  /** @param ready called while something waits; must read, which also clears an error. */
  constructor(fd: number, ready: () => void) {
    this.#fd = fd;
    this.#ready = ready;
    this.#watch = this.#arm();
  }

  /** Ends the watch and closes the descriptor. */
  close(): void {
    unwatchAndClose(this.#watch, this.#fd);
  }

  #arm(): Watch {
    return watch(this.#fd, WatchEvent.readable, (status) => {
      this.#ready();
      if (status >= 0) return;
      native.unwatch(this.#watch);
      this.#watch = this.#arm();
    });
  }
}

/** Takes a descriptor off the event loop and closes it, in the order that libuv needs. */
export function unwatchAndClose(handle: Watch | undefined, fd: number): void {
  if (handle !== undefined) native.unwatch(handle);
  native.close(fd);
}
