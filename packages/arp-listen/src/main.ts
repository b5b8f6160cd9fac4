/**
 * arp-listen: says what ARP traffic really happens.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { type Context, ExitCode, ExitError, onStopSignals, parseDurationUs, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import {
  ADVERTISEMENT_FILTER,
  ARP_FILTER,
  CaptureFileError,
  PacketSocket,
  readCaptureFile,
} from "@viptools/kernel";
import { KernelView } from "./kernel-view.ts";
import { SPEC } from "./options.ts";
import { Reporter } from "./reporter.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, listen, kernel, argv);
}

async function listen(context: Context): Promise<ExitCode> {
  const { args } = context;
  const file = args.text("read");
  if ((file === undefined) === (args.text("interface") === undefined)) {
    throw new ExitError(ExitCode.usage, "needs one of -I IF and -r FILE");
  }
  if (file !== undefined && args.isGiven("for"))
    throw new ExitError(ExitCode.usage, "--for is given beside -r: a file ends by itself");
  if (file !== undefined && args.flag("kernel"))
    throw new ExitError(ExitCode.usage, "--kernel is given beside -r: this host's neighbour table is of now");
  const limit = args.integer("count", 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
  return file === undefined ? await listenLive(context, limit) : await readFile(context, file, limit);
}

async function readFile(context: Context, file: string, limit: number): Promise<ExitCode> {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new ExitError(ExitCode.noFile, `cannot read "${file}": needs a capture file`);
  }
  const reporter = new Reporter(context, file);
  context.count(() => reporter.counters());
  try {
    await readCaptureFile(file, "", ({ bytes, realtimeNs }) => {
      if (reporter.seen < limit) reporter.report(bytes, { realtimeNs }, {});
    });
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
    throw new ExitError(ExitCode.badInput, error.message);
  }
  return ExitCode.done;
}

async function listenLive(context: Context, limit: number): Promise<ExitCode> {
  const name = context.args.required("interface");
  const ifindex = context.needInterface(name);
  context.needRawSockets();
  const forUs = context.args.parsed("for", parseDurationUs);
  const reporter = new Reporter(context, name);
  const view = context.args.flag("kernel") ? new KernelView(context, name, ifindex) : undefined;
  let socket: PacketSocket | undefined;
  const advertisements = new PacketSocket({
    ifindex,
    filter: ADVERTISEMENT_FILTER,
    onFrame: ({ bytes, direction, vlan, realtimeNs }) => {
      if (direction === "in") view?.hear(bytes, vlan ?? 0, realtimeNs);
    },
  });
  await new Promise<void>((resolve) => {
    socket = new PacketSocket({
      ifindex,
      filter: ARP_FILTER,
      onFrame: ({ bytes, direction, vlan, realtimeNs }) => {
        if (reporter.seen >= limit) return;
        if (direction === "in") view?.hear(bytes, vlan ?? 0, realtimeNs);
        reporter.report(
          bytes,
          { realtimeNs, monotonicNs: kernel.monotonicNsOf(realtimeNs) },
          {
            direction,
            ...(vlan === undefined ? {} : { vlan }),
          },
        );
        if (reporter.seen >= limit) resolve();
      },
    });
    context.count(() => ({
      ...reporter.counters(),
      ...view?.counters(),
      capture_dropped: socket!.dropped(),
    }));
    context.output.onReaderLost(resolve);
    onStopSignals(() => resolve());
    if (forUs !== undefined) setTimeout(resolve, forUs / 1000);
  });
  socket?.close();
  advertisements.close();
  await view?.close();
  return ExitCode.done;
}
