/**
 * Records as an elector of this boot would write them, from what a script says.
 *
 * @module
 */
import { monotonicNs, readBootId } from "@viptools/kernel";
import { type KnownRecord, parseLine } from "@viptools/records";
import { virtualMac } from "@viptools/wire";
import { instanceOf, type Told, type VirtualRouter } from "./script.ts";

const LATE_NS = 3_600_000_000_000n;
const STALE_MS = 250;
const PREPARE_WITHIN_MS = 60;

/** One elector: counts its epochs and its records. */
export class RecordLines {
  readonly #bootId = readBootId();
  readonly #pid: number;
  readonly #claims = new Map<string, { epoch: number; vips: readonly string[]; vmac: string | null }>();
  #seq = 0;

  /** @param pid of the elector: of two, a follower believes the one that spoke last. */
  constructor(pid: number) {
    this.#pid = pid;
  }

  /** A record that asks for nothing. */
  heartbeat(): string {
    return this.#line({ type: "vrrp.alive", instances: [], epoch: [], boot_id: this.#bootId });
  }

  lineOf(told: Told): string {
    const instance = instanceOf(told.router);
    const { epoch, vips, vmac } = this.#claims.get(instance) ?? { epoch: 0, vips: [], vmac: null };
    const boot_id = this.#bootId;
    const lease = { type: "vrrp.lease", instances: [instance], epoch: [epoch], boot_id };
    switch (told.type) {
      case "state":
        return this.#state(told, epoch + 1);
      case "prepare":
        return this.#line({
          type: "vrrp.prepare",
          instance,
          epoch,
          vips,
          vmac,
          within_ms: PREPARE_WITHIN_MS,
          boot_id,
        });
      case "lease":
        return this.#line({
          ...lease,
          valid_ms: told.validMs,
          ...(told.kind === "" ? {} : { [told.kind]: true }),
        });
      case "stale":
        if (told.why === "late") return this.#line({ ...lease, valid_ms: STALE_MS }, LATE_NS);
        if (told.why === "foreign boot")
          return this.#line({ ...lease, valid_ms: STALE_MS, boot_id: "another" });
        return this.#line({ ...lease, valid_ms: STALE_MS, epoch: [Math.max(0, epoch - 1)] });
    }
  }

  #state({ state, router, vips, hasVmac }: Told & { type: "state" }, epoch: number): string {
    const instance = instanceOf(router);
    const vmac = hasVmac ? macOf(router) : null;
    this.#claims.set(instance, { epoch, vips, vmac });
    return this.#line({
      type: "vrrp.state",
      instance,
      interface: "eth0",
      ...router,
      version: 3,
      state,
      previous: "backup",
      reason: "startup",
      priority: 100,
      vips,
      vmac,
      epoch,
      boot_id: this.#bootId,
    });
  }

  /** @param agoNs how long ago it was written. */
  #line(body: Readonly<Record<string, unknown>>, agoNs = 0n): string {
    this.#seq += 1;
    const head = {
      v: 1,
      tool: "vrrp-elect",
      host: "a",
      pid: this.#pid,
      ts: "2026-11-25T00:00:00.000000000Z",
    };
    const mono_ns = String(monotonicNs() - agoNs);
    const line = JSON.stringify({ ...head, mono_ns, seq: this.#seq, ...body });
    if (parseLine(line).kind !== "record") throw new Error(`this is no record: ${line}`);
    return line;
  }
}

function macOf({ family, vrid }: VirtualRouter): string {
  return virtualMac(family, vrid);
}

/** @returns the records among the lines that a tool has written. */
export function recordsAmong(lines: readonly string[]): KnownRecord[] {
  return lines.flatMap((line) => {
    const parsed = parseLine(line);
    return parsed.kind === "record" ? [parsed.record] : [];
  });
}
