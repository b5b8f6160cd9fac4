/**
 * Fuzzing: octets that are almost right, given to a reader again and again. The same seed gives the same octets.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WireError } from "@viptools/wire";

/** Lehmer's generator. @returns whole numbers from 1 to 2^31 - 2. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state;
  };
}

/** Values at which arithmetic turns over. */
const EDGES: readonly number[] = [0, 1, 0x7f, 0x80, 0xff];

/** @returns a copy with one to four changes: octets, bits, cuts, repeats, and pieces of another input. */
export function mutate(random: () => number, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = seeds[random() % seeds.length]!.slice();
  for (let changes = 1 + (random() % 4); changes > 0; changes--) bytes = change(random, bytes, seeds);
  return bytes;
}

function change(random: () => number, bytes: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = random() % bytes.length;
  switch (random() % 6) {
    case 0:
      bytes[at] = random() & 0xff;
      return bytes;
    case 1:
      bytes[at] = bytes[at]! ^ (1 << (random() % 8));
      return bytes;
    case 2:
      bytes[at] = EDGES[random() % EDGES.length]!;
      return bytes;
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - (random() % 64))));
    default: {
      const other = seeds[random() % seeds.length]!;
      const from = random() % Math.max(1, other.length);
      return joined(bytes.subarray(0, at), other.subarray(from, from + (random() % 64)));
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

export interface Fuzz {
  readonly seeds: readonly Uint8Array[];
  /** Reads one input. A WireError is an answer; anything else that is thrown is a crash. */
  readonly target: (bytes: Uint8Array, random: () => number) => void;
  readonly seed: number;
  /** Whichever comes first ends it. */
  readonly rounds: number;
  readonly forMs: number;
}

export interface Found {
  readonly rounds: number;
  /** How often the target refused. */
  readonly refused: number;
  /** The first input that it fell over. */
  readonly crash: { readonly input: Uint8Array; readonly error: unknown } | undefined;
  /** Memory in use at the end, less that after the first tenth. */
  readonly grownBytes: number;
}

const LOOK_ROUNDS = 1024;

export function fuzz({ seeds, target, seed, rounds, forMs }: Fuzz): Found {
  const random = generator(seed);
  const start = performance.now();
  let refused = 0;
  let before: number | undefined;
  let round = 0;
  for (; round < rounds; round++) {
    if (round % LOOK_ROUNDS === 0) {
      const part = Math.max(round / rounds, (performance.now() - start) / forMs);
      if (part >= 1) break;
      if (part >= 0.1) before ??= usedBytes();
    }
    const input = mutate(random, seeds);
    try {
      target(input.slice(), random);
    } catch (error) {
      if (!(error instanceof WireError)) return { rounds: round, refused, crash: { input, error }, grownBytes: 0 };
      refused += 1;
    }
  }
  return { rounds: round, refused, crash: undefined, grownBytes: usedBytes() - (before ?? usedBytes()) };
}

/** What is reachable, once what is not was collected. */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
