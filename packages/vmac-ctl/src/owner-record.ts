/**
 * What vmac-ctl says about a virtual router it owns: pure.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import type { Claim } from "./owner-table.ts";
import type { Done } from "./ownership.ts";
import type { Plan } from "./plan.ts";

export type OwnerVerb = "vmac.up" | "vmac.prepared" | "vmac.down" | "vmac.fenced" | "vmac.repaired";

/** Records stay below the size of an atomic write. */
const CHANGES_MAX = 64;

/** @param found what was otherwise than it should be; told of a repair. */
export function ownerRecord(
  type: OwnerVerb,
  { instance, epoch, vips }: Pick<Claim, "instance" | "epoch" | "vips">,
  { mode, interfaceName, parent, mac }: Pick<Plan, "mode" | "interfaceName" | "parent" | "mac">,
  { changes, tookUs }: Done,
  found: readonly string[] = [],
): RecordBody {
  const fields = {
    instance,
    epoch,
    mode,
    interface: interfaceName,
    parent,
    mac,
    vips: [...vips],
    took_us: tookUs,
    changes: abridged(changes),
  };
  return type === "vmac.repaired" ? { type, ...fields, found: abridged(found) } : { type, ...fields };
}

/** @returns what a record has room for; the journal has all. */
export function abridged(changes: readonly string[]): string[] {
  const left = changes.length - CHANGES_MAX;
  return left > 0 ? [...changes.slice(0, CHANGES_MAX), `and ${left} more`] : [...changes];
}
