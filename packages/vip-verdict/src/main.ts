/**
 * vip-verdict: from the records of the other tools to what is wrong, and what to type next.
 *
 * @module
 */
import {
  type Context,
  demandWholeTime,
  ExitCode,
  ExitError,
  onStopSignals,
  print,
  readRecords,
  run,
} from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import type { Facts } from "./facts.ts";
import { gather } from "./gather.ts";
import { judge } from "./judge.ts";
import { readLooked, SPEC } from "./options.ts";
import { planQuestions } from "./plan.ts";
import { render } from "./report.ts";
import type { Finding, Severity } from "./row.ts";
import { describeActive, describeAnswers, describeHere } from "./sentences.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, verdict, kernel, argv);
}

async function verdict(context: Context): Promise<ExitCode> {
  const { args } = context;
  const looked = readLooked(args);
  const records = await readAll(context);
  const facts = gather(records, looked);
  if (args.flag("plan")) {
    await print(
      planQuestions(facts)
        .map((line) => `${line}\n`)
        .join(""),
    );
    return ExitCode.done;
  }
  if (records.length === 0 && facts.missed.length === 0)
    throw new ExitError(
      ExitCode.badInput,
      "standard input has no record: needs those of vrrp-elect --observe, arp-listen …",
    );
  const findings = judge(facts);
  if (args.flag("json")) write(context, facts, findings);
  else await print(`${render(facts, findings, context.host).join("\n")}\n`);
  return findings.some(({ severity }) => severity !== "note") ? ExitCode.negative : ExitCode.done;
}

/** Who is asked to stop waits so long for those before it, who were asked too, to end. */
const LAST_WORDS_MS = 2000;

/**
 * To the end of standard input. Lines that are no records are told and left out.
 *
 * @throws {ExitError} kernel, if it was asked to stop and the input did not end.
 */
async function readAll(context: Context): Promise<KnownRecord[]> {
  if (process.stdin.isTTY)
    throw new ExitError(
      ExitCode.usage,
      "standard input is a terminal: needs records, like arp-listen … | this",
    );
  const records: KnownRecord[] = [];
  let hasEnded = false;
  await new Promise<void>((resolve) => {
    onStopSignals((times) => {
      if (times > 1) resolve();
      else setTimeout(resolve, LAST_WORDS_MS);
    });
    readRecords(process.stdin, {
      onLine: ({ number, parsed }) => {
        if (parsed.kind === "record") records.push(parsed.record);
        else if (parsed.kind === "bad") context.say(`line ${number} ${parsed.message}`);
      },
      onEnd: () => {
        hasEnded = true;
        resolve();
      },
    });
  });
  if (!hasEnded) demandWholeTime("its input had ended");
  return records;
}

function write(context: Context, facts: Facts, findings: readonly Finding[]): void {
  for (const { instance, ip, ...finding } of findings)
    context.write({
      type: "verdict.finding",
      ...finding,
      ...(instance === undefined ? {} : { instance }),
      ...(ip === undefined ? {} : { ip }),
    });
  const countOf = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  context.write({
    type: "verdict.summary",
    interface: facts.interface,
    role: facts.role,
    looked_ms: facts.lookedMs,
    active: describeActive(facts),
    answers: describeAnswers(facts),
    here: describeHere(facts),
    errors: countOf("error"),
    warnings: countOf("warning"),
    notes: countOf("note"),
    missed: [...facts.missed],
  });
}
