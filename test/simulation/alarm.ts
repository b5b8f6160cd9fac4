/**
 * The one timer of a host, which may ring late. It is not moved each time that a deadline is put off: one that fires too
 * early looks again.
 *
 * @module
 */
import type { Agenda } from "./agenda.ts";

export interface AlarmOptions {
  readonly agenda: Agenda;
  /** Network time of the next deadline. */
  readonly dueUs: () => number | undefined;
  /** How late it is this time. */
  readonly lateUs: () => number;
  readonly ring: () => void;
}

export class Alarm {
  readonly #options: AlarmOptions;
  /** Network time at which it fires; Infinity if it is not set. */
  #atUs = Infinity;
  #isLate = false;
  #settings = 0;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** To be called when the next deadline may have come nearer. */
  arm(): void {
    if (this.#isLate) return;
    const dueUs = this.#options.dueUs();
    if (dueUs === undefined || this.#atUs <= dueUs) return;
    this.#set(dueUs, () => this.#fire());
  }

  clear(): void {
    this.#settings += 1;
    this.#atUs = Infinity;
    this.#isLate = false;
  }

  #fire(): void {
    const { agenda, dueUs, lateUs, ring } = this.#options;
    const nextUs = dueUs();
    if (nextUs === undefined) return;
    if (nextUs > agenda.nowUs) {
      this.arm();
      return;
    }
    this.#set(agenda.nowUs + lateUs(), ring);
    this.#isLate = true;
  }

  #set(atUs: number, act: () => void): void {
    const setting = ++this.#settings;
    this.#atUs = atUs;
    this.#options.agenda.at(atUs, () => {
      if (setting !== this.#settings) return;
      this.clear();
      act();
    });
  }
}
