/**
 * Plays all combinations on clients at one switch.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { monotonicUs } from "@viptools/kernel";
import type { RecordOf } from "@viptools/records";
import { FedTool } from "../lab/fed-tool.ts";
import type { Network } from "../lab/network.ts";
import { monotonicUsOf, ofType } from "../lab/record-log.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { AIMS, aimsAt, type Cell, CLIENT_NAMES, type ClientName } from "./cells.ts";
import { arrangeNew, arrangeOld, misarranged, prepareClients, readTables, type Tables } from "./clients.ts";
import { FORMS } from "./forms.ts";

const SENDER = fileURLToPath(new URL("../lab/send-lines.js", import.meta.url));
export const HOSTS: readonly string[] = ["sender", ...CLIENT_NAMES];
const LOCKTIME_MS = 1000;
/** Of locktime, what may have passed between the first fresh entry and the last packet. */
const FRESH_FOR_MS = 950;
const TRIES = 15;
const PATIENCE_MS = 10_000;
const WARM_UP_ADDRESS = "192.0.2.99";
const AIMED_AT: ReadonlySet<string> = new Set(AIMS.map(({ ip }) => ip));

/** A cell, and what `arp-listen --kernel` said of it on that client. */
export interface HeardCell extends Cell {
  readonly verdict: RecordOf<"arp.kernel">;
}

type Listeners = Readonly<Record<ClientName, FedTool>>;
type Verdicts = ReadonlyMap<string, RecordOf<"arp.kernel">>;

/**
 * @returns every combination at every client that is looked at.
 * @throws {Error} if on a busy machine the entries never were in their states when the packets came, and what was wrong.
 */
export async function playAll(network: Network): Promise<HeardCell[]> {
  prepareClients(network);
  const listeners = Object.fromEntries(
    CLIENT_NAMES.map((client) => [
      client,
      new FedTool(network, client, ["arp-listen", "-I", "eth0", "--kernel", "--json"]),
    ]),
  ) as Listeners;
  const sender = network.start("sender", ["node", SENDER], ["pipe", "ignore", "inherit"]);
  await warmUp(sender, listeners);
  const failures: string[] = [];
  while (failures.length < TRIES) {
    const result = await playOnce(network, sender, listeners);
    if (typeof result !== "string") return result;
    failures.push(result);
  }
  throw new Error(`the scene could not be set in ${TRIES} tries:\n${failures.join("\n")}`);
}

function send(sender: ChildProcess, frames: readonly Uint8Array[]): void {
  for (const frame of frames) sender.stdin!.write(`${Buffer.from(frame).toString("hex")}\n`);
}

/** Until every listener has heard something. */
async function warmUp(sender: ChildProcess, listeners: Listeners): Promise<void> {
  for (const tool of Object.values(listeners))
    await waitFor("a listener", PATIENCE_MS, () => {
      send(sender, [FORMS[0]!.frame(WARM_UP_ADDRESS)]);
      return ofType(tool.records(), "arp.kernel").length > 0 || undefined;
    });
}

/** @returns the cells, or what went wrong. */
async function playOnce(
  network: Network,
  sender: ChildProcess,
  listeners: Listeners,
): Promise<HeardCell[] | string> {
  arrangeOld(network);
  await sleep(LOCKTIME_MS + 300);
  const freshSinceUs = monotonicUs();
  arrangeNew(network);
  const before = readTables(network);
  const wrong = misarranged(before);
  if (wrong.length > 0) return wrong.slice(0, 3).join(", ");
  const untilJudged = CLIENT_NAMES.map(
    async (client) => [client, await listenFor(listeners[client])] as const,
  );
  send(
    sender,
    AIMS.map(({ form, ip }) => form.frame(ip)),
  );
  const verdicts = Object.fromEntries(await Promise.all(untilJudged)) as Record<ClientName, Verdicts>;
  const tookMs = (lastHeardUs(verdicts) - freshSinceUs) / 1000;
  if (tookMs > FRESH_FOR_MS)
    return `the last packet came ${Math.round(tookMs)} ms after the first fresh entry`;
  return collect(before, readTables(network), verdicts);
}

/** @returns what a tool says from now on, by address, when it has spoken of all. */
async function listenFor(tool: FedTool): Promise<Verdicts> {
  const read = (): RecordOf<"arp.kernel">[] =>
    ofType(tool.records(), "arp.kernel").filter(({ ip }) => AIMED_AT.has(ip));
  const start = read().length;
  const said = await waitFor(`${AIMS.length} verdicts`, PATIENCE_MS, () => {
    const all = read().slice(start);
    return all.length >= AIMS.length ? all : undefined;
  });
  return new Map(said.map((verdict) => [verdict.ip, verdict]));
}

function lastHeardUs(verdicts: Readonly<Record<ClientName, Verdicts>>): number {
  return Math.max(...Object.values(verdicts).flatMap((said) => [...said.values()].map(monotonicUsOf)));
}

/** No packet takes an entry away: one that is gone was forgotten by a kernel that has too many. */
function collect(
  before: Tables,
  after: Tables,
  verdicts: Readonly<Record<ClientName, Verdicts>>,
): HeardCell[] | string {
  const cells = CLIENT_NAMES.flatMap((client) =>
    aimsAt(client).map((aim) => ({
      ...aim,
      client,
      before: before[client].get(aim.ip),
      after: after[client].get(aim.ip),
      verdict: verdicts[client].get(aim.ip)!,
    })),
  );
  const lost = cells.find((cell) => cell.before !== undefined && cell.after === undefined);
  return lost === undefined ? cells : `${lost.ip} at ${lost.client} is gone`;
}
