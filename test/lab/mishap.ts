/**
 * What befalls one host of a pair, where a is Active.
 *
 * @module
 */
import { cpus } from "node:os";
import { type Form, vipOf } from "./form.ts";
import type { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import type { PipeRouter, PipeTool } from "./router.ts";
import { must } from "./shell.ts";

export interface Scene {
  readonly network: Network;
  readonly form: Form;
  readonly a: PipeRouter;
  readonly b: PipeRouter;
}

export interface Mishap {
  readonly name: string;
  /** Of who is Active: `either` where a host that gets a little time now and then may come back too early. */
  readonly expected: "take-over" | "no change" | "either";
  /** How long it lasts; undefined: for good. */
  readonly lastsMs?: number;
  /** @returns what ends it. */
  cause(scene: Scene): () => void;
}

const FREEZE_MS = 5000;
const STARVE_MS = 4000;

export function kill(tool: PipeTool | "all"): Mishap {
  return {
    name: `SIGKILL of ${tool}`,
    expected: "take-over",
    cause: ({ a }) => {
      a.signal(tool, "SIGKILL");
      return () => {};
    },
  };
}

export function freeze(tool: PipeTool | "all"): Mishap {
  return {
    name: `SIGSTOP of ${tool}`,
    expected: "take-over",
    lastsMs: FREEZE_MS,
    cause: ({ a }) => {
      a.signal(tool, "SIGSTOP");
      return () => a.signal(tool, "SIGCONT");
    },
  };
}

/** The pipe shares a processor with a real-time process that never waits; the kernel leaves it 50 ms of each second. */
export const STARVATION: Mishap = {
  name: "a processor that a real-time process burns",
  expected: "either",
  lastsMs: STARVE_MS,
  cause: ({ network, a }) => {
    const processor = String(cpus().length - 1);
    for (const pid of a.pids()) must(["taskset", "-a", "-p", "-c", processor, String(pid)]);
    const loop = ["chrt", "-f", "50", "taskset", "-c", processor, "sh", "-c", "while :; do :; done"];
    const burner = network.start("switch", loop, "ignore");
    return () => burner.kill("SIGKILL");
  },
};

export function flush(host: "a" | "b"): Mishap {
  return {
    name: `nft flush ruleset on the ${host === "a" ? "Active" : "Backup"}`,
    expected: "no change",
    cause: ({ network }) => {
      network.command(host, "nft flush ruleset");
      return () => {};
    },
  };
}

export const DELETION: Mishap = {
  name: "ip address del of the VIP on the Active",
  expected: "no change",
  cause: ({ network, form, a }) => {
    const { interface: where, vips } = ofType(a.records(), "vmac.up").at(-1)!;
    const address = vips.find((vip) => vip.startsWith(`${vipOf(form)}/`));
    network.command("a", `ip address del ${address} dev ${where}`);
    return () => {};
  },
};
