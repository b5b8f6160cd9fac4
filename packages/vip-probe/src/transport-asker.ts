/**
 * Asks by TCP or UDP, each time from a port of its own: so every answer says what it answers, whatever it says.
 *
 * @module
 */
import type { OpenQuestion, TransportAnswer } from "@viptools/kernel";
import type { Asker, OnAnswer } from "./asker.ts";
import type { Hints } from "./hints.ts";

export interface TransportOptions {
  /** How long a question stays open, microseconds. */
  readonly graceUs: number;
  /** A refusal is no answer: not the address is asked for, but the service. */
  readonly needsService: boolean;
  readonly everyUs: number;
}

/** @param open asks once. */
export function transportAsker(
  open: (onAnswer: (answer: TransportAnswer) => void) => OpenQuestion,
  { graceUs, needsService, everyUs }: TransportOptions,
  onAnswer: OnAnswer,
  hints: Hints,
): Asker {
  const questions = new Map<number, { question: OpenQuestion; timer: NodeJS.Timeout }>();
  const end = (n: number): void => {
    const asked = questions.get(n);
    if (asked === undefined) return;
    questions.delete(n);
    clearTimeout(asked.timer);
    asked.question.close();
  };
  return {
    ask: (n) => {
      const question = open((answer) => {
        if (answer === "taken" || !needsService) {
          onAnswer(n, undefined);
          hints.hearAnswer(answer === "refused", everyUs);
        }
        end(n);
      });
      questions.set(n, { question, timer: setTimeout(() => end(n), graceUs / 1000) });
    },
    drain: () => {},
    close: () => {
      for (const n of [...questions.keys()]) end(n);
    },
  };
}
