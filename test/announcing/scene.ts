/**
 * Plays all combinations on clients at one switch, and reads from iproute2 what their tables say afterwards.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RecordOf } from "@viptools/records";
import { FedTool } from "../lab/fed-tool.ts";
import type { Network } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import {
  AIMS,
  type Aim,
  type Cell,
  CLIENT_NAMES,
  CLIENTS,
  type ClientName,
  SHOWN,
  type ShownEntry,
  type State,
} from "./cells.ts";
import { CLIENTS_ADDRESS, FORMS, OLD_MAC } from "./forms.ts";

const SENDER = fileURLToPath(new URL("../lab/send-lines.js", import.meta.url));
export const HOSTS: readonly string[] = ["sender", ...CLIENT_NAMES];
const LOCKTIME_MS = 1000;
/** Of a locktime, what may have passed between the first fresh entry and the last packet. */
const FRESH_FOR_MS = 800;
const TRIES = 10;
const PATIENCE_MS = 10_000;
const WARM_UP_ADDRESS = "192.0.2.99";
/** Long enough for an entry to wait in INCOMPLETE, short enough for another to have failed before its locktime is over. */
const ASK_AGAIN_MS = 400;
const AIMED_AT: ReadonlySet<string> = new Set(AIMS.map(({ ip }) => ip));

/** A cell, and what `arp-listen --kernel` said of it on that client. */
export interface HeardCell extends Cell {
  readonly verdict: RecordOf<"arp.kernel">;
}

type Listeners = Readonly<Record<ClientName, FedTool>>;

/** @returns every combination at every client. @throws {Error} if the machine is too busy to have a fresh entry at all. */
export async function playAll(network: Network): Promise<HeardCell[]> {
  for (const client of CLIENT_NAMES) prepareClient(network, client);
  const listeners = Object.fromEntries(
    CLIENT_NAMES.map((client) => [
      client,
      new FedTool(network, client, ["arp-listen", "-I", "eth0", "--kernel", "--json"]),
    ]),
  ) as Listeners;
  const sender = network.start("sender", ["node", SENDER], ["pipe", "ignore", "inherit"]);
  await warmUp(sender, listeners);
  for (let n = 0; n < TRIES; n++) {
    const cells = await playOnce(network, sender, listeners);
    if (cells !== undefined) return cells;
  }
  throw new Error(`in ${TRIES} tries not all entries were in their states when the packets came`);
}

function prepareClient(network: Network, client: ClientName): void {
  network.command(client, `ip address add ${CLIENTS_ADDRESS}/32 dev lo`);
  for (const [path, value] of Object.entries(CLIENTS[client])) network.setSysctl(client, path, value);
  for (const family of ["ipv4", "ipv6"])
    network.setSysctl(client, `${family}/neigh/eth0/retrans_time_ms`, ASK_AGAIN_MS);
}

/** Until every listener has heard something. */
async function warmUp(sender: ChildProcess, listeners: Listeners): Promise<void> {
  const frame = FORMS[0]!.frame(WARM_UP_ADDRESS);
  for (const tool of Object.values(listeners))
    await waitFor("a listener", PATIENCE_MS, () => {
      sender.stdin!.write(`${Buffer.from(frame).toString("hex")}\n`);
      return ofType(tool.records(), "arp.kernel").length > 0 || undefined;
    });
}

/** @returns undefined if an entry was not in its state in time. */
async function playOnce(
  network: Network,
  sender: ChildProcess,
  listeners: Listeners,
): Promise<HeardCell[] | undefined> {
  for (const client of CLIENT_NAMES) arrangeOld(network, client);
  await sleep(LOCKTIME_MS + 300);
  const freshSince = performance.now();
  for (const client of CLIENT_NAMES) arrangeNew(network, client);
  const before = readTables(network);
  if (!isArranged(before)) return undefined;
  const heard = countVerdicts(listeners);
  for (const { form, ip } of AIMS) sender.stdin!.write(`${Buffer.from(form.frame(ip)).toString("hex")}\n`);
  const verdicts = await untilJudged(listeners, heard);
  if (performance.now() - freshSince > FRESH_FOR_MS) return undefined;
  const after = readTables(network);
  return CLIENT_NAMES.flatMap((client) =>
    AIMS.map((aim) => ({
      ...aim,
      client,
      before: before[client].get(aim.ip),
      after: after[client].get(aim.ip),
      verdict: verdicts[client].get(aim.ip)!,
    })),
  );
}

const aimsIn = (...states: State[]): Aim[] => AIMS.filter(({ state }) => states.includes(state));

/** Entries that have to be some time in their state. Who asks in vain once, fails. */
function arrangeOld(network: Network, client: ClientName): void {
  for (const nud of ["permanent", "all"])
    network.run(client, ["ip", "neigh", "flush", "dev", "eth0", "nud", nud]);
  setSolicitations(network, client, 1);
  setEntries(network, client, aimsIn("reachable", "stale", "permanent"));
  ask(network, client, aimsIn("failed"));
}

/** Entries that must not stay long in their state. Who asks a hundred times does not give up. */
function arrangeNew(network: Network, client: ClientName): void {
  setSolicitations(network, client, 100);
  ask(network, client, aimsIn("incomplete"));
  setEntries(network, client, aimsIn("fresh"));
}

function setSolicitations(network: Network, client: ClientName, count: number): void {
  for (const family of ["ipv4", "ipv6"])
    network.setSysctl(client, `${family}/neigh/eth0/mcast_solicit`, count);
}

function setEntries(network: Network, client: ClientName, aims: readonly Aim[]): void {
  const lines = aims.map(({ ip, state, form }) => {
    const nud = SHOWN[state]!.toLowerCase();
    return `neigh replace ${ip} lladdr ${OLD_MAC} nud ${nud} ${form.family === 6 ? "router " : ""}dev eth0\n`;
  });
  const { code, stderr } = network.run(client, ["ip", "-batch", "-"], lines.join(""));
  if (code !== 0) throw new Error(`ip -batch: ${stderr}`);
}

/** Sends a datagram to each, so that the kernel asks who they are. */
function ask(network: Network, client: ClientName, aims: readonly Aim[]): void {
  const commands = aims.map(({ ip }) => `echo > /dev/udp/${ip}/9`);
  network.run(client, ["bash", "-c", commands.join("\n")]);
}

type Tables = Readonly<Record<ClientName, ReadonlyMap<string, ShownEntry>>>;

function readTables(network: Network): Tables {
  const script = "ip -j -4 neigh show dev eth0 nud all; ip -j -6 neigh show dev eth0 nud all";
  const tables = CLIENT_NAMES.map((client) => {
    const { stdout } = network.run(client, ["sh", "-c", script]);
    const lists = stdout.split("\n").filter((line) => line !== "");
    const entries = lists.flatMap((line) => JSON.parse(line) as ShownEntry[]);
    return [client, new Map(entries.map((entry) => [entry.dst, entry]))] as const;
  });
  return Object.fromEntries(tables) as unknown as Tables;
}

function isArranged(tables: Tables): boolean {
  return CLIENT_NAMES.every((client) =>
    AIMS.every(({ ip, state }) => tables[client].get(ip)?.state[0] === SHOWN[state]),
  );
}

function countVerdicts(listeners: Listeners): Readonly<Record<ClientName, number>> {
  const counts = CLIENT_NAMES.map((client) => [client, verdictsOf(listeners[client]).length]);
  return Object.fromEntries(counts) as Record<ClientName, number>;
}

function verdictsOf(tool: FedTool): RecordOf<"arp.kernel">[] {
  return ofType(tool.records(), "arp.kernel").filter(({ ip }) => AIMED_AT.has(ip));
}

/** @returns what each listener said of each address since. */
async function untilJudged(
  listeners: Listeners,
  heard: Readonly<Record<ClientName, number>>,
): Promise<Readonly<Record<ClientName, ReadonlyMap<string, RecordOf<"arp.kernel">>>>> {
  const judged = await Promise.all(
    CLIENT_NAMES.map(async (client) => {
      const verdicts = await waitFor(`${AIMS.length} verdicts of ${client}`, PATIENCE_MS, () => {
        const all = verdictsOf(listeners[client]).slice(heard[client]);
        return all.length >= AIMS.length ? all : undefined;
      });
      return [client, new Map(verdicts.map((verdict) => [verdict.ip, verdict]))] as const;
    }),
  );
  return Object.fromEntries(judged) as unknown as Readonly<
    Record<ClientName, ReadonlyMap<string, RecordOf<"arp.kernel">>>
  >;
}
