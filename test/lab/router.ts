/**
 * A router of the lab, whoever made it, and the one of viptools: the whole pipe, or its head alone.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { type Network, VIP, VIP6, VIP6_LL } from "./network.ts";
import { ofType, readRecordLog, recordLine } from "./record-log.ts";
import { hasEnded, waitFor } from "./shell.ts";

export interface RouterOptions {
  readonly priority: number;
  readonly advertMs: number;
  readonly version?: 2 | 3;
  readonly family?: 4 | 6;
  readonly vrid?: number;
  /** Without: {@link VIP}, or {@link VIP6_LL} and {@link VIP6}. */
  readonly vips?: readonly string[];
  /** Entries of a configuration file, in place of the one virtual router that `vrid` and `vips` say. */
  readonly routers?: readonly object[];
  readonly preempt?: boolean;
  /** False: the VIPs stand on eth0, and all is sent from its own MAC. */
  readonly useVmac?: boolean;
  /** Unicast adverts to these instead of the group. */
  readonly peers?: readonly string[];
  /** How viptools sums a VRRPv3 advert for IPv4; the others always use the pseudo-header. */
  readonly checksum?: "rfc9568" | "pseudo-header" | "auto";
  /** VRRPv2's clear-text password (RFC 2338 §10.2); eight octets count. */
  readonly password?: string;
  /** Only vrrp-elect, as a speaker that owns nothing. */
  readonly electOnly?: boolean;
  /** More for vrrp-elect. */
  readonly electArgs?: string;
  /** More for vmac-ctl follow. */
  readonly followArgs?: string;
  /** More for garp-send. */
  readonly announceArgs?: string;
  /** All addresses are announced again and again, at this distance. */
  readonly announceEveryS?: number;
  /** A program through which all that the router says comes into its log. */
  readonly reader?: string;
}

export const VRID = 51;
export const VMAC = "00:00:5e:00:01:33";
export const VMAC6 = "00:00:5e:00:02:33";
/** The processes of the pipe, in its order. */
export const PIPE_TOOLS = ["vrrp-elect", "vmac-ctl", "garp-send"] as const;
export type PipeTool = (typeof PIPE_TOOLS)[number];

/** How a router is started, asked and ended, whoever made it. */
export interface Router {
  /** True if it thinks that it is Active, and owns the address. */
  isActive(): boolean;
  /** Ends it as its service manager would. */
  stop(): Promise<void>;
  signal(tool: PipeTool | "all", signal: NodeJS.Signals): void;
}

/** The addresses of a virtual router, in the order of its adverts. */
export function vipsOf({ family, vips }: RouterOptions): readonly string[] {
  return vips ?? (family === 6 ? [VIP6_LL, VIP6] : [VIP]);
}

/** `vrrp-elect | vmac-ctl follow | garp-send --follow > log`, in one shell, as people run it. */
export class PipeRouter implements Router {
  readonly logPath: string;
  readonly #host: string;
  readonly #shell: ChildProcess;
  readonly #tools: readonly PipeTool[];
  readonly #options: RouterOptions;
  /** Beginning of the names of its files. */
  readonly #stamp: string;
  /** How many virtual routers it holds. */
  readonly #count: number;
  readonly #pids = new Map<PipeTool, number>();

  constructor(network: Network, host: string, options: RouterOptions) {
    this.#host = host;
    this.#tools = options.electOnly ? ["vrrp-elect"] : PIPE_TOOLS;
    this.#count = options.routers?.length ?? 1;
    this.#options = options;
    this.#stamp = join(network.folder, `${host}-${Date.now()}`);
    this.logPath = `${this.#stamp}.ndjson`;
    const elect = electCommand(host, options, this.#stamp);
    const { followArgs = "", announceEveryS = 0, announceArgs = "", reader } = options;
    const follow = `vmac-ctl follow --host-name ${host} ${followArgs}`;
    const announce = `garp-send --follow --host-name ${host} --refresh ${announceEveryS} ${announceArgs}`;
    const pipe = options.electOnly
      ? `${elect} --on-reader-loss ignore`
      : `${elect} | ${follow} | ${announce}`;
    const read = reader === undefined ? pipe : `${pipe} | ${reader}`;
    const command = `${read} > ${this.logPath} 2> ${this.logPath}.err`;
    const argv = ["bash", "-c", `exec 2> ${this.logPath}.err; ${command}`];
    this.#shell = network.start(host, argv, ["pipe", "ignore", "ignore"]);
  }

  records(): KnownRecord[] {
    return readRecordLog(this.logPath);
  }

  states(): RecordOf<"vrrp.state">[] {
    return ofType(this.records(), "vrrp.state");
  }

  errors(): string {
    return readFileSync(`${this.logPath}.err`, "utf8");
  }

  isActive(): boolean {
    if (!this.isElected("active")) return false;
    if (!this.#tools.includes("vmac-ctl")) return true;
    const own = this.records().filter(
      (record) => record.type === "vmac.up" || record.type === "vmac.down" || record.type === "vmac.fenced",
    );
    const last = lastOfEach(own);
    return last.length === this.#count && last.every(({ type }) => type === "vmac.up");
  }

  /** True if its elector says so of each virtual router. */
  isElected(state: "active" | "backup"): boolean {
    const last = lastOfEach(this.states());
    return last.length === this.#count && last.every((record) => record.state === state);
  }

  /** Writes a record to the elector's input, as another tool would. */
  say(body: Readonly<Record<string, unknown>>): void {
    this.#shell.stdin!.write(recordLine(body));
  }

  /** Other entries for a router that has been started with some, as many as before. */
  reload(routers: readonly object[]): void {
    writeConfiguration({ ...this.#options, routers }, this.#stamp);
    this.say({ type: "elect.set", action: "reload" });
  }

  /** @returns once every process of the pipe is there. */
  async ready(): Promise<void> {
    await waitFor(`the pipe on ${this.#host}`, 10_000, () => {
      this.mustRun();
      this.#findProcesses();
      return this.#pids.size === this.#tools.length && this.states().length > 0 ? true : undefined;
    });
  }

  /** Of every process of the pipe, also of those that have ended. */
  pids(): number[] {
    if (this.#pids.size < this.#tools.length) this.#findProcesses();
    return [...this.#pids.values()];
  }

  signal(tool: PipeTool | "all", signal: NodeJS.Signals): void {
    if (this.#pids.size < this.#tools.length) this.#findProcesses();
    for (const [name, pid] of this.#pids) {
      if (tool !== "all" && tool !== name) continue;
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended by itself.
      }
    }
  }

  get hasEnded(): boolean {
    return hasEnded(this.#shell);
  }

  /** True once one of its programs has ended: the others follow, after a hand-over. */
  get isBroken(): boolean {
    return this.hasEnded || this.pids().some((pid) => commandOf(pid) === "");
  }

  /** @throws {Error} if it has ended, with what it said. */
  mustRun(): void {
    if (this.hasEnded) throw new Error(`the pipe on ${this.#host} has ended: ${this.errors().trim()}`);
  }

  async stop(): Promise<void> {
    this.signal("vrrp-elect", "SIGTERM");
    await this.ended();
  }

  async ended(): Promise<void> {
    await waitFor(`the end of the pipe on ${this.#host}`, 15_000, () => (this.hasEnded ? true : undefined));
  }

  #findProcesses(): void {
    // A shell with nothing more to do becomes its last command.
    for (const pid of [this.#shell.pid!, ...childrenOf(this.#shell.pid!)]) {
      const command = commandOf(pid);
      const tool = PIPE_TOOLS.find((name) => command.includes(`/${name}\0`) && command.startsWith("node"));
      if (tool !== undefined) this.#pids.set(tool, pid);
    }
  }
}

/** @param stamp beginning of names of files for this router alone. */
function electCommand(host: string, options: RouterOptions, stamp: string): string {
  const { priority, advertMs, version = 3, vrid = VRID, checksum, password, peers = [] } = options;
  const authFile = `${stamp}.auth`;
  if (password !== undefined) writeFileSync(authFile, password, { mode: 0o600 });
  if (options.routers !== undefined) return configuredCommand(host, options, stamp);
  const words = [
    `vrrp-elect -I eth0 --vrid ${vrid} --priority ${priority} --advert-int ${advertMs}ms`,
    `--vrrp-version ${version} --host-name ${host}`,
    options.preempt === false ? "--no-preempt" : "",
    options.useVmac === false ? "--no-vmac" : "",
    ...peers.map((peer) => `--peer ${peer}`),
    checksum === undefined ? "" : `--checksum ${checksum}`,
    password === undefined ? "" : `--auth-file ${authFile}`,
    options.electArgs ?? "",
    ...vipsOf(options),
  ];
  return words.filter((word) => word !== "").join(" ");
}

function configuredCommand(host: string, options: RouterOptions, stamp: string): string {
  const path = writeConfiguration(options, stamp);
  return `vrrp-elect --config ${path} --host-name ${host} ${options.electArgs ?? ""}`;
}

/** @returns where the file is. */
function writeConfiguration(options: RouterOptions, stamp: string): string {
  const { priority, advertMs, useVmac: vmac = true, routers } = options;
  const path = `${stamp}.json`;
  const defaults = { priority, advert_int: `${advertMs}ms`, vmac };
  writeFileSync(path, JSON.stringify({ defaults, routers }));
  return path;
}

/** @returns the last record of each virtual router. */
function lastOfEach<T extends { readonly instance: string }>(records: readonly T[]): T[] {
  return [...new Map(records.map((record) => [record.instance, record])).values()];
}

export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** @returns "" of one that has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
