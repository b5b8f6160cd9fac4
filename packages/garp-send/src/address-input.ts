/**
 * Addresses on standard input, plain or in records, the one beside the other.
 *
 * @module
 */
import {
  type Context,
  ExitCode,
  ExitError,
  type InputLine,
  needTrustedInput,
  readRecords,
} from "@viptools/cli";
import type { KnownRecord } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import { parseTarget } from "./choices.ts";

const MESSAGE_MAX = 160;

export interface AddressInputOptions {
  readonly context: Context;
  /** Called for each record when it was read and passed on. */
  readonly onRecord: (record: KnownRecord) => void;
}

/**
 * Reads standard input to its end. A line that begins with a brace is a record; others are addresses between blanks, up to
 * a `#`.
 *
 * @returns the plain ones, each once.
 * @throws {ExitError} badInput for a word that is no address; with `--strict` for a brace that begins no record;
 * configuration for a FIFO that others may write.
 */
export async function readAddressInput(options: AddressInputOptions): Promise<IpAddress[]> {
  const addresses = new Set<IpAddress>();
  needTrustedInput((sentence) => options.context.say(sentence));
  await new Promise<void>((resolve, reject) => {
    readRecords(process.stdin, {
      onLine: (line) => {
        try {
          readLine(line, options, addresses);
        } catch (error) {
          process.stdin.destroy();
          reject(error);
        }
      },
      onEnd: resolve,
    });
  });
  return [...addresses];
}

function readLine(line: InputLine, options: AddressInputOptions, addresses: Set<IpAddress>): void {
  const text = Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength).toString("utf8");
  if (text.trimStart().startsWith("{")) {
    readRecord(line, options);
    return;
  }
  for (const word of text.replace(/#.*/s, "").split(/\s+/)) {
    if (word !== "") addresses.add(readAddress(word, line.number));
  }
}

function readRecord({ number, bytes, parsed }: InputLine, { context, onRecord }: AddressInputOptions): void {
  if (!context.args.flag("quiet"))
    context.output.pass(bytes, parsed.kind === "record" ? parsed.record.type : undefined);
  if (parsed.kind === "record") onRecord(parsed.record);
  if (parsed.kind !== "bad") return;
  const message = `standard input, line ${number} ${parsed.message}`;
  if (context.args.flag("strict")) throw new ExitError(ExitCode.badInput, message);
  context.report("bad_line", message);
}

function readAddress(word: string, number: number): IpAddress {
  try {
    return parseTarget(word);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ExitError(ExitCode.badInput, `standard input, line ${number}: ${excerpt(error.message)}`);
  }
}

/** A word may be as long as a line. */
function excerpt(message: string): string {
  return message.length > MESSAGE_MAX ? `${message.slice(0, MESSAGE_MAX)}…` : message;
}
