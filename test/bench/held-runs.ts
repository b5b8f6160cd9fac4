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
import { type CpuRunOptions, cpuRun } from "./cpu-run.ts";

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

/** @returns `cpuMs` of each contender that these need, in each round. */
export async function heldRuns(held: readonly Held[], rounds: number): Promise<Rounds> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const names = new Set(held.flatMap(({ ours, by }) => [ours, by]));
    const contenders = contendersOf(network).filter(({ name }) => names.has(name));
    return await contest(contenders, rounds, 0);
  } finally {
    await network.remove();
  }
}

function contendersOf(network: Network): Contender[] {
  const { capture, records } = writeInputs(network.folder);
  const output = join(network.folder, "output");
  const through = inNamespace(network.host("a").namespace, []);
  const run = (name: string, argv: readonly string[], options: CpuRunOptions = {}): Contender => ({
    name,
    run: async () => ({ ...(await cpuRun(argv, { output, through, ...options })) }),
  });
  const node = process.execPath;
  return [
    run("node", [node, "-e", "0"]),
    run("garp-send", ["garp-send", "--dry-run", "-I", "eth0", "--mac", "vrid:51", "192.0.2.100"]),
    run("vmac-ctl", ["vmac-ctl", "up", "--dry-run", "-I", "eth0", "--vrid", "51", "192.0.2.100"]),
    run("arp-listen", ["arp-listen", "-r", capture]),
    run("tcpdump", ["tcpdump", "-nn", "-e", "-r", capture]),
    run("plain reader", [node, here("plain-reader.js")], { input: records }),
    run("vmac-ctl follow", ["vmac-ctl", "follow"], { input: records }),
    run("wire", [node, here("code-frames.js"), "wire", String(CODED)]),
    run("json", [node, here("code-frames.js"), "json", String(CODED_AS_JSON)]),
  ];
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
