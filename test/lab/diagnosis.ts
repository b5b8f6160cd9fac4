/**
 * `vmac-ctl doctor` and `vmac-ctl probe` on a host of the lab, and what they said.
 *
 * @module
 */
import { type KnownRecord, parseLine, type RecordOf } from "@viptools/records";
import type { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import { VRID } from "./router.ts";

export interface Said<T extends KnownRecord["type"]> {
  readonly code: number;
  readonly records: readonly RecordOf<T>[];
  readonly stderr: string;
}

/** Several adverts of the lab's routers. */
const LISTEN = "250ms";

export function diagnose(network: Network, host: string, ...vips: readonly string[]): Said<"vmac.finding"> {
  return say(network, host, "vmac.finding", ["doctor", ...vips]);
}

export function probePassage(
  network: Network,
  host: string,
  target: string,
  ...more: readonly string[]
): Said<"vmac.probed"> {
  return say(network, host, "vmac.probed", ["probe", "--target", target, ...more]);
}

function say<T extends KnownRecord["type"]>(
  network: Network,
  host: string,
  type: T,
  [command = "", ...more]: readonly string[],
): Said<T> {
  const argv = ["vmac-ctl", command, "-I", "eth0", "--vrid", String(VRID), "--listen", LISTEN, ...more];
  const { code, stdout, stderr } = network.run(host, argv);
  const lines = stdout.split("\n").map((line) => parseLine(line));
  const records = lines.flatMap((line) => (line.kind === "record" ? [line.record] : []));
  return { code, records: ofType(records, type), stderr };
}
