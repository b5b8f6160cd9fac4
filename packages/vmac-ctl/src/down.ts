/**
 * `vmac-ctl down` and `cleanup`: give back what nobody living owns.
 *
 * @module
 */
import { type Context, ExitCode } from "@viptools/cli";
import { monotonicUs, settingsBefore } from "@viptools/kernel";
import { formatInstance } from "@viptools/records";
import { type JournalEntry, listEntries, lockInstance, readEntry, tryLockInstance } from "./journal.ts";
import { toExit } from "./kernel-exit.ts";
import { removeLeftovers } from "./leftovers.ts";
import { ownerRecord } from "./owner-record.ts";
import { readVrid } from "./owning-options.ts";
import { stepsToRelease } from "./plan-steps.ts";
import { writeSteps } from "./step-records.ts";
import { removeStrays } from "./strays.ts";
import { Workbench } from "./workbench.ts";

/** Gives back what `up` took, or what a dead owner left; of both families if none is said. */
export async function down(context: Context): Promise<ExitCode> {
  const { args } = context;
  const parent = args.required("interface");
  const vrid = readVrid(args);
  const said = args.text("family");
  const families = said === undefined ? ([4, 6] as const) : [Number(said) as 4 | 6];
  return await withBench(async (bench) => {
    const instances = families.map((family) => formatInstance({ interface: parent, family, vrid }));
    const noted = instances.filter((instance) => readEntry(bench.runs, instance) !== undefined);
    // Taking a lock removes the note that a killed owner had not finished.
    for (const instance of instances) tryLockInstance(bench.runs, instance)?.release();
    if (noted.length === 0) {
      context.say(
        `${instances.join(" and ")} ${instances.length > 1 ? "are" : "is"} not owned: nothing to give back`,
      );
      return ExitCode.done;
    }
    for (const instance of noted)
      await giveBack(context, bench, instance, lockInstance(bench.runs, instance));
    return ExitCode.done;
  });
}

/** Removes what dead owners left, also what only its mark tells of. */
export async function cleanup(context: Context): Promise<ExitCode> {
  const only = context.args.text("interface");
  return await withBench(async (bench) => {
    const dead = listEntries(bench.runs).filter(
      ({ parent, isAlive, isStanding }) => !isAlive && !isStanding && (only === undefined || only === parent),
    );
    let removed = 0;
    for (const { instance } of dead) {
      const lock = tryLockInstance(bench.runs, instance);
      if (lock === undefined) continue;
      await giveBack(context, bench, instance, lock);
      removed += 1;
    }
    const strays = await removeStrays(bench, only, context.args.flag("dry-run"));
    for (const stray of strays) context.say(stray);
    bench.runs.sweep();
    if (removed + strays.length === 0) context.say("nothing is left over");
    return ExitCode.done;
  });
}

async function giveBack(
  context: Context,
  bench: Workbench,
  instance: string,
  lock: { release(): void },
): Promise<void> {
  try {
    const entry = readEntry(bench.runs, instance);
    if (entry === undefined) return;
    if (context.args.flag("dry-run")) {
      writeSteps(
        context,
        instance,
        stepsToRelease(entry, settingsBefore(bench.runs, entry.parent, instance)),
      );
      return;
    }
    const startUs = monotonicUs();
    const changes = await removeLeftovers(bench, instance);
    const done = { changes, tookUs: monotonicUs() - startUs };
    context.write(ownerRecord("vmac.down", { ...entry, epoch: 0 }, planOfEntry(entry), done));
  } finally {
    lock.release();
  }
}

function planOfEntry(entry: JournalEntry) {
  const { mode, interface: interfaceName, parent, mac } = entry;
  return { mode, interfaceName, parent, mac };
}

async function withBench(work: (bench: Workbench) => Promise<ExitCode>): Promise<ExitCode> {
  const bench = new Workbench();
  try {
    return await work(bench);
  } catch (error) {
    throw toExit(error);
  } finally {
    bench.close();
  }
}
