/**
 * keepalived's FIFO, wherever it is at the moment: keepalived makes it, removes it when it stops, and makes another one.
 *
 * It is held open for reading and writing, so that it does not end with its writer.
 *
 * @module
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from "node:fs";
import { Socket } from "node:net";
import { ExitCode, ExitError, mistakeInFifo } from "@viptools/cli";

export interface FifoHandlers {
  onOctets(octets: Uint8Array): void;
  /** Called when another FIFO stands in its place, or none; what the old one held was given before. */
  onGone(): void;
  onRefused(error: ExitError): void;
}

/** How often its place is looked at. What is written meanwhile waits in the FIFO. */
const LOOK_EVERY_MS = 50;
const PIECE_BYTES = 65_536;

export class FifoSource {
  readonly #path: string;
  readonly #handlers: FifoHandlers;
  #timer: NodeJS.Timeout | undefined;
  #open: { readonly fd: number; readonly socket: Socket } | undefined;

  constructor(path: string, handlers: FifoHandlers) {
    this.#path = path;
    this.#handlers = handlers;
  }

  /** @throws {ExitError} configuration, if what is there is not to be read. */
  begin(): void {
    this.#look();
    this.#timer = setInterval(() => {
      try {
        this.#look();
      } catch (error) {
        this.#handlers.onRefused(error as ExitError);
      }
    }, LOOK_EVERY_MS);
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Opens what is there, and lets go of what is there no more. */
  #look(): void {
    const found = lookAt(this.#path);
    if (this.#open !== undefined && !isSame(found, fstatSync(this.#open.fd))) {
      this.#drain(this.#open.fd);
      this.#letGo();
      this.#handlers.onGone();
    }
    if (this.#open === undefined && found !== undefined) this.#take();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#letGo();
  }

  #take(): void {
    const fd = openFifo(this.#path);
    if (fd === undefined) return;
    // A second descriptor, because a socket closes its own when it likes.
    const socket = new Socket({
      fd: openSync(`/proc/self/fd/${fd}`, FLAGS),
      readable: true,
      writable: false,
    });
    socket.on("data", (octets: Buffer) => this.#handlers.onOctets(octets));
    socket.on("error", () => {});
    this.#open = { fd, socket };
  }

  /** What was written before it was removed. */
  #drain(fd: number): void {
    const piece = Buffer.alloc(PIECE_BYTES);
    try {
      for (;;) this.#handlers.onOctets(piece.subarray(0, readSync(fd, piece, 0, piece.length, null)));
    } catch {
      // EAGAIN: it is empty.
    }
  }

  #letGo(): void {
    if (this.#open === undefined) return;
    this.#open.socket.destroy();
    closeSync(this.#open.fd);
    this.#open = undefined;
  }
}

const FLAGS = constants.O_RDWR | constants.O_NONBLOCK;

/** @returns undefined if it was removed meanwhile. @throws {ExitError} configuration. */
function openFifo(path: string): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, FLAGS | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new ExitError(
      ExitCode.configuration,
      `Cannot open ${path}: ${code}, needs a FIFO that can be read`,
    );
  }
  const status = fstatSync(fd);
  const mistake = mistakeIn(status);
  if (mistake === undefined) return fd;
  closeSync(fd);
  throw new ExitError(ExitCode.configuration, `${path} ${mistake}`);
}

function mistakeIn(status: Stats): string | undefined {
  if (!status.isFIFO()) return "is no FIFO: needs the one that keepalived's vrrp_notify_fifo names";
  return mistakeInFifo(status);
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A number of a removed file may be given to the next one at once: but a removed one has no name any more. */
function isSame(found: Stats | undefined, held: Stats): boolean {
  return held.nlink > 0 && found?.ino === held.ino && found.dev === held.dev;
}
