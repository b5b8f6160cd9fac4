/**
 * The write end of this process's standard output: never blocks, knows how much its reader has left unread, and
 * hears when the reader is gone without writing to it.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, write as writeFile } from "node:fs";
import { createRequire } from "node:module";
import type * as Tty from "node:tty";
import { native, type Watch, WatchEvent, watch } from "./native.ts";

const FIONREAD = 0x541b;
/** For sockets: octets that the other side has not read (linux/sockios.h). */
const SIOCOUTQ = 0x5411;
const EAGAIN = -11;

export type OutputKind = "pipe" | "socket" | "terminal" | "file";

export interface OutputEnd {
  readonly kind: OutputKind;
  /** What a file has taken last is still being written. */
  readonly isBusy: boolean;
  /**
   * Writes as much as fits now.
   *
   * @param bytes must not be changed any more: a file's are written later.
   * @returns octets taken, 0 if nothing fits before `onWritable` is called.
   * @throws {OutputLost} if nobody can read it any more.
   */
  write(bytes: Uint8Array): number;
  /** Octets written and not yet read by the reader; undefined where nobody can tell (files, terminals). */
  unread(): number | undefined;
  /** @param ready called once, when more fits after `write` took less than all. */
  onWritable(ready: () => void): void;
  /** @param lost called once, when the reader is gone. */
  onLost(lost: () => void): void;
  close(): void;
}

/** The reader of standard output is gone, or the disk behind it is full. */
export class OutputLost extends Error {
  override readonly name: string = "OutputLost";
}

/** @param fd usually 1; it is not touched itself, where a descriptor of our own for the same pipe can be had. */
export function openOutputEnd(fd: number): OutputEnd {
  const status = fstatSync(fd);
  if (status.isFIFO()) return new PollableEnd("pipe", reopen(fd), FIONREAD);
  if (status.isSocket()) return new PollableEnd("socket", fd, SIOCOUTQ);
  if (status.isCharacterDevice() && isTerminal(fd)) return new PollableEnd("terminal", reopen(fd), undefined);
  return new FileEnd(fd);
}

/** Loaded where there may be one: it brings all of Node's networking along. */
function isTerminal(fd: number): boolean {
  const { isatty } = createRequire(import.meta.url)("node:tty") as typeof Tty;
  return isatty(fd);
}

/**
 * O_NONBLOCK belongs to the open file, which other processes share: a shell whose terminal is suddenly non-blocking
 * misbehaves. So open the same thing again.
 */
function reopen(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

class PollableEnd implements OutputEnd {
  readonly kind: OutputKind;
  readonly isBusy = false;
  readonly #fd: number;
  readonly #unreadRequest: number | undefined;
  #watch: Watch | undefined;
  #ready: (() => void) | undefined;
  #lost: (() => void) | undefined;

  constructor(kind: OutputKind, fd: number, unreadRequest: number | undefined) {
    this.kind = kind;
    this.#fd = fd;
    this.#unreadRequest = unreadRequest;
  }

  write(bytes: Uint8Array): number {
    const result =
      this.kind === "socket"
        ? native.send(this.#fd, bytes, null)
        : native.write(this.#fd, bytes, 0, bytes.length);
    if (result === EAGAIN) return 0;
    if (result < 0) throw new OutputLost("Cannot write to standard output: its reader is gone");
    return result;
  }

  unread(): number | undefined {
    if (this.#unreadRequest === undefined) return undefined;
    const octets = native.ioctlInt(this.#fd, this.#unreadRequest);
    return octets < 0 ? undefined : octets;
  }

  onWritable(ready: () => void): void {
    this.#ready = ready;
    this.#rewatch();
  }

  onLost(lost: () => void): void {
    this.#lost = lost;
    this.#rewatch();
  }

  close(): void {
    this.#unwatch();
    if (this.#fd > 2) closeSync(this.#fd);
  }

  /** The end of a reader shows as an error on the descriptor, whatever events were asked for. */
  #rewatch(): void {
    this.#unwatch();
    const events = (this.#ready ? WatchEvent.writable : 0) | (this.#lost ? WatchEvent.disconnect : 0);
    if (events === 0) return;
    this.#watch = watch(this.#fd, events, (status, happened) => this.#happen(status, happened));
  }

  #happen(status: number, happened: number): void {
    const ready = this.#ready;
    const lost = this.#lost;
    const isLost = status < 0 || (happened & WatchEvent.disconnect) !== 0;
    this.#ready = undefined;
    if (isLost) this.#lost = undefined;
    this.#rewatch();
    if (isLost) lost?.();
    else ready?.();
  }

  #unwatch(): void {
    if (this.#watch !== undefined) native.unwatch(this.#watch);
    this.#watch = undefined;
  }
}

/** A file or a device: written by libuv's threads, one piece at a time, because a disk may be slow. */
class FileEnd implements OutputEnd {
  readonly kind = "file";
  readonly #fd: number;
  #busy = false;
  #failed = false;
  #ready: (() => void) | undefined;
  #lost: (() => void) | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  write(bytes: Uint8Array): number {
    if (this.#failed) throw new OutputLost("Cannot write to standard output: the disk or device refused it");
    if (this.#busy || bytes.length === 0) return 0;
    this.#busy = true;
    this.#writeAll(bytes);
    return bytes.length;
  }

  #writeAll(bytes: Uint8Array): void {
    writeFile(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error) {
        this.#failed = true;
        this.#lost?.();
      } else if (written < bytes.length) {
        this.#writeAll(bytes.subarray(written));
        return;
      }
      this.#busy = false;
      const ready = this.#ready;
      this.#ready = undefined;
      ready?.();
    });
  }

  unread(): undefined {
    return undefined;
  }

  onWritable(ready: () => void): void {
    if (this.#busy) this.#ready = ready;
    else queueMicrotask(ready);
  }

  onLost(lost: () => void): void {
    this.#lost = lost;
  }

  close(): void {}
}
