/**
 * A flood of ARP on the wire, and what arp-listen hears of it.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { costOf } from "../lab/crowd.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { Network } from "../lab/network.ts";
import { hasEnded, sleep, waitFor } from "../lab/shell.ts";

const FLOOD = fileURLToPath(new URL("../lab/arp-flood.js", import.meta.url));
const HOSTS = 500;
const SETTLE_MS = 1000;
const LOOK_EVERY_MS = 250;

/** What became of a flood. */
export interface Heard {
  readonly sent: number;
  readonly sentPerSecond: number;
  readonly heard: number;
  /** What the kernel could not queue, by the tool's own count. */
  readonly dropped: number;
  /** Memory after a tenth of the time, and the most after that. */
  readonly earlyMib: number;
  readonly lateMib: number;
}

export async function listenLive(perSecond: number, seconds: number): Promise<Heard> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    return await flood(network, perSecond, seconds);
  } finally {
    await network.remove();
  }
}

async function flood(network: Network, perSecond: number, seconds: number): Promise<Heard> {
  const listener = new FedTool(network, "c", ["arp-listen", "-I", "eth0", "--json"]);
  await sleep(SETTLE_MS);
  const told = join(network.folder, "flood");
  const argv = [
    "sh",
    "-c",
    `exec ${process.execPath} ${FLOOD} ${perSecond} ${perSecond * seconds} ${HOSTS} > ${told}`,
  ];
  const sender = network.start("a", argv, ["ignore", "ignore", "inherit"]);
  const startMs = Date.now();
  let [earlyMib, lateMib] = [0, 0];
  while (!hasEnded(sender)) {
    await sleep(LOOK_EVERY_MS);
    const mib = costOf([listener.pid]).residentMib;
    if (Date.now() - startMs <= seconds * 100) earlyMib = mib;
    else lateMib = Math.max(lateMib, mib);
  }
  await sleep(SETTLE_MS);
  const { seen = 0, capture_dropped: dropped = 0 } = await listener.counters();
  listener.signal("SIGINT");
  await listener.ended();
  const { sent, tookMs } = await waitFor("the sender's count", 1000, () => readCount(told));
  return { sent, sentPerSecond: (sent / tookMs) * 1000, heard: seen, dropped, earlyMib, lateMib };
}

/** How many the kernel took, and in how many milliseconds. */
function readCount(path: string): { sent: number; tookMs: number } | undefined {
  const found = /^(\d+) (\d+)\n/.exec(readFileSync(path, "utf8"));
  return found === null ? undefined : { sent: Number(found[1]), tookMs: Number(found[2]) };
}
