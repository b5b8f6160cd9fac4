/**
 * `arp-hide remove`: takes hidden addresses away, also those of a killed `add`.
 *
 * @module
 */
import { type Context, ExitCode, orUsage } from "@viptools/cli";
import { monotonicUs, settingsBefore } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { leavingAddresses, missingOf, ruleChange, settingsOf, show } from "./hider.ts";
import { alone, readJournal, writeJournal } from "./journal.ts";
import { type Hiding, METHODS, SETTINGS_HOLDER } from "./plan.ts";
import { stepsToRemove } from "./plan-steps.ts";
import { writeChange, writeSteps } from "./reports.ts";
import { strayAddresses } from "./strays.ts";
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
  const isMeant = ({ vip }: Hiding): boolean => vips.length === 0 || vips.includes(vip);
  const noted = before.filter((one) => one.interface === name && isMeant(one));
  const strays = strayAddresses(bench, before)
    .map((vip): Hiding => ({ interface: name, vip, method: "sysctl" }))
    .filter(isMeant);
  const gone = [...noted, ...strays];
  const left = before.filter((one) => !noted.includes(one));
  for (const vip of vips.filter((one) => !gone.some((hiding) => hiding.vip === one)))
    context.say(`${vip} is not hidden on ${name}: nothing to take away`);
  if (context.args.flag("dry-run")) {
    writeSteps(context, name, stepsOf(bench, name, left, gone));
    return ExitCode.done;
  }
  const startUs = monotonicUs();
  const changes = await show(bench, name, left, gone);
  writeJournal(bench.runs, left);
  if (gone.length === 0 && vips.length === 0 && changes.length === 0)
    context.say(`nothing is hidden on ${name}: nothing to take away`);
  const tookUs = monotonicUs() - startUs;
  for (const method of METHODS) {
    const hidden = gone.filter((one) => one.method === method);
    if (hidden.length > 0)
      writeChange(context, "hide.removed", { interface: name, method, hidden, changes, tookUs });
  }
  return ExitCode.done;
}

function stepsOf(bench: Workbench, name: string, left: readonly Hiding[], gone: readonly Hiding[]) {
  const missing = missingOf(bench, gone);
  const going = leavingAddresses(left, gone).filter((vip) => !missing.includes(vip));
  const settings = settingsOf(name, left).length > 0 ? [] : settingsBefore(bench.runs, name, SETTINGS_HOLDER);
  return stepsToRemove(settings, ruleChange(bench, name, left), going);
}
