/**
 * Bad adverts for virtual routers of which no good one was heard: pure. One who invents numbers gets one place for all of
 * them, VRID 0, untagged.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import { TroubleLog } from "../trouble-log.ts";
import type { Cause } from "./differences.ts";
import type { BadAdvert } from "./sighting.ts";
import { troubleRecord } from "./virtual-router.ts";

export class Strangers {
  readonly #limit: number;
  readonly #logs = new Map<string, TroubleLog<Cause>>();

  /** @param limit how many get a place of their own. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param base of the segment. @returns a record, if it is time for one. */
  reject(base: string, segment: string, bad: BadAdvert, nowUs: number): RecordBody[] {
    const { family, vrid, cause, source, detail } = bad;
    const own = `${segment}/${family}/${vrid}`;
    const hasRoom = this.#logs.has(own) || this.#logs.size < this.#limit;
    const instance = hasRoom ? own : `${base}/${family}/0`;
    const log = this.#logs.get(instance) ?? new TroubleLog<Cause>();
    this.#logs.set(instance, log);
    const trouble = log.note(cause, source, hasRoom ? detail : `VRID ${vrid}: ${detail}`, nowUs);
    return trouble === undefined ? [] : [troubleRecord("vrrp.rejected", instance, trouble)];
  }

  /** What was held back, and is old enough by now. */
  due(nowUs: number): RecordBody[] {
    return [...this.#logs].flatMap(([instance, log]) =>
      log.due(nowUs).map((trouble) => troubleRecord("vrrp.rejected", instance, trouble)),
    );
  }
}
