/**
 * Asks a target whether it is there.
 *
 * @module
 */
import type { Mac } from "@viptools/wire";

export interface Asker {
  /** Sends ask number `n`; one that cannot be sent is simply not answered. */
  ask(n: number): void;
  close(): void;
}

/** Told which ask was answered, and by which MAC if that is known; `n` is undefined where answers carry no number. */
export type OnAnswer = (n: number | undefined, mac: Mac | undefined) => void;
