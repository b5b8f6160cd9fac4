/**
 * What virtual routers say of themselves, as records: pure.
 *
 * @module
 */
import { formatVip, type RecordBody, type RecordOf, type VrrpStateName } from "@viptools/records";
import type { RouterOptions } from "./router-options.ts";

/** Who reports, and of which boot its clock is. */
export interface Reporter {
  readonly options: RouterOptions;
  /** Effective priority. */
  readonly priority: number;
  readonly epoch: number;
  readonly bootId: string;
}

/** A change of state, with whom we heard last if that is who is Active now. */
export interface Change {
  readonly from: VrrpStateName;
  readonly to: VrrpStateName;
  readonly reason: string;
  readonly active: { readonly address: string; readonly priority: number } | undefined;
}

export function stateRecord(reporter: Reporter, { from, to, reason, active }: Change): RecordBody {
  const { options, priority, epoch, bootId } = reporter;
  const { instance, interfaceName, family, vrid, version, vips, vmac } = options;
  const other =
    active === undefined ? {} : { active_address: active.address, active_priority: active.priority };
  return {
    type: "vrrp.state",
    instance,
    interface: interfaceName,
    family,
    vrid,
    version,
    state: to,
    previous: from,
    reason,
    priority,
    ...other,
    vips: vips.map(formatVip),
    vmac,
    epoch,
    boot_id: bootId,
  };
}

export function prepareRecord({ options, epoch, bootId }: Reporter, withinUs: number): RecordBody {
  const { instance, vips, vmac } = options;
  return {
    type: "vrrp.prepare",
    instance,
    epoch,
    vips: vips.map(formatVip),
    vmac,
    within_ms: withinUs / 1000,
    boot_id: bootId,
  };
}

/** Which instance, in which of its epochs. */
export interface Member {
  readonly instance: string;
  readonly epoch: number;
}

export type LeaseKind = "speaking" | "leaving" | "settling";

export function leaseRecord(
  members: readonly Member[],
  kind: LeaseKind,
  validUs: number,
  bootId: string,
): RecordBody {
  return {
    type: "vrrp.lease",
    ...columns(members),
    valid_ms: validUs / 1000,
    ...(kind === "speaking" ? {} : { [kind]: true }),
    boot_id: bootId,
  };
}

export function aliveRecord(members: readonly Member[], bootId: string): RecordBody {
  return { type: "vrrp.alive", ...columns(members), boot_id: bootId };
}

function columns(members: readonly Member[]): Pick<RecordOf<"vrrp.alive">, "instances" | "epoch"> {
  return { instances: members.map(({ instance }) => instance), epoch: members.map(({ epoch }) => epoch) };
}
