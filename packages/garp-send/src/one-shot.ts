/**
 * `garp-send ADDRESS…`: announces now; with `-`, whenever a record gives reason to.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals } from "@viptools/cli";
import type { KnownRecord } from "@viptools/records";
import { readAddressInput } from "./address-input.ts";
import { planRounds } from "./dry-run.ts";
import { Pauses } from "./pauses.ts";
import { RecordTargets } from "./record-targets.ts";
import { type Manner, readManner, readSettings, type Settings } from "./settings.ts";
import { Speaker } from "./speaker.ts";
import { TargetFinder } from "./target-finder.ts";

/** @returns done only if the kernel took every frame. */
export async function announce(context: Context): Promise<ExitCode> {
  const settings = readSettings(context.args);
  const manner = readManner(context.args, settings);
  const ifindex = context.needInterface(settings.interfaceName);
  const finder = new TargetFinder(ifindex, settings, manner);
  if (settings.isDry) return await plan(context, settings, manner, finder);
  const targets = finder.demand(settings.addresses);
  context.needRawSockets();
  const pauses = new Pauses(settings.deadlineUs);
  onStopSignals(() => pauses.stop());
  const speaker = new Speaker({ context, settings, manner, ifindex, pauses });
  if (targets.length > 0) await speaker.announce(targets);
  if (settings.readsInput) await announceInput(context, finder, speaker, pauses);
  return await speaker.finish();
}

/** What records ask for is announced as they come, what is plain at the end. */
async function announceInput(
  context: Context,
  finder: TargetFinder,
  speaker: Speaker,
  pauses: Pauses,
): Promise<void> {
  const records = new RecordTargets(finder.interfaceName);
  const onRecord = (record: KnownRecord): void => speaker.repair(finder.allow(records.wantedBy(record)));
  if (!context.args.flag("quiet")) context.count(() => ({ ...speaker.counts, ...finder.counts }));
  const plain = await Promise.race([readAddressInput({ context, onRecord }), pauses.over]);
  await speaker.idle();
  if (plain === undefined) process.stdin.destroy();
  else if (plain.length > 0) await speaker.announce(finder.demand(plain));
  if (finder.counts.foreign > 0)
    context.say(
      `${finder.counts.foreign} times a record had an address that is not on this host: --mac says whose it is`,
    );
}

async function plan(
  context: Context,
  settings: Settings,
  manner: Manner,
  finder: TargetFinder,
): Promise<ExitCode> {
  const plain = settings.readsInput ? await readAll(context, finder) : [];
  const addresses = [...new Set([...settings.addresses, ...plain])];
  if (addresses.length === 0) throw new ExitError(ExitCode.badInput, "standard input has no address");
  const targets = finder.demand(addresses);
  await planRounds(context, settings, manner, targets);
  return ExitCode.done;
}

/** @returns plain addresses, and those that records give reason to announce. */
async function readAll(context: Context, finder: TargetFinder): Promise<string[]> {
  const records = new RecordTargets(finder.interfaceName);
  const wanted: string[] = [];
  const onRecord = (record: KnownRecord): void => {
    wanted.push(...finder.allow(records.wantedBy(record)).map(({ address }) => address));
  };
  const plain = await readAddressInput({ context, onRecord });
  return [...plain, ...wanted];
}
