/**
 * More ARP on the wire than anybody can write down: how much of it becomes lines of text, ours beside tcpdump, each by
 * itself with the same flood.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { costOf } from "../lab/crowd.ts";
import { Network } from "../lab/network.ts";
import { end, hasEnded, must, sleep, waitFor } from "../lab/shell.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";

const FLOOD = fileURLToPath(new URL("../lab/arp-flood.js", import.meta.url));
/** More than one processor sends. */
const PER_SECOND = 1_000_000;
const FRAMES = 200_000;
const HOSTS = 500;
/** For a listener that has opened its socket, but does not say so. */
const SETTLE_MS = 700;

const LISTENERS: Readonly<Record<string, readonly string[]>> = {
  "arp-listen": ["arp-listen", "-I", "eth0"],
  tcpdump: ["tcpdump", "-nn", "-e", "-i", "eth0", "arp"],
};

/** @returns of each listener in each round frames a second that it wrote down, their share, and processor time. */
export async function listenBeside(rounds: number): Promise<Rounds> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const contenders = Object.entries(LISTENERS).map(
      ([name, argv]): Contender => ({ name, run: () => hear(network, name, argv) }),
    );
    return await contest(contenders, rounds);
  } finally {
    await network.remove();
  }
}

async function hear(
  network: Network,
  name: string,
  argv: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const path = join(network.folder, `heard-${name}`);
  const output = openSync(path, "w");
  const listener = network.start("c", argv, ["ignore", output, "ignore"]);
  closeSync(output);
  await sleep(SETTLE_MS);
  const before = costOf([listener.pid!]).cpuMs;
  const { sent, tookMs } = await flood(network);
  await untilIdle(listener);
  const cpuMs = costOf([listener.pid!]).cpuMs - before;
  await end(listener, "SIGINT");
  const heard = countQuestions(path);
  rmSync(path);
  if (heard === 0) throw new Error(`${name} heard nothing of ${sent} frames`);
  return {
    "frames a second": (heard / tookMs) * 1000,
    "% of sent": (heard / sent) * 100,
    "cpu us a frame": (cpuMs / heard) * 1000,
  };
}

async function flood(network: Network): Promise<{ sent: number; tookMs: number }> {
  const told = join(network.folder, "flood");
  const command = `exec ${process.execPath} ${FLOOD} ${PER_SECOND} ${FRAMES} ${HOSTS} > ${told}`;
  const sender = network.start("a", ["sh", "-c", command], ["ignore", "ignore", "inherit"]);
  await waitFor("the flood to end", 60_000, () => hasEnded(sender) || undefined);
  const [sent, tookMs] = readFileSync(told, "utf8").split(" ").map(Number);
  return { sent: sent!, tookMs: tookMs! };
}

const LOOK_EVERY_MS = 100;

/** What waits in its buffer is heard too. */
async function untilIdle(listener: ChildProcess): Promise<void> {
  for (let before = -1; ; ) {
    const spent = costOf([listener.pid!]).cpuMs;
    if (spent === before) return;
    before = spent;
    await sleep(LOOK_EVERY_MS);
  }
}

/** One line for each question of the flood: other ARP of the lab is not counted. */
function countQuestions(path: string): number {
  return Number(must(["sh", "-c", `grep -c 10.255.255.255 ${path} || true`]));
}
