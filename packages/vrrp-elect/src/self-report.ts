/**
 * What a virtual router says of itself, as records: pure.
 *
 * @module
 */
import {
  formatInstance,
  formatVip,
  type RecordBody,
  type RecordOf,
  type VrrpStateName,
} from "@viptools/records";
import { virtualMac } from "@viptools/wire";
import type { RouterOptions } from "./options.ts";

/** Who reports, and of which boot its clock is. */
export interface Reporter extends RouterOptions {
  readonly bootId: string;
}

/** A change of state, with whom we heard last if that is who is Active now. */
export interface Change {
  readonly from: VrrpStateName;
  readonly to: VrrpStateName;
  readonly reason: string;
  readonly epoch: number;
  readonly active: { readonly address: string; readonly priority: number } | undefined;
}

export function instanceOf({ interfaceName, vrid }: RouterOptions): string {
  return formatInstance({ interface: interfaceName, family: 4, vrid });
}

export function stateRecord(reporter: Reporter, { from, to, reason, epoch, active }: Change): RecordBody {
  const { version, vrid, priority, interfaceName, vips, bootId } = reporter;
  const other =
    active === undefined ? {} : { active_address: active.address, active_priority: active.priority };
  return {
    type: "vrrp.state",
    instance: instanceOf(reporter),
    interface: interfaceName,
    family: 4,
    vrid,
    version,
    state: to,
    previous: from,
    reason,
    priority,
    ...other,
    vips: vips.map(formatVip),
    vmac: virtualMac(4, vrid),
    epoch,
    boot_id: bootId,
  };
}

export function leaseRecord(reporter: Reporter, epoch: number, validUs: number): RecordBody {
  return { type: "vrrp.lease", ...members(reporter, epoch), valid_ms: validUs / 1000 };
}

export function aliveRecord(reporter: Reporter, epoch: number): RecordBody {
  return { type: "vrrp.alive", ...members(reporter, epoch) };
}

type Members = Pick<RecordOf<"vrrp.alive">, "instances" | "epoch" | "boot_id">;

function members(reporter: Reporter, epoch: number): Members {
  return { instances: [instanceOf(reporter)], epoch: [epoch], boot_id: reporter.bootId };
}
