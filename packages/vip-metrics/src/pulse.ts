/**
 * What the service manager is told, and when: pure.
 *
 * Life is what comes out at the end of the pipe, and nothing else: a timer would go on beating in front of a frozen tool.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";

/** What `systemctl status` can show in a line. */
const SHOWN_INSTANCES = 8;

export class Pulse {
  readonly #expected: ReadonlySet<string>;
  /** Those that have not spoken since the last beat. */
  #silent: Set<string>;
  readonly #states = new Map<string, string>();
  #isReady = false;

  /** @param expected tools that all have to speak between two beats; none: any record is a beat. */
  constructor(expected: readonly string[]) {
    this.#expected = new Set(expected);
    this.#silent = new Set(expected);
  }

  /** @returns assignments as of sd_notify(3), none if there is nothing to tell. */
  note(record: KnownRecord): string[] {
    return [
      ...(record.type === "vrrp.state" ? this.#noteState(record.instance, record.state) : []),
      ...this.#beat(record.tool),
    ];
  }

  #noteState(instance: string, state: string): string[] {
    if (this.#states.size < SHOWN_INSTANCES || this.#states.has(instance)) this.#states.set(instance, state);
    const status = [...this.#states].map(([name, word]) => `${name} ${word}`).join(", ");
    const isFirst = !this.#isReady && state !== "initialize";
    this.#isReady ||= isFirst;
    return [...(isFirst ? ["READY=1"] : []), `STATUS=${status}`];
  }

  #beat(tool: string): string[] {
    this.#silent.delete(tool);
    if (this.#silent.size > 0) return [];
    this.#silent = new Set(this.#expected);
    return ["WATCHDOG=1"];
  }
}
