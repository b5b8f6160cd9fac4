/**
 * A port that is closed for a known time, and what a client's records say of it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { KnownRecord, RecordOf } from "@viptools/records";
import type { Network } from "./network.ts";
import { monotonicUsOf, ofType } from "./record-log.ts";
import { attemptBeside, inNamespace } from "./shell.ts";

const CLOSE_PORT = fileURLToPath(new URL("./close-port.js", import.meta.url));

export interface Closure {
  readonly offUs: number;
  readonly onUs: number;
}

/** Takes a host's port away for this long, while others run beside it. */
export async function closePort(network: Network, host: string, lengthMs: number): Promise<Closure> {
  const argv = ["node", CLOSE_PORT, network.host(host).port, String(lengthMs)];
  const { code, stdout, stderr } = await attemptBeside(inNamespace(network.switchNamespace, argv));
  if (code !== 0) throw new Error(stderr);
  const [offUs, onUs] = stdout.split(" ").map(Number) as [number, number];
  return { offUs, onUs };
}

/** One kind by one target, as its records name it. */
export function nameOf({ kind, target }: Pick<RecordOf<"probe.back">, "kind" | "target">): string {
  return `${kind} ${target}`;
}

export interface Measured {
  /** How much longer or shorter the outage was than the closure. */
  readonly offByUs: number;
  /** The longer one of the two intervals between asks that the port's state changed in. */
  readonly intervalUs: number;
}

/** @param records of one client. @returns undefined if it tells of no outage around the closure. */
export function measuredOf(
  records: readonly KnownRecord[],
  name: string,
  { offUs, onUs }: Closure,
): Measured | undefined {
  const asks = ofType(records, "probe.asked")
    .filter((record) => nameOf(record) === name)
    .map((record) => monotonicUsOf(record));
  const back = ofType(records, "probe.back").find((record) => {
    const endUs = monotonicUsOf(record);
    return nameOf(record) === name && endUs > offUs && endUs - record.outage_ms * 1000 < onUs;
  });
  if (back === undefined) return undefined;
  const endUs = monotonicUsOf(back);
  const startUs = endUs - back.outage_ms * 1000;
  const before = (us: number): number => us - Math.max(...asks.filter((ask) => ask < us - 1));
  return {
    offByUs: back.outage_ms * 1000 - (onUs - offUs),
    intervalUs: Math.max(before(startUs), before(endUs)),
  };
}
