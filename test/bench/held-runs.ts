/**
 * Short runs of the tools, each beside a program that does the same without us, or something as plain.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Network } from "../lab/network.ts";
import { recordLine } from "../lab/record-log.ts";
import { inNamespace } from "../lab/shell.ts";
import { writeArpCapture } from "./arp-captures.ts";
import type { Held } from "./budget.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";
import { cpuRun, type Spent } from "./cpu-run.ts";

/** What sends or hears on a network is not among them: the kernel books what it does for others' frames on whoever runs. */
export const HELD: readonly Held[] = [
  { what: "start of garp-send", ours: "garp-send", by: "node" },
  { what: "start of vmac-ctl", ours: "vmac-ctl", by: "node" },
  { what: "capture from file to text", ours: "arp-listen", by: "tcpdump" },
  { what: "records through vmac-ctl", ours: "vmac-ctl follow", by: "plain reader" },
  { what: "frames to values and back", ours: "wire", by: "json" },
];

const FRAMES = 100_000;
const RECORDS = 40_000;
const CODED = 8000;
/** JSON is quicker; without more of it, it is the start of node that would be measured. */
const CODED_AS_JSON = 80_000;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Both share one processor, turn by turn: whatever makes one of them slow, makes the other one slow too. */
const ON_ONE_PROCESSOR = ["taskset", "--cpu-list", "0"];

/** @returns `ratio` of each of these in each round. */
export async function heldRuns(held: readonly Held[], rounds: number): Promise<Rounds> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const runs = runsOf(network);
    const contenders = held.map(({ what, ours, by }): Contender => {
      const run = async (): Promise<Record<string, number>> => {
        const [one, other] = await Promise.all([runs[ours]!(), runs[by]!()]);
        return { ratio: one.cpuMs / other.cpuMs };
      };
      return { name: what, run };
    });
    return await contest(contenders, rounds, 0);
  } finally {
    await network.remove();
  }
}

function runsOf(network: Network): Readonly<Record<string, () => Promise<Spent>>> {
  const { capture, records } = writeInputs(network.folder);
  const through = inNamespace(network.host("a").namespace, ON_ONE_PROCESSOR);
  const run = (argv: readonly string[], input = "/dev/null") => {
    return async (): Promise<Spent> => await cpuRun(argv, { input, through });
  };
  const node = process.execPath;
  return {
    node: run([node, "-e", "0"]),
    "garp-send": run(["garp-send", "--dry-run", "-I", "eth0", "--mac", "vrid:51", "192.0.2.100"]),
    "vmac-ctl": run(["vmac-ctl", "up", "--dry-run", "-I", "eth0", "--vrid", "51", "192.0.2.100"]),
    "arp-listen": run(["arp-listen", "-r", capture]),
    tcpdump: run(["tcpdump", "-nn", "-e", "-r", capture]),
    "plain reader": run([node, here("plain-reader.js")], records),
    "vmac-ctl follow": run(["vmac-ctl", "follow"], records),
    wire: run([node, here("code-frames.js"), "wire", String(CODED)]),
    json: run([node, here("code-frames.js"), "json", String(CODED_AS_JSON)]),
  };
}

function writeInputs(folder: string): Readonly<Record<"capture" | "records", string>> {
  const [capture, records] = ["arp.pcap", "records"].map((name) => join(folder, name));
  writeArpCapture(capture!, { frames: FRAMES, hosts: 500 });
  const check = { type: "track.state", ok: true, weight: 10, detail: "200 OK", took_ms: 1.25 };
  const lines = Array.from({ length: RECORDS }, (_, n) =>
    recordLine({ ...check, name: `web${n % 20}`, seq: n + 1 }),
  );
  writeFileSync(records!, lines.join(""));
  return { capture: capture!, records: records! };
}
