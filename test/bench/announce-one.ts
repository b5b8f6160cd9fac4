/**
 * What it costs to announce one address once, as a whole process: ours beside both arpings, and beside node alone.
 *
 * usage, in a namespace: node announce-one.js ROUNDS [HABETS-FOLDER]
 *
 * Runs itself there, so that entering the namespace is part of nobody's time.
 *
 * @module
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Network } from "../lab/network.ts";
import { inNamespace, must } from "../lab/shell.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";
import { timedRun } from "./timed-run.ts";

const ADDRESS = "192.0.2.1";
/** Habets arping ends with 1 after announcing: nobody answers an announcement. */
const NO_ANSWER = 1;

/** @returns `ms` of each contender in each round. */
export async function announceOne(rounds: number): Promise<Rounds> {
  const folder = mkdtempSync(join(tmpdir(), "viptools-bench-"));
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const habets = unpackHabetsArping(folder);
    const argv = [process.execPath, fileURLToPath(import.meta.url), String(rounds)];
    const told = must(
      inNamespace(network.host("a").namespace, habets === undefined ? argv : [...argv, habets]),
    );
    return new Map(JSON.parse(told) as [string, Record<string, number>[]][]);
  } finally {
    await network.remove();
    rmSync(folder, { recursive: true });
  }
}

/**
 * The other arping, which cannot be installed beside iputils': its package is unpacked where nobody finds it, with the
 * library that it needs.
 *
 * @returns where; undefined where it cannot be had.
 */
function unpackHabetsArping(folder: string): string | undefined {
  const unpack = 'for one in *.deb; do dpkg-deb -x "$one" habets; done';
  try {
    must(["sh", "-c", `cd ${folder} && apt-get -qq download arping libnet1 && ${unpack}`]);
    return join(folder, "habets");
  } catch {
    return undefined;
  }
}

/** Where Debian keeps libraries of this machine's architecture. */
function libraryPath(habets: string): string {
  return readdirSync(join(habets, "usr/lib"))
    .map((name) => join(habets, "usr/lib", name))
    .join(":");
}

function contender(name: string, argv: readonly string[], environment = {}): Contender {
  const run = async (): Promise<Record<string, number>> => {
    const { wallMs } = await timedRun(argv, { codes: [NO_ANSWER], environment });
    return { ms: wallMs };
  };
  return { name, run };
}

async function main(rounds: number, habets: string | undefined): Promise<void> {
  const contenders = [
    contender("node -e 0", [process.execPath, "-e", "0"]),
    contender("garp-send", ["garp-send", "-I", "eth0", ADDRESS]),
    contender("iputils arping", ["arping", "-U", "-c", "1", "-I", "eth0", ADDRESS]),
  ];
  if (habets !== undefined) {
    const argv = [join(habets, "usr/sbin/arping"), "-U", "-c", "1", "-i", "eth0", ADDRESS];
    contenders.push(contender("Habets arping", argv, { LD_LIBRARY_PATH: libraryPath(habets) }));
  }
  process.stdout.write(JSON.stringify([...(await contest(contenders, rounds))]));
}

if (process.argv[1]?.endsWith("announce-one.js")) await main(Number(process.argv[2]), process.argv[3]);
