/**
 * Octets of a file, a pipe or standard input, in pieces, at the speed of who takes them.
 *
 * @module
 */
import { closeSync, fstatSync, open, read } from "node:fs";
import { promisify } from "node:util";
import { KernelError } from "./native.ts";

/** What stands for standard input where a file can be named. */
export const STANDARD_INPUT = "-";

const STANDARD_INPUT_FD = 0;
const PIECE_BYTES = 1 << 18;

/**
 * @param path of a file, a named pipe or a device; "-" for standard input.
 * @returns pieces, each valid until the next is asked for. Asking throws KernelError if it cannot be read.
 * @throws {KernelError} ENOENT, EACCES… if it cannot be opened.
 */
export async function openOctets(path: string): Promise<AsyncIterable<Uint8Array>> {
  const isInput = path === STANDARD_INPUT;
  const fd = isInput
    ? STANDARD_INPUT_FD
    : await orKernelError(promisify(open)(path, "r"), `Cannot open ${path}`);
  const status = fstatSync(fd);
  return status.isFIFO() || status.isSocket() ? readStream(fd) : readFile(fd, path);
}

async function* readFile(fd: number, path: string): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  const readPiece = promisify(read);
  try {
    for (;;) {
      const asked = readPiece(fd, piece, 0, piece.length, null);
      const { bytesRead } = await orKernelError(asked, `Cannot read ${path}`);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    if (fd !== STANDARD_INPUT_FD) closeSync(fd);
  }
}

/** On the event loop, not in a thread: a read that waits for a silent writer would hold up the end of the process. */
async function* readStream(fd: number): AsyncGenerator<Uint8Array> {
  const { Socket } = await import("node:net");
  yield* new Socket({ fd, readable: true, writable: false });
}

async function orKernelError<T>(result: Promise<T>, act: string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw new KernelError((error as NodeJS.ErrnoException).code ?? "EIO", act);
  }
}
