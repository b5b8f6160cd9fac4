/**
 * A router of the lab: the whole pipe of viptools, or keepalived, for one VIP.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { type Network, VIP } from "./network.ts";
import { ofType, readRecordLog } from "./record-log.ts";
import { sleep, waitFor } from "./shell.ts";

export interface RouterOptions {
  readonly priority: number;
  readonly advertMs: number;
  readonly version?: 2 | 3;
  /** More for vrrp-elect. */
  readonly electArgs?: string;
  /** More for vmac-ctl follow. */
  readonly followArgs?: string;
}

export const VRID = 51;
export const VMAC = "00:00:5e:00:01:33";
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

/** `vrrp-elect | vmac-ctl follow | garp-send --follow > log`, in one shell, as people run it. */
export class PipeRouter implements Router {
  readonly logPath: string;
  readonly #host: string;
  readonly #shell: ChildProcess;
  readonly #pids = new Map<PipeTool, number>();

  constructor(network: Network, host: string, options: RouterOptions) {
    this.#host = host;
    const stamp = `${host}-${Date.now()}`;
    this.logPath = join(network.folder, `${stamp}.ndjson`);
    const { priority, advertMs, version = 3, electArgs = "", followArgs = "" } = options;
    const elect = `vrrp-elect -I eth0 --vrid ${VRID} --priority ${priority} --advert-int ${advertMs}ms --vrrp-version ${version} --host-name ${host} ${electArgs} ${VIP}`;
    const follow = `vmac-ctl follow --host-name ${host} ${followArgs}`;
    const announce = `garp-send --follow --host-name ${host}`;
    const command = `${elect} | ${follow} | ${announce} > ${this.logPath} 2> ${this.logPath}.err`;
    this.#shell = network.start(host, ["bash", "-c", `exec 2> ${this.logPath}.err; ${command}`], "ignore");
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
    const own = this.records().filter(
      (record) => record.type === "vmac.up" || record.type === "vmac.down" || record.type === "vmac.fenced",
    );
    return this.states().at(-1)?.state === "active" && own.at(-1)?.type === "vmac.up";
  }

  /** @returns once every process of the pipe is there. */
  async ready(): Promise<void> {
    await waitFor(`the pipe on ${this.#host}`, 10_000, () => {
      this.#findProcesses();
      return this.#pids.size === PIPE_TOOLS.length && this.states().length > 0 ? true : undefined;
    });
  }

  signal(tool: PipeTool | "all", signal: NodeJS.Signals): void {
    if (this.#pids.size < PIPE_TOOLS.length) this.#findProcesses();
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
    return this.#shell.exitCode !== null || this.#shell.signalCode !== null;
  }

  async stop(): Promise<void> {
    this.signal("vrrp-elect", "SIGTERM");
    await this.ended();
  }

  async ended(): Promise<void> {
    await waitFor(`the end of the pipe on ${this.#host}`, 15_000, () => (this.hasEnded ? true : undefined));
  }

  #findProcesses(): void {
    for (const pid of childrenOf(this.#shell.pid!)) {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      const tool = PIPE_TOOLS.find((name) => command.includes(`/${name}\0`) && command.startsWith("node"));
      if (tool !== undefined) this.#pids.set(tool, pid);
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Debian's keepalived with `use_vmac`. */
export class KeepalivedRouter implements Router {
  readonly #network: Network;
  readonly #host: string;
  readonly #daemon: ChildProcess;
  readonly logPath: string;

  constructor(network: Network, host: string, options: RouterOptions) {
    this.#network = network;
    this.#host = host;
    const stamp = join(network.folder, `keepalived-${host}-${Date.now()}`);
    this.logPath = `${stamp}.log`;
    writeFileSync(`${stamp}.conf`, configuration(host, options));
    const pids = ["-p", `${stamp}.pid`, "-r", `${stamp}-vrrp.pid`, "-c", `${stamp}-checkers.pid`];
    const argv = ["keepalived", "-n", "-l", "-P", "-f", `${stamp}.conf`, ...pids];
    this.#daemon = network.start(
      host,
      ["bash", "-c", `exec ${argv.join(" ")} > ${this.logPath} 2>&1`],
      "ignore",
    );
  }

  isActive(): boolean {
    return (
      this.#network.run(this.#host, ["ip", "-4", "-o", "address", "show", "to", `${VIP}/32`]).stdout !== ""
    );
  }

  signal(_tool: PipeTool | "all", signal: NodeJS.Signals): void {
    process.kill(-this.#daemon.pid!, signal);
  }

  async stop(): Promise<void> {
    if (this.#daemon.exitCode !== null) return;
    process.kill(this.#daemon.pid!, "SIGTERM");
    await waitFor(`the end of keepalived on ${this.#host}`, 10_000, () =>
      this.#daemon.exitCode !== null ? true : undefined,
    );
    await sleep(50);
  }
}

function configuration(host: string, { priority, advertMs, version = 3 }: RouterOptions): string {
  return `global_defs {
  router_id ${host}
  vrrp_version ${version}
}
vrrp_instance V {
  state BACKUP
  interface eth0
  use_vmac
  virtual_router_id ${VRID}
  priority ${priority}
  advert_int ${advertMs / 1000}
  virtual_ipaddress {
    ${VIP}/32
  }
}
`;
}
