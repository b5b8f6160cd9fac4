/**
 * Which addresses are answered for, read from the command line.
 *
 * @module
 */
import { type Args, ExitCode, ExitError, orUsage } from "@viptools/cli";
import type { IpAddress, Mac } from "@viptools/wire";
import { parseMacChoice, parseTarget } from "./choices.ts";

/** By address: its MAC, or `auto` for that of the NIC. */
export type Answered = ReadonlyMap<IpAddress, Mac | "auto">;

/** `--answer VIP=MAC VIP=MAC…`. @throws {ExitError} usage. */
export function readAnswered(args: Args): Answered {
  const answered = new Map<IpAddress, Mac | "auto">();
  for (const text of [...args.texts("answer"), ...args.words]) {
    const [address, mac] = orUsage(() => parseAnswered(text), "--answer");
    if (answered.has(address)) throw new ExitError(ExitCode.usage, `--answer: ${address} is given twice`);
    answered.set(address, mac);
  }
  return answered;
}

/** @throws {SyntaxError} */
function parseAnswered(text: string): [IpAddress, Mac | "auto"] {
  const [vip = "", mac, ...rest] = text.split("=");
  if (mac === undefined || rest.length > 0)
    throw new SyntaxError(
      `"${text}" names no MAC: needs VIP=MAC, like 192.0.2.100=auto or 192.0.2.100=vrid:51`,
    );
  return [parseTarget(vip), parseMacChoice(mac)];
}
