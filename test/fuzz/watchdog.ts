/**
 * A thread that sees an input that never ends, which the thread that plays it cannot: it writes the input down and ends
 * the process.
 *
 * @module
 */
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { keepCrasher } from "./crasher.ts";

interface Shared {
  readonly target: string;
  readonly folder: string;
  readonly stuckMs: number;
  /** How many inputs have begun, and how long the present one is. */
  readonly numbers: Int32Array;
  readonly octets: Uint8Array;
}

/** Many times what the slowest takes, also on a machine with other work. */
const STUCK_MS = 10_000;
const LOOK_MS = 100;
const ROOM = 1 << 20;

/** @returns to be told each input before it is played. */
export function startWatchdog(
  target: string,
  folder: string,
  stuckMs = STUCK_MS,
): (bytes: Uint8Array) => void {
  const shared: Shared = {
    target,
    folder,
    stuckMs,
    numbers: new Int32Array(new SharedArrayBuffer(8)),
    octets: new Uint8Array(new SharedArrayBuffer(ROOM)),
  };
  new Worker(new URL(import.meta.url), { workerData: shared }).unref();
  return (bytes) => {
    shared.octets.set(bytes);
    shared.numbers[1] = bytes.length;
    Atomics.add(shared.numbers, 0, 1);
  };
}

function watch({ target, folder, stuckMs, numbers, octets }: Shared): void {
  let [last, sinceMs] = [0, performance.now()];
  setInterval(() => {
    const begun = Atomics.load(numbers, 0);
    const now = performance.now();
    if (begun !== last || begun === 0) [last, sinceMs] = [begun, now];
    if (now - sinceMs < stuckMs) return;
    keepCrasher(target, folder, octets.slice(0, numbers[1]!), `it does not end within ${stuckMs} ms`);
    process.kill(process.pid, "SIGKILL");
  }, LOOK_MS);
}

if (!isMainThread) watch(workerData as Shared);
