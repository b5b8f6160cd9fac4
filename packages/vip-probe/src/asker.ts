/**
 * Asks a target whether it is there.
 *
 * @module
 */
import type { Mac } from "@viptools/wire";

export interface Asker {
  /** Sends ask number `n`; one that cannot be sent is simply not answered. */
  ask(n: number): void;
  /** Reads the answers that wait already, where that can be done. */
  drain(): void;
  close(): void;
}

/**
 * Told which ask was answered, and by which MAC if that is known; `n` is undefined where answers carry no number.
 * `atUs` is when the kernel took the answer, microseconds of CLOCK_MONOTONIC; undefined where only now is known.
 */
export type OnAnswer = (n: number | undefined, mac: Mac | undefined, atUs?: number) => void;
