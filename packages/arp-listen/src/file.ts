/**
 * Packets of a capture file, through the reporter.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { readCapture } from "./capture-source.ts";
import { finishWriter, openWriter } from "./capture-writer.ts";
import type { ListenOptions } from "./options.ts";
import type { Reporter } from "./reporter.ts";

/** A record says where its packet was seen, and has to stay short. */
const NAME_MAX = 512;

/** @throws {ExitError} usage, noFile, badInput, outputLost. */
export async function readFile(
  context: Context,
  reporter: Reporter,
  path: string,
  options: ListenOptions,
): Promise<void> {
  const writer = openWriter(options.writeTo, path);
  if (!options.isSilent) context.count(() => reporter.counters());
  context.output.keepAll();
  const source = reporter.sourceOf(path.slice(-NAME_MAX));
  const take = (
    bytes: Uint8Array,
    linkType: number,
    seconds: number,
    nanoseconds: number,
    length: number,
  ): boolean => {
    if (reporter.packet(bytes, linkType, seconds, nanoseconds, length, source))
      writer?.add(bytes, linkType, seconds, nanoseconds, length);
    return !reporter.isDone && !context.output.isLost;
  };
  try {
    await readCapture(path, take, () => writer?.settled() ?? context.output.settled());
  } catch (error) {
    // What could be read is told, and kept.
    await end(context, reporter);
    if (writer !== undefined && writer.written > 0) await finishWriter(writer, context);
    throw error;
  }
  await end(context, reporter);
  await finishWriter(writer, context);
}

async function end(context: Context, reporter: Reporter): Promise<void> {
  reporter.finish();
  await context.output.drained();
}
