/**
 * Drives every function of the addon with good and bad arguments, thousands of times, with garbage collection between:
 * run under AddressSanitizer by asan.test.ts.
 *
 * usage: node --expose-gc stress.js ADDON
 */
import { closeSync, openSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// biome-ignore lint/suspicious/noExplicitAny: bad arguments are the point.
const native = createRequire(import.meta.url)(process.argv[2]!) as Record<string, (...args: any[]) => any>;
const collect = (globalThis as { gc?: () => void }).gc!;
const ROUNDS = 300;

/** Values of all kinds, in all places. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  -1,
  0,
  1,
  1e18,
  Number.NaN,
  "",
  "x".repeat(1000),
  {},
  [],
  () => {},
  true,
  5n,
  Symbol("s"),
  new Uint8Array(0),
  new Uint8Array(3),
  new Float64Array(1),
  new Float64Array(0),
  new ArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
];

function callWithJunk(round: number): void {
  for (const [index, name] of Object.keys(native).entries()) {
    // A junk number may be a descriptor that this process uses.
    if (["close", "write", "send", "sendMany"].includes(name)) continue;
    const args = Array.from(
      { length: (round + index) % 6 },
      (_, n) => JUNK[(round * 7 + index * 3 + n * 5) % JUNK.length],
    );
    try {
      native[name]!(...args);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

const must = (result: number): number => {
  if (result < 0) throw new Error(`errno ${-result}`);
  return result;
};

/** Two datagram sockets of the kernel's own: what one asks, the kernel answers. */
function useNetlink(): void {
  const fd = must(native["socket"]!(16, 3, 0));
  const address = new Uint8Array(12);
  address[0] = 16;
  must(native["bind"]!(fd, address));
  const dump = new Uint8Array(32);
  new DataView(dump.buffer).setUint32(0, 32, true);
  new DataView(dump.buffer).setUint16(4, 18, true);
  new DataView(dump.buffer).setUint16(6, 0x301, true);
  must(native["send"]!(fd, dump, null));
  for (const [arena, slot, meta] of [
    [1 << 16, 1024, 512],
    [64, 64, 8],
    [100, 33, 16],
    [10, 64, 8],
    [64, 64, 7],
  ] as const) {
    native["receive"]!(fd, new Uint8Array(arena), slot, new Float64Array(meta));
  }
  native["getOption"]!(fd, 1, 8, new Uint8Array(4));
  native["setOption"]!(fd, 1, 8, new Uint8Array(4));
  native["attachFilter"]!(fd, new Uint8Array([6, 0, 0, 0, 255, 255, 0, 0]));
  native["attachFilter"]!(fd, new Uint8Array(5));
  native["ioctlInt"]!(fd, 0x541b);
  must(native["close"]!(fd));
}

/** A datagram socket that sends to itself: batches that fit, that are cut at the most, and that lie about their lengths. */
function useBatches(round: number): void {
  const fd = must(native["socket"]!(1, 2, 0));
  const address = new Uint8Array([1, 0, 0, ...Buffer.from(`viptools-${process.pid}-${round}`)]);
  must(native["bind"]!(fd, address));
  const arena = new Uint8Array(1000);
  if (native["sendMany"]!(fd, arena, new Float64Array([10, 0, 990]), address) !== 3)
    throw new Error("a batch was not sent whole");
  native["sendMany"]!(fd, arena, new Float64Array(200).fill(5), address);
  native["sendMany"]!(fd, arena, new Float64Array(0), address);
  native["sendMany"]!(fd, arena, new Uint8Array(9), null);
  native["receive"]!(fd, new Uint8Array(2000), 500, new Float64Array(64));
  for (const lengths of [[1001], [500, 501], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], [1e300, 1]]) {
    try {
      native["sendMany"]!(fd, arena, new Float64Array(lengths), address);
      throw new Error("a batch outside its buffer was taken");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  must(native["close"]!(fd));
}

/** Watches that fire, that are dropped, that are ended twice, and that are ended inside their own callback. */
async function useWatches(round: number): Promise<void> {
  const timer = must(native["timerCreate"]!());
  must(native["timerSet"]!(timer, 0, 1));
  await new Promise<void>((resolve) => {
    const watch: object = native["watch"]!(timer, 1, () => {
      native["timerRead"]!(timer);
      native["unwatch"]!(watch);
      native["unwatch"]!(watch);
      resolve();
    });
  });
  const dropped = native["watch"]!(timer, 1, () => {});
  if (round % 2 === 0) native["unwatch"]!(dropped);
  else native["unwatch"]!(native["watch"]!(must(native["timerCreate"]!()), 7, () => {}));
  if (round % 2 === 1) native["unwatch"]!(dropped);
  must(native["close"]!(timer));
}

/** A pipe in a buffer that fits exactly, and none in one that is too short. */
function usePipes(): void {
  const ends = new Float64Array(2);
  must(native["pipe"]!(ends));
  for (const end of ends) closeSync(end);
  try {
    native["pipe"]!(new Float64Array(1));
    throw new Error("a buffer that is too short was taken");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function useFiles(folder: string): void {
  const path = join(folder, "stress");
  const fd = openSync(path, "w");
  native["write"]!(fd, new Uint8Array(10), 0, 10);
  native["write"]!(fd, new Uint8Array(10), 10, 0);
  native["flock"]!(fd, 6);
  closeSync(fd);
  rmSync(path);
  for (const [offset, length] of [
    [0, 11],
    [11, 0],
    [-1, 1],
    [5, -1],
  ]) {
    try {
      native["write"]!(fd, new Uint8Array(10), offset, length);
      throw new Error("a write outside its buffer was taken");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

for (let round = 0; round < ROUNDS; round++) {
  callWithJunk(round);
  useNetlink();
  useBatches(round);
  usePipes();
  useFiles(process.argv[3]!);
  await useWatches(round);
  if (round % 10 === 0) collect();
}
// One watch is left for the end of the process to clear away.
native["watch"]!(must(native["timerCreate"]!()), 1, () => {});
process.stdout.write("stressed\n");
process.exit(0);
