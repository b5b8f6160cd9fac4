/**
 * `arp-hide remove`: takes hidden addresses away, also those of a killed `add`.
 *
 * @module
 */
import { type Context, ExitCode, orUsage } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { show } from "./hider.ts";
import { changeToShow } from "./host-change.ts";
import { alone, readJournal, writeJournal } from "./journal.ts";
import { type Hiding, HOLDER, METHODS } from "./plan.ts";
import { stepsToRemove } from "./plan-steps.ts";
import { writeChange, writeSteps } from "./reports.ts";
import { strayPlaces } from "./strays.ts";
import { parseAll, parseHost } from "./words.ts";
import { type Workbench, withBench } from "./workbench.ts";

/** An interface that is gone is no hindrance. */
export async function remove(context: Context): Promise<ExitCode> {
  const { args } = context;
  const name = args.required("interface");
  const vips = orUsage(() => parseAll(args.words, parseHost));
  return await withBench(
    async (bench) => await alone(bench.runs, async () => await removeAlone(context, bench, name, vips)),
  );
}

async function removeAlone(
  context: Context,
  bench: Workbench,
  name: string,
  vips: readonly IpAddress[],
): Promise<ExitCode> {
  const before = readJournal(bench.runs);
  const gone = meantBy(vips, bench, name, before);
  for (const vip of vips.filter((one) => !gone.some((hiding) => hiding.vip === one)))
    context.say(`${vip} is not hidden on ${name}: nothing to take away`);
  if (context.args.flag("dry-run"))
    writeSteps(context, name, stepsToRemove(changeToShow(bench, name, without(before, gone), gone)));
  else if (gone.length > 0) await removeEach(context, bench, before, gone);
  else if ((await show(bench, name, before, [])).length === 0 && vips.length === 0)
    context.say(`nothing is hidden on ${name}: nothing to take away`);
  return ExitCode.done;
}

/** What is noted for the interface, and what is marked as ours without a note; all of it where no address is named. */
function meantBy(
  vips: readonly IpAddress[],
  bench: Workbench,
  name: string,
  noted: readonly Hiding[],
): Hiding[] {
  const strays = strayPlaces(bench, noted).map(
    ({ vip, holder }): Hiding => ({
      interface: name,
      vip,
      method: "sysctl",
      ...(holder === HOLDER ? {} : { tunnel: holder }),
    }),
  );
  return [...noted.filter((one) => one.interface === name), ...strays].filter(
    ({ vip }) => vips.length === 0 || vips.includes(vip),
  );
}

function without(some: readonly Hiding[], others: readonly Hiding[]): Hiding[] {
  return some.filter((one) => !others.includes(one));
}

/** One method after the other, so that each record tells what was done for it. */
async function removeEach(
  context: Context,
  bench: Workbench,
  before: readonly Hiding[],
  gone: readonly Hiding[],
): Promise<void> {
  let left = before;
  for (const method of METHODS) {
    const hidden = gone.filter((one) => one.method === method);
    if (hidden.length === 0) continue;
    const { interface: name } = hidden[0]!;
    const startUs = monotonicUs();
    left = without(left, hidden);
    const changes = await show(bench, name, left, hidden);
    writeJournal(bench.runs, left);
    const tookUs = monotonicUs() - startUs;
    writeChange(context, "hide.removed", { interface: name, method, hidden, changes, tookUs });
  }
}
