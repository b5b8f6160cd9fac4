/**
 * What comes in on standard input: health checks, and commands of people and programs.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { type Context, type InputLine, needTrustedInput, readRecords } from "@viptools/cli";
import type { RecordOf } from "@viptools/records";

export interface InputHandlers {
  onTrack(record: RecordOf<"track.state">): void;
  onCommand(record: RecordOf<"elect.set">): void;
  /** A line that is no record, where such lines end the command. */
  onBadLine(): void;
  /** The input has ended. */
  onEnd(): void;
}

/**
 * Reads standard input if there is something to read from: a pipe, a socket or a file, and no terminal.
 *
 * @throws {ExitError} configuration, for a pipe that others may write.
 */
export function readInput(context: Context, handlers: InputHandlers): void {
  if (!canBeRead()) return;
  needTrustedInput((sentence) => context.say(sentence));
  readRecords(process.stdin, {
    onLine: (line) => handle(context, handlers, line),
    onEnd: () => handlers.onEnd(),
  });
}

function canBeRead(): boolean {
  try {
    const status = fstatSync(0);
    return status.isFIFO() || status.isSocket() || status.isFile();
  } catch {
    return false;
  }
}

function handle(context: Context, handlers: InputHandlers, { number, bytes, parsed }: InputLine): void {
  context.output.pass(bytes, parsed.kind === "record" ? parsed.record.type : undefined);
  if (parsed.kind === "bad") {
    context.report("bad_line", `standard input, line ${number} ${parsed.message}`);
    if (context.args.flag("strict")) handlers.onBadLine();
  } else if (parsed.kind === "record") {
    if (parsed.record.type === "track.state") handlers.onTrack(parsed.record);
    else if (parsed.record.type === "elect.set") handlers.onCommand(parsed.record);
  }
}
