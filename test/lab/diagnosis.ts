/**
 * `vmac-ctl doctor` and `vmac-ctl probe` on a host of the lab, and what they said.
 *
 * @module
 */
import assert from "node:assert/strict";
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
const LISTEN_MS = 250;

/** @param listenMs less where nobody else can be heard. */
export function diagnose(
  network: Network,
  host: string,
  vips: readonly string[] = [],
  listenMs = LISTEN_MS,
): Said<"vmac.finding"> {
  return say(network, host, "vmac.finding", ["doctor", "--listen", `${listenMs}ms`, ...vips]);
}

/** The codes of findings, in their order. */
export function codesOf({ records }: Said<"vmac.finding">): string[] {
  return records.map(({ code }) => code);
}

/** @param when for the message. @throws if something is found, or something could not be looked at. */
export function mustBeClean(
  network: Network,
  when: string,
  host = "a",
  vips: readonly string[] = [],
  listenMs?: number,
): void {
  const { code, records, stderr } = diagnose(network, host, vips, listenMs);
  const found = records.map((finding) => `${finding.code}: ${finding.found}`);
  assert.deepEqual(found, [], when);
  assert.equal(code, 0, `${when}: ${stderr}`);
}

export function probePassage(
  network: Network,
  host: string,
  target: string,
  ...more: readonly string[]
): Said<"vmac.probed"> {
  return say(network, host, "vmac.probed", [
    "probe",
    "--listen",
    `${LISTEN_MS}ms`,
    "--target",
    target,
    ...more,
  ]);
}

function say<T extends KnownRecord["type"]>(
  network: Network,
  host: string,
  type: T,
  [command = "", ...more]: readonly string[],
): Said<T> {
  const argv = ["vmac-ctl", command, "-I", "eth0", "--vrid", String(VRID), ...more];
  const { code, stdout, stderr } = network.run(host, argv);
  const lines = stdout.split("\n").map((line) => parseLine(line));
  const records = lines.flatMap((line) => (line.kind === "record" ? [line.record] : []));
  return { code, records: ofType(records, type), stderr };
}
