/**
 * arp-listen: says what ARP and neighbour discovery really happens.
 *
 * @module
 */
import { type Context, ExitCode, formatHuman, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { paint } from "./color.ts";
import { columnsOf } from "./fields.ts";
import { readFile } from "./file.ts";
import { listenLive } from "./live.ts";
import { type ListenOptions, readListenOptions, SPEC } from "./options.ts";
import { OwnerScreen } from "./owner-screen.ts";
import { Reporter } from "./reporter.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, listen, kernel, argv);
}

async function listen(context: Context): Promise<ExitCode> {
  const options = readListenOptions(context.args);
  chooseText(context, options);
  const screen = options.isTable ? new OwnerScreen(context) : undefined;
  const reporter = new Reporter(context, options);
  screen?.show(reporter);
  try {
    if (options.file === undefined) await listenLive(context, reporter, options);
    else await readFile(context, reporter, options.file, options);
  } finally {
    screen?.close();
  }
  return options.until === 0 || reporter.hasSeenIt ? ExitCode.done : ExitCode.negative;
}

/** What people and scripts get instead of the usual sentences. */
function chooseText(context: Context, options: ListenOptions): void {
  const { fields, isColored, isTable, isSilent } = options;
  if (isSilent) context.describeWith(() => undefined, true);
  else if (fields !== undefined) context.describeWith((record) => columnsOf(record, fields), true);
  else if (isTable) context.describeWith(() => undefined, false);
  else if (isColored) context.describeWith((record) => paint(record, formatHuman(record)), false);
}
