/**
 * The hunt: inputs that led somewhere new are kept, and changed again.
 *
 * @module
 */
import { generator } from "../vectors/mutation.ts";
import type { Coverage } from "./coverage.ts";
import { Mutator } from "./mutator.ts";
import { type Outcome, playOnce, type Target } from "./target.ts";

export const LONGEST = 4096;
const CLOCK_ROUNDS = 32;

export interface HuntOptions {
  readonly target: Target;
  /** Inputs that are kept from before. */
  readonly corpus: readonly Uint8Array[];
  readonly coverage: Pick<Coverage, "words" | "reached" | "clear" | "isNews">;
  readonly seed: number;
  readonly forMs: number;
  /** Whichever comes first ends it. */
  readonly rounds?: number;
}

export interface Hunted {
  readonly rounds: number;
  readonly refused: number;
  readonly reached: number;
  readonly slowestMs: number;
  readonly kept: readonly Uint8Array[];
  readonly fault: Fault | undefined;
}

export interface Fault {
  readonly input: Uint8Array;
  readonly error: unknown;
}

export function hunt(options: HuntOptions): Hunted {
  const { target, corpus, coverage, seed, forMs, rounds: most = Number.POSITIVE_INFINITY } = options;
  const random = generator(seed);
  const kept: Uint8Array[] = [];
  let [rounds, refused, slowestMs] = [0, 0, 0];
  let fault: Fault | undefined;
  const play = (bytes: Uint8Array): void => {
    const { outcome, tookMs } = playCounted(options, bytes);
    rounds += 1;
    slowestMs = Math.max(slowestMs, tookMs);
    if (outcome.kind === "refused") refused += 1;
    if (outcome.kind === "fault") fault = { input: bytes, error: outcome.error };
    else if (coverage.isNews()) kept.push(bytes);
  };
  for (const bytes of [...corpus, ...seedsOf(target)]) if (fault === undefined) play(bytes);
  const mutator = new Mutator({
    kind: target.kind,
    longest: target.longest ?? LONGEST,
    words: coverage.words,
    random,
  });
  const start = performance.now();
  const isOver = (): boolean =>
    rounds >= most || (rounds % CLOCK_ROUNDS === 0 && performance.now() - start >= forMs);
  // Those found last are tried more often.
  const pick = (): Uint8Array => {
    const last = random() % 2 === 0 ? Math.min(kept.length, 16) : kept.length;
    return kept[kept.length - 1 - (random() % last)] ?? new Uint8Array();
  };
  while (fault === undefined && !isOver()) {
    const bytes = Uint8Array.from(mutator.mutate(pick));
    if (random() % 4 > 0) target.mend?.(bytes);
    play(bytes);
  }
  return { rounds, refused, reached: coverage.reached, slowestMs, kept, fault };
}

/** Those that were cut out of something else may need their checksums put right. */
function seedsOf({ seeds, mend }: Target): Uint8Array[] {
  const mended = mend === undefined ? [] : seeds().map((seed) => seed.slice());
  for (const seed of mended) mend?.(seed);
  return [...seeds(), ...mended];
}

function playCounted(
  { target, coverage }: HuntOptions,
  bytes: Uint8Array,
): { outcome: Outcome; tookMs: number } {
  coverage.clear();
  const start = performance.now();
  const outcome = playOnce(target, bytes);
  return { outcome, tookMs: performance.now() - start };
}

const SHORTEN_TRIES = 3000;

/** @returns a shorter input with the same fault. */
export function shorten(target: Target, { input, error }: Fault): Uint8Array {
  const wanted = nameOf(error);
  let best = input;
  let tries = 0;
  for (let piece = best.length >> 1; piece > 0; piece >>= 1) {
    for (let at = 0; at + piece <= best.length && tries < SHORTEN_TRIES; tries++) {
      const shorter = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + piece)]);
      const outcome = playOnce(target, shorter);
      if (outcome.kind === "fault" && nameOf(outcome.error) === wanted) best = shorter;
      else at += piece;
    }
  }
  return best;
}

/** The same fault: of the same kind, from the same line. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line] = /^ +at .*$/m.exec(error.stack ?? "") ?? [];
  return `${error.name} ${line}`;
}

/** @returns the shortest inputs that reach what these reach, and what the target begins with does not. */
export function reduce(target: Target, inputs: readonly Uint8Array[], coverage: Coverage): Uint8Array[] {
  coverage.forget();
  const isNews = (input: Uint8Array): boolean => {
    coverage.clear();
    playOnce(target, input);
    return coverage.isNews(true);
  };
  for (const seed of seedsOf(target)) isNews(seed);
  return inputs.toSorted((one, other) => one.length - other.length).filter(isNews);
}
