/**
 * Deals a blow to a host, and undoes it.
 *
 * @module
 */
import { vipOf } from "../lab/form.ts";
import type { Network } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import type { PipeRouter, PipeTool } from "../lab/router.ts";
import { sleep } from "../lab/shell.ts";
import type { Member } from "./member.ts";
import type { BlowKind, Script } from "./script.ts";

/** What a blow is, and how it is undone when its time is over. */
interface Dealing {
  strike(): Promise<void> | void;
  undo(): Promise<void> | void;
}

const NOTHING = (): void => {};

export function dealing(network: Network, { form }: Script, member: Member, kind: BlowKind): Dealing {
  const { host } = member;
  const [verb, tool] = kind.split(" ") as [string, PipeTool | "all" | "loss" | undefined];
  if (verb === "kill" || verb === "freeze") {
    const whom = tool as PipeTool | "all";
    // The pipe that is struck is the one that is thawed.
    const { router } = member;
    return verb === "kill"
      ? { strike: () => router.signal(whom, "SIGKILL"), undo: () => member.startAgain() }
      : { strike: () => router.signal(whom, "SIGSTOP"), undo: () => thaw(member, whom) };
  }
  switch (kind) {
    case "stop":
      return { strike: () => member.stop(), undo: () => member.startAgain() };
    case "link loss":
      return { strike: () => network.linkDown(host), undo: () => network.linkUp(host) };
    case "silent loss":
      return { strike: () => network.portOff(host), undo: () => network.portOn(host) };
    case "resign":
      return { strike: () => member.pipe!.say({ type: "elect.set", action: "resign" }), undo: NOTHING };
    case "flush":
      return { strike: () => network.command(host, "nft flush ruleset"), undo: NOTHING };
    default:
      return { strike: () => deleteAddress(network, member, vipOf(form)), undo: NOTHING };
  }
}

/** Those whose reader or writer was frozen have given up, and are started again by whoever watches over them. */
async function thaw(member: Member, whom: PipeTool | "all"): Promise<void> {
  const { pipe } = member;
  pipe?.signal(whom, "SIGCONT");
  if (pipe !== undefined && (await breaksWithin(pipe, THAWED_MS))) await member.startAgain();
}

/** Whoever gives up does so at once; the others of its pipe end when they have handed over. */
const THAWED_MS = 1000;

async function breaksWithin(pipe: PipeRouter, limitMs: number): Promise<boolean> {
  for (let n = 0; n < limitMs / 20 && !pipe.isBroken; n++) await sleep(20);
  return pipe.isBroken;
}

function deleteAddress(network: Network, { pipe, host }: Member, vip: string): void {
  const up = ofType(pipe!.records(), "vmac.up").at(-1);
  const address = up?.vips.find((one) => one.startsWith(`${vip}/`));
  // A Backup may have none: then nothing befalls it.
  if (up !== undefined && address !== undefined)
    network.run(host, ["ip", "address", "del", address, "dev", up.interface]);
}
