/**
 * `garp-send --follow` and `--answer`: obeys the records on standard input.
 *
 * With `--follow` what vmac-ctl has taken is announced, until it is taken away. With `--answer` questions that somebody
 * has heard are answered; both together do both.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, Follower } from "@viptools/cli";
import { readBootId } from "@viptools/kernel";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { Herald } from "./herald.ts";
import { LeaseBook } from "./lease-book.ts";
import { ON_THE_SPOT, ONLY_ANSWERING } from "./options.ts";
import { Responder } from "./responder.ts";

/** Follows standard input to its end. @returns the exit code. */
export async function follow(context: Context): Promise<ExitCode> {
  checkOptions(context);
  const { args } = context;
  const bootId = readBootId();
  const leases = new LeaseBook(bootId);
  const herald = new Herald(context, leases);
  const responder = args.isGiven("answer") ? new Responder(context, leases, herald) : undefined;
  const follows = args.flag("follow");
  const follower = new Follower({
    context,
    onRecord: (record) => {
      // What another host is, or this one was before it was started anew, silences nobody.
      if (record.type === "vrrp.state" && record.boot_id !== bootId) return;
      if (record.type === "vrrp.lease") leases.note(record);
      responder?.obey(record);
      if (follows) announce(herald, record);
      if (record.type === "vrrp.lease") herald.wake();
      else herald.repair(record);
    },
  });
  context.count(() => ({ ...herald.counters(), ...responder?.counters() }));
  const code = await follower.follow();
  responder?.close();
  herald.close();
  return code;
}

function checkOptions({ args }: Context): void {
  const isAnswering = args.isGiven("answer");
  const fit = isAnswering ? ["rate", "interface"] : ["rate"];
  const unfit = [
    ...ON_THE_SPOT.filter((name) => !fit.includes(name)),
    ...(isAnswering ? [] : ONLY_ANSWERING),
  ];
  const extra = (isAnswering ? undefined : args.words[0]) ?? unfit.find((name) => args.isGiven(name));
  const mode = isAnswering
    ? "--answer: records say what is asked"
    : "--follow: records say what is announced, and where";
  if (extra !== undefined) throw new ExitError(ExitCode.usage, `"${extra}" is given beside ${mode}`);
  if (args.flag("announce") && args.flag("follow"))
    throw new ExitError(ExitCode.usage, "--announce and --follow both announce: leave one of them out");
}

function announce(herald: Herald, record: KnownRecord): void {
  switch (record.type) {
    case "vmac.prepared":
      herald.prepare(record.instance, { ...record, hasReports: hasReportsOf(record) });
      return;
    case "vmac.up":
      begin(herald, record);
      return;
    case "vmac.repaired":
      // The NIC may have another MAC now, and a switch may have forgotten the virtual one.
      if (herald.has(record.instance)) begin(herald, record);
      return;
    case "vmac.down":
    case "vmac.fenced":
      herald.stop(record.instance);
      return;
    case "vrrp.state":
      if (record.state !== "active") standBy(herald, record);
      return;
    default:
      return;
  }
}

function begin(herald: Herald, record: RecordOf<"vmac.up"> | RecordOf<"vmac.repaired">): void {
  const { instance, parent, mac, vips } = record;
  const hasReports = hasReportsOf(record);
  herald.begin(instance, { instance, parent, interface: record.interface, hasReports, mac, vips });
}

/** Where the addresses will stand is not known yet; it forwards as the interface below it does. */
function standBy(herald: Herald, record: RecordOf<"vrrp.state">): void {
  const { instance, vmac: mac, vips } = record;
  herald.stop(instance);
  if (mac !== null) herald.prepare(instance, { interface: record.interface, mac, vips, hasReports: true });
}

/** In address mode the kernel reports by itself, from the NIC's MAC, which no fence mutes. */
function hasReportsOf({ mode }: Pick<RecordOf<"vmac.up">, "mode">): boolean {
  return mode === "macvlan";
}
