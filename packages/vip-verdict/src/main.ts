/**
 * vip-verdict: from the records of the other tools to what is wrong, and what to type next.
 *
 * @module
 */
import { type Context, ExitCode, print, readRecords, run } from "@viptools/cli";
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
  const facts = gather(await readAll(context), looked);
  if (args.flag("plan")) {
    await print(
      planQuestions(facts)
        .map((line) => `${line}\n`)
        .join(""),
    );
    return ExitCode.done;
  }
  const findings = judge(facts);
  if (args.flag("json")) write(context, facts, findings);
  else await print(`${render(facts, findings, context.host).join("\n")}\n`);
  return findings.some(({ severity }) => severity !== "note") ? ExitCode.negative : ExitCode.done;
}

/** To the end of standard input. Lines that are no records are told and left out. */
async function readAll(context: Context): Promise<KnownRecord[]> {
  const records: KnownRecord[] = [];
  await new Promise<void>((resolve) => {
    readRecords(process.stdin, {
      onLine: ({ number, parsed }) => {
        if (parsed.kind === "record") records.push(parsed.record);
        else if (parsed.kind === "bad") context.say(`line ${number} ${parsed.message}`);
      },
      onEnd: resolve,
    });
  });
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
