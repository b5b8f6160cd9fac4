/**
 * `arp-hide add`: have addresses without answering for them.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, orUsage } from "@viptools/cli";
import { holdersOf, monotonicUs } from "@viptools/kernel";
import { familyOf } from "@viptools/wire";
import { hide, missingOf, ruleChange, settingsOf, show } from "./hider.ts";
import { alone, readJournal, writeJournal } from "./journal.ts";
import { type Hiding, HOLDER, type Method, SETTINGS_HOLDER } from "./plan.ts";
import { stepsToHide } from "./plan-steps.ts";
import { writeChange, writeSteps } from "./reports.ts";
import { look } from "./sight.ts";
import { judge } from "./wholeness.ts";
import { parseAll, parseHidden } from "./words.ts";
import { isFamilyOn, isMarked, type Workbench, withBench } from "./workbench.ts";

export async function add(context: Context): Promise<ExitCode> {
  const { args } = context;
  const name = args.required("interface");
  const method = args.text("method") as Method;
  const vips = orUsage(() => parseAll(args.words, parseHidden));
  if (name === HOLDER)
    throw new ExitError(ExitCode.usage, `-I is ${HOLDER}, where nobody asks: needs the network's interface`);
  context.needInterface(name);
  const asked = vips.map((vip): Hiding => ({ interface: name, vip, method }));
  return await withBench(
    async (bench) => await alone(bench.runs, async () => await addAlone(context, bench, asked)),
  );
}

async function addAlone(context: Context, bench: Workbench, asked: readonly Hiding[]): Promise<ExitCode> {
  const before = readJournal(bench.runs);
  const { interface: name, method } = asked[0]!;
  refuseOtherMethods(before, asked);
  refuseOwnAddresses(bench, before, asked);
  const fresh = asked.filter(({ vip }) => !before.some((one) => one.vip === vip && one.interface === name));
  const all = [...before, ...fresh];
  if (context.args.flag("dry-run")) {
    const rules = method === "nft" ? ruleChange(bench, name, all) : undefined;
    writeSteps(context, name, stepsToHide(settingsOf(name, asked), rules, missingOf(bench, asked)));
    return ExitCode.done;
  }
  if (fresh.length === 0 && judge(look(bench, name, method, all)).isWhole) {
    context.say(`${asked.map(({ vip }) => vip).join(" ")} is hidden already`);
    return ExitCode.done;
  }
  const startUs = monotonicUs();
  const changes = await hideOrUndo(bench, asked, before, all);
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
    await show(bench, name, before, asked);
    writeJournal(bench.runs, before);
    throw error;
  }
}

/** @throws {ExitError} alreadyRunning. */
function refuseOtherMethods(before: readonly Hiding[], asked: readonly Hiding[]): void {
  for (const { interface: name, vip, method } of asked) {
    const other = before.find((one) => one.interface === name && one.vip === vip && one.method !== method);
    if (other !== undefined)
      throw new ExitError(
        ExitCode.alreadyRunning,
        `${vip} is hidden by ${other.method} on ${name}: first arp-hide remove -I ${name} ${vip}`,
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
  for (const { vip } of asked) {
    if (!isFamilyOn(familyOf(vip)))
      throw new ExitError(
        ExitCode.kernel,
        `Cannot hide ${vip}: IPv6 is off on ${HOLDER}, sysctl -w net/ipv6/conf/${HOLDER}/disable_ipv6=0`,
      );
    const isNoted = before.some((one) => one.vip === vip);
    const foreign = here.find(
      (one) => one.address === vip && !(one.interface === HOLDER && (isMarked(one) || isNoted)),
    );
    if (foreign !== undefined)
      throw new ExitError(
        ExitCode.alreadyRunning,
        `Cannot hide ${vip}: ${foreign.interface} has it already, needs an address that this host does not have`,
      );
  }
}

/** A director's macvlan needs the same settings: they go back when the last one goes. */
function tellOfOthers(context: Context, bench: Workbench, name: string, hasSettings: boolean): void {
  const others = holdersOf(bench.runs, name).filter((holder) => holder !== SETTINGS_HOLDER);
  if (!hasSettings || others.length === 0) return;
  context.say(
    `arp_ignore and arp_announce of ${name} are shared with vmac-ctl (${others.join(" ")}): who goes last puts them back`,
  );
}
