/**
 * `arp-hide add`: have addresses without answering for them.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { holdersOf, monotonicUs } from "@viptools/kernel";
import { familyOf } from "@viptools/wire";
import { readAsked } from "./asked.ts";
import { hide, show } from "./hider.ts";
import { changeToHide, settingsOf } from "./host-change.ts";
import { alone, readJournal, writeJournal } from "./journal.ts";
import { type Hiding, holderOf, nameNow, SETTINGS_HOLDER, wayOf } from "./plan.ts";
import { stepsToHide } from "./plan-steps.ts";
import { writeChange, writeSteps } from "./reports.ts";
import { groundlessOf, look } from "./sight.ts";
import { kindOf, tunnelsOf } from "./tunnel-plan.ts";
import { judge } from "./wholeness.ts";
import { isFamilyOn, isMarked, type Workbench, withBench } from "./workbench.ts";

export async function add(context: Context): Promise<ExitCode> {
  const asked = readAsked(context);
  context.needInterface(asked[0]!.interface);
  return await withBench(
    async (bench) => await alone(bench.runs, async () => await addAlone(context, bench, asked)),
  );
}

async function addAlone(context: Context, bench: Workbench, asked: readonly Hiding[]): Promise<ExitCode> {
  const before = readJournal(bench.runs);
  const { interface: name, method } = asked[0]!;
  refuseRenamed(bench, before, name);
  refuseOtherWays(before, asked);
  refuseOwnAddresses(bench, before, asked);
  refuseNoGround(context, bench, asked);
  const fresh = asked.filter(({ vip }) => !before.some((one) => one.vip === vip && one.interface === name));
  const ifindex = bench.route.findLink(name)!.index;
  const all = [...before, ...fresh].map((one) => (one.interface === name ? { ...one, ifindex } : one));
  if (context.args.flag("dry-run")) {
    writeSteps(context, name, stepsToHide(changeToHide(bench, name, all, asked)));
    return ExitCode.done;
  }
  if (fresh.length === 0 && judge(look(bench, name, method, all)).isWhole) {
    context.say(`${asked.map(({ vip }) => vip).join(" ")} is hidden already`);
    return ExitCode.done;
  }
  const startUs = monotonicUs();
  const changes = await hideOrUndo(context, bench, asked, before, all);
  writeChange(context, "hide.added", {
    interface: name,
    method,
    hidden: asked,
    changes,
    tookUs: monotonicUs() - startUs,
  });
  tellOfOthers(context, bench, name, settingsOf(name, asked).length > 0);
  return ExitCode.done;
}

async function hideOrUndo(
  context: Context,
  bench: Workbench,
  asked: readonly Hiding[],
  before: readonly Hiding[],
  all: readonly Hiding[],
): Promise<string[]> {
  const { interface: name } = asked[0]!;
  writeJournal(bench.runs, all);
  try {
    return await hide(bench, name, all, asked);
  } catch (error) {
    await undo(context, bench, asked, before);
    throw error;
  }
}

/** What cannot be undone either stays noted. */
async function undo(
  context: Context,
  bench: Workbench,
  asked: readonly Hiding[],
  before: readonly Hiding[],
): Promise<void> {
  const { interface: name } = asked[0]!;
  try {
    await show(bench, name, before, asked);
    writeJournal(bench.runs, before);
  } catch {
    context.say(`part of it is done, and noted: arp-hide remove -I ${name} takes it away`);
  }
}

/**
 * What is noted belongs to another interface, which had this name.
 *
 * @throws {ExitError} alreadyRunning.
 */
function refuseRenamed(bench: Workbench, before: readonly Hiding[], name: string): void {
  const now = nameNow(name, before, bench.route.links());
  if (now !== name)
    throw new ExitError(
      ExitCode.alreadyRunning,
      `the ${name} on which addresses are hidden is named ${now} now: first arp-hide remove -I ${name}`,
    );
}

/**
 * One address stands at one place, and is reached in one way.
 *
 * @throws {ExitError} alreadyRunning.
 */
function refuseOtherWays(before: readonly Hiding[], asked: readonly Hiding[]): void {
  for (const one of asked) {
    const other = before.find(
      (known) =>
        known.vip === one.vip &&
        (known.interface === one.interface ? wayOf(known) !== wayOf(one) : holderOf(known) !== holderOf(one)),
    );
    if (other !== undefined)
      throw new ExitError(
        ExitCode.alreadyRunning,
        `${one.vip} is hidden by ${wayOf(other)} on ${other.interface}: first arp-hide remove -I ${other.interface} ${one.vip}`,
      );
  }
}

/**
 * An address that somebody else has put on this host is answered for, or is not ours to take away later: a director's
 * among them.
 *
 * @throws {ExitError} alreadyRunning; kernel, where IPv6 is off.
 */
function refuseOwnAddresses(bench: Workbench, before: readonly Hiding[], asked: readonly Hiding[]): void {
  const here = bench.addresses();
  for (const one of asked) {
    const { vip } = one;
    const holder = holderOf(one);
    const place = holder ?? one.interface;
    if (!isFamilyOn(familyOf(vip), place))
      throw new ExitError(
        ExitCode.kernel,
        `Cannot hide ${vip}: IPv6 is off on ${place}, sysctl -w net/ipv6/conf/${place}/disable_ipv6=0`,
      );
    const isNoted = before.some((known) => known.vip === vip);
    const foreign = here.find(
      (found) => found.address === vip && !(found.interface === holder && (isMarked(found) || isNoted)),
    );
    if (foreign !== undefined)
      throw new ExitError(
        ExitCode.alreadyRunning,
        `Cannot hide ${vip}: ${foreign.interface} has it already, needs an address that this host does not have`,
      );
  }
}

/** @throws {ExitError} noInterface, for a tunnel that somebody else has to make; kernel, where nothing can be turned to. */
function refuseNoGround(context: Context, bench: Workbench, asked: readonly Hiding[]): void {
  for (const tunnel of tunnelsOf(asked)) if (kindOf(tunnel) === undefined) context.needInterface(tunnel);
  const { interface: name, method } = asked[0]!;
  const [vip] = method === "redirect" ? groundlessOf(bench, name, asked) : [];
  if (vip !== undefined)
    throw new ExitError(
      ExitCode.kernel,
      `Cannot turn ${vip} to ${name}: it has no IPv${familyOf(vip)} address, needs one`,
    );
}

/** A director's macvlan needs the same settings: they go back when the last one goes. */
function tellOfOthers(context: Context, bench: Workbench, name: string, hasSettings: boolean): void {
  const others = holdersOf(bench.runs, name).filter((holder) => holder !== SETTINGS_HOLDER);
  if (!hasSettings || others.length === 0) return;
  context.say(
    `arp_ignore and arp_announce of ${name} are shared with vmac-ctl (${others.join(" ")}): who goes last puts them back`,
  );
}
