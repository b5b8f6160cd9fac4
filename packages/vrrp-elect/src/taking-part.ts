/**
 * From the start to the end of a running elector: signals, input, the loss of its reader.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals } from "@viptools/cli";
import { KernelError } from "@viptools/kernel";
import type { RecordOf } from "@viptools/records";
import { checkAgainstHost } from "./host-check.ts";
import { readInput } from "./input-desk.ts";
import { ReaderCare } from "./reader-care.ts";
import type { RouterOptions } from "./router-options.ts";
import type { Station } from "./station.ts";

/** How often those who own nothing show that they are alive. */
const BEAT_MS = 1000;
/** Most links carry something sooner. */
const DEAF_MS = 2000;

/** Takes part until a signal, the loss of the reader, of the input, or of an interface ends it. @returns the exit code. */
export async function takePart(
  context: Context,
  station: Station,
  routers: readonly RouterOptions[],
  readAgain: () => Promise<readonly RouterOptions[]>,
): Promise<number> {
  let care: ReaderCare | undefined;
  const beat = setInterval(() => station.beat(), BEAT_MS);
  context.count(() => station.counters());
  try {
    return await new Promise<number>((resolve, reject) => {
      const leave = (reason: string, code: ExitCode): void =>
        void station.shutdown(reason).then(() => resolve(code));
      const reload = (): void => void readSettingsAgain(context, station, readAgain);
      station.onInterfaceGone((name) => {
        context.report("no_interface", `${name} is gone: start again when it is back`);
        leave("interface_gone", ExitCode.noInterface);
      });
      care = new ReaderCare(context, station, () => resolve(ExitCode.outputLost));
      care.begin();
      onStopSignals(
        (times) => {
          if (times > 1) station.abandon("shutdown");
          else leave("shutdown", ExitCode.done);
        },
        context.args.text("config") === undefined ? undefined : reload,
      );
      readInput(context, {
        onTrack: (record) => station.note(record),
        onCommand: (record) => obey(context, station, record, reload),
        onBadLine: () => leave("shutdown", ExitCode.badInput),
        onEnd: () => inputEnded(context, station),
      });
      station.add(routers).then(() => sayWhatIsDown(context, station), reject);
    });
  } finally {
    clearInterval(beat);
    care?.close();
  }
}

function sayWhatIsDown(context: Context, station: Station): void {
  for (const name of station.idleInterfaces())
    context.say(`${name} is down or has no carrier: waiting for it`);
  for (const name of station.missingChecks()) context.say(`check ${name} was not heard yet: waiting for it`);
  setTimeout(() => {
    for (const name of station.deafInterfaces())
      context.say(`${name} has carried no frame yet: waiting for one, at most --startup-hold`);
  }, DEAF_MS);
}

function obey(context: Context, station: Station, record: RecordOf<"elect.set">, reload: () => void): void {
  if (record.action === "reload") reload();
  else if (!station.command(record))
    context.report("no_instance", `elect.set names ${record.instance}: there is no such virtual router here`);
}

function inputEnded(context: Context, station: Station): void {
  if (context.args.text("on-input-eof") === "resign") {
    context.say("standard input has ended: resigning");
    for (const speaker of station.speakers) speaker.order("resign", "input_lost");
  } else if (station.hasHeardChecks) {
    context.report(
      "input_ended",
      "standard input has ended: checks that are silent now will count as failed",
    );
  }
}

/** What is wrong in the new settings changes nothing. */
async function readSettingsAgain(
  context: Context,
  station: Station,
  readAgain: () => Promise<readonly RouterOptions[]>,
): Promise<void> {
  try {
    const routers = await readAgain();
    await checkAgainstHost(context, routers);
    await station.reload(routers);
    context.say(`settings read again: ${routers.length} virtual routers`);
  } catch (error) {
    if (!(error instanceof ExitError || error instanceof KernelError)) throw error;
    for (const line of error.message.split("\n")) context.report("bad_settings", line);
    context.say("the settings before go on");
  }
}
