/**
 * arp-listen: says what ARP traffic really happens.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals, parseDurationUs, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { ARP_FILTER, type CapturedFrame, PacketSocket } from "@viptools/kernel";
import { insertTag, LinkType, VLAN_TAG_LENGTH } from "@viptools/wire";
import { type OnPacket, readCapture } from "./capture-source.ts";
import { type CaptureWriter, finishWriter, openWriter, STANDARD_OUTPUT } from "./capture-writer.ts";
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
  const limit = args.integer("count", 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
  return file === undefined ? await listenLive(context, limit) : await readFile(context, file, limit);
}

async function readFile(context: Context, file: string, limit: number): Promise<ExitCode> {
  const writer = openWriter(context.args.text("write"), file);
  const reporter = reporterOf(context, file);
  const take: OnPacket = (bytes, linkType, seconds, nanoseconds, length) => {
    const realtimeNs = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    const isTold = reporter.report(bytes, linkType, { realtimeNs }, {});
    if (isTold) writer?.add(bytes, linkType, seconds, nanoseconds, length);
    return reporter.seen < limit;
  };
  try {
    await readCapture(file, take, () => writer?.settled() ?? context.output.settled());
  } catch (error) {
    if (writer !== undefined && writer.written > 0) await finishWriter(writer, context);
    throw error;
  }
  await finishWriter(writer, context);
  return ExitCode.done;
}

async function listenLive(context: Context, limit: number): Promise<ExitCode> {
  const name = context.args.required("interface");
  const ifindex = context.needInterface(name);
  context.needRawSockets();
  const forUs = context.args.parsed("for", parseDurationUs);
  const writer = openWriter(context.args.text("write"), undefined, LinkType.ethernet);
  let socket: PacketSocket | undefined;
  const reporter = reporterOf(context, name, () => ({ capture_dropped: socket!.dropped() }));
  await new Promise<void>((resolve) => {
    socket = new PacketSocket({
      ifindex,
      filter: ARP_FILTER,
      onFrame: (frame) => {
        if (reporter.seen >= limit) return;
        const { bytes, direction, vlan, realtimeNs } = frame;
        const moment = { realtimeNs, monotonicNs: kernel.monotonicNsOf(realtimeNs) };
        const circumstances = { direction, ...(vlan === undefined ? {} : { vlan }) };
        if (reporter.report(bytes, LinkType.ethernet, moment, circumstances)) keep(writer, frame);
        if (reporter.seen >= limit) resolve();
      },
    });
    context.output.onReaderLost(resolve);
    writer?.onFailed(resolve);
    onStopSignals(() => resolve());
    if (forUs !== undefined) setTimeout(resolve, forUs / 1000);
  });
  socket?.close();
  await finishWriter(writer, context);
  return ExitCode.done;
}

/** Counters go to standard output, where they would be in the way of a capture. */
function reporterOf(context: Context, source: string, more = (): Record<string, number> => ({})): Reporter {
  const tells = context.args.text("write") !== STANDARD_OUTPUT;
  const reporter = new Reporter(context, source, tells);
  if (tells) context.count(() => ({ ...reporter.counters(), ...more() }));
  return reporter;
}

/** The frame as it was on the wire, with the tag that the kernel took off. */
function keep(writer: CaptureWriter | undefined, frame: CapturedFrame): void {
  if (writer === undefined) return;
  const { bytes, tag, length, realtimeNs } = frame;
  const seconds = Number(realtimeNs / 1_000_000_000n);
  const nanoseconds = Number(realtimeNs % 1_000_000_000n);
  const whole = tag === undefined ? bytes : insertTag(bytes, tag);
  const more = tag === undefined ? 0 : VLAN_TAG_LENGTH;
  writer.add(whole, LinkType.ethernet, seconds, nanoseconds, length + more);
}
