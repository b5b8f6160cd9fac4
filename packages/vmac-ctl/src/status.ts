/**
 * `vmac-ctl status`: what this host owns, and whether it answers.
 *
 * @module
 */
import { type Context, ExitCode } from "@viptools/cli";
import { explainAnswering } from "./answering.ts";
import { listEntries } from "./journal.ts";
import { toExit } from "./kernel-exit.ts";
import { abridged } from "./owner-record.ts";
import { readSituation } from "./situation.ts";
import { removeStrays } from "./strays.ts";
import { Workbench } from "./workbench.ts";

/** @returns negative if nothing is owned. */
export async function status(context: Context): Promise<ExitCode> {
  const only = context.args.text("interface");
  const bench = new Workbench();
  try {
    const entries = listEntries(bench.runs).filter(({ parent }) => only === undefined || only === parent);
    for (const entry of entries) {
      const situation = readSituation(bench, entry);
      const { answers, why } = explainAnswering(situation);
      context.write({
        type: "vmac.status",
        instance: entry.instance,
        mode: entry.mode,
        interface: entry.interface,
        parent: entry.parent,
        mac: entry.mac,
        vips: [...entry.vips],
        owner_pid: entry.pid,
        owner: entry.isAlive ? "living" : entry.isStanding ? "standing" : "dead",
        is_present: situation.isLinkUp !== undefined,
        answers,
        why: abridged(why),
      });
    }
    const strays = await removeStrays(bench, only, true);
    for (const stray of strays) context.say(`not in the journal: ${stray} by vmac-ctl cleanup`);
    if (entries.length === 0) context.say("this host owns nothing");
    return entries.length === 0 ? ExitCode.negative : ExitCode.done;
  } catch (error) {
    throw toExit(error);
  } finally {
    bench.close();
  }
}
