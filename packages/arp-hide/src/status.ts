/**
 * `arp-hide status`: what is hidden, whether it is whole, and what is left over.
 *
 * @module
 */
import { type Context, ExitCode } from "@viptools/cli";
import { readJournal } from "./journal.ts";
import { type Hiding, hostVip, METHODS } from "./plan.ts";
import { abridged, moreOf } from "./reports.ts";
import { look } from "./sight.ts";
import { strayPlaces, strayRules } from "./strays.ts";
import { judge } from "./wholeness.ts";
import { type Workbench, withBench } from "./workbench.ts";

/** @returns negative if nothing is hidden, something is not whole, or something is left over. */
export async function status(context: Context): Promise<ExitCode> {
  const only = context.args.text("interface");
  return await withBench((bench) => {
    const all = readJournal(bench.runs);
    const names = [...new Set(all.map((one) => one.interface))].filter((name) => (only ?? name) === name);
    const isWhole = names.map((name) => writeStatus(context, bench, name, all)).every(Boolean);
    const leftOver = sayStrays(context, bench, all);
    if (names.length === 0) context.say("nothing is hidden here");
    const isGood = names.length > 0 && isWhole && leftOver === 0;
    return Promise.resolve(isGood ? ExitCode.done : ExitCode.negative);
  });
}

/** @returns whether all that is hidden on the interface is whole. */
function writeStatus(context: Context, bench: Workbench, name: string, all: readonly Hiding[]): boolean {
  let isAllWhole = true;
  for (const method of METHODS) {
    const hidden = all.filter((one) => one.interface === name && one.method === method);
    if (hidden.length === 0) continue;
    const { isWhole, why } = judge(look(bench, name, method, all));
    isAllWhole &&= isWhole;
    context.write({
      type: "hide.status",
      interface: name,
      method,
      vips: hidden.map(({ vip }) => hostVip(vip)),
      ...moreOf(hidden),
      is_whole: isWhole,
      why: abridged(why),
    });
  }
  return isAllWhole;
}

/** @returns how many there are. */
function sayStrays(context: Context, bench: Workbench, all: readonly Hiding[]): number {
  const places = strayPlaces(bench, all);
  const rules = strayRules(bench, all);
  for (const { vip, holder } of places)
    context.say(
      `not in the journal: address ${vip} on ${holder}: arp-hide remove -I IF ${vip} takes it away`,
    );
  for (const rule of rules)
    context.say(`not in the journal: ${rule}: arp-hide remove -I IF takes that of IF away`);
  return places.length + rules.length;
}
