/**
 * `garp-send -D ADDRESS…`: asks who has the addresses.
 *
 * @module
 */
import { type Context, demandWholeTime, ExitCode, ExitError, onStopSignals } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { readAddressInput } from "./address-input.ts";
import { patientTimes, quickTimes } from "./asking-times.ts";
import { planQuestions } from "./dry-run.ts";
import { demandCarrier, type LocalHost, readLocalHost } from "./local-host.ts";
import { Pauses } from "./pauses.ts";
import { Prober } from "./prober.ts";
import { Questions } from "./questions.ts";
import { RecordTargets } from "./record-targets.ts";
import { readSettings, refuseAnnouncing, refuseInPipe, type Settings } from "./settings.ts";

/** @returns negative if somebody else has one of the addresses; done if nobody has. @throws {ExitError} if that is not known. */
export async function probe(context: Context): Promise<ExitCode> {
  const { args } = context;
  const settings = readSettings(args);
  refuseAnnouncing(args);
  refuseInPipe(args, settings);
  const ifindex = context.needInterface(settings.interfaceName);
  const addresses = await readAddresses(context, settings);
  const host = readLocalHost(ifindex);
  checkSource(settings, host);
  const questions = new Questions(addresses, host, settings);
  const { asksUs, listenUs } = args.flag("patient")
    ? patientTimes(settings, Math.random)
    : quickTimes(settings);
  if (settings.isDry) {
    await planQuestions(context, settings, questions, asksUs);
    return ExitCode.done;
  }
  demandCarrier(host);
  context.needRawSockets();
  const pauses = new Pauses(settings.deadlineUs);
  onStopSignals(() => pauses.stop());
  const prober = new Prober({ context, settings, ifindex, host, questions, pauses });
  const startUs = monotonicUs();
  for (const [n, atUs] of asksUs.entries()) {
    await pauses.until(startUs + atUs);
    await prober.ask(n + 1);
  }
  await pauses.until(monotonicUs() + listenUs);
  return await prober.finish(() => {
    demandCarrier(readLocalHost(ifindex));
    demandWholeTime("all questions had left and their answers could have come");
  });
}

/** Records name the addresses that they are about; nothing is asked before the input has ended. */
async function readAddresses(context: Context, settings: Settings): Promise<IpAddress[]> {
  if (!settings.readsInput) return [...settings.addresses];
  const records = new RecordTargets(settings.interfaceName);
  const named: IpAddress[] = [];
  const plain = await readAddressInput({
    context,
    onRecord: (record) => named.push(...records.wantedBy(record).map(({ address }) => address)),
  });
  const addresses = [...new Set([...settings.addresses, ...plain, ...named])];
  if (addresses.length === 0) throw new ExitError(ExitCode.badInput, "standard input has no address");
  return addresses;
}

/** @throws {ExitError} usage, if questions would have the address of another host as their source. */
function checkSource({ source, isForced }: Settings, host: LocalHost): void {
  if (source === undefined || isForced || host.interfaces.has(source)) return;
  throw new ExitError(
    ExitCode.usage,
    `-s is ${source}, which is not on this host: needs an address that is, or --force, which changes what others know of that one`,
  );
}
