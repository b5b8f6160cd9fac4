/**
 * `npm run soak`: what days bring, in minutes. Memory has to stay flat, and nothing may be left over.
 */
import { writeFileSync } from "node:fs";
import { CommandLine } from "../lab/command-line.ts";
import { faultsOf } from "./judge.ts";
import { type Lap, type OnLook, runLap, type Work } from "./lap.ts";
import { lapsOf } from "./laps.ts";
import { reportOf } from "./report.ts";

const USAGE = `usage: npm run soak -- [--changes N] [--adverts N] [--records N] [--seed N] [--slack MIB] [--also COMMAND]
                       [--json FILE]
  0 of something leaves it out. All of it takes about an hour.
  --slack  what a process may grow by in any case, for code that V8 compiles when it is used often [2]; a short run, in
           which tables get full, needs 8
  --also   one more program behind the pipe of records, which is watched like the others
`;

const OPTIONS = {
  changes: { type: "string", default: "100000" },
  adverts: { type: "string", default: "10000000" },
  records: { type: "string", default: "10000000" },
  seed: { type: "string" },
  slack: { type: "string", default: "2" },
  also: { type: "string", multiple: true, default: [] as string[] },
  json: { type: "string" },
} as const;
const KIB_IN_MIB = 1024;

const line = new CommandLine("soak", USAGE);
const { values } = line.read(OPTIONS);
const number = (name: "changes" | "adverts" | "records" | "seed" | "slack"): number =>
  line.number(name, values[name], 0);
const seed = values.seed === undefined ? Math.floor(Date.now() / 1000) % 1_000_000 : number("seed");
const amounts = { changes: number("changes"), adverts: number("adverts"), records: number("records") };
const slackKib = number("slack") * KIB_IN_MIB;
line.mustBeRoot();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
say(`seed ${seed}`);

/** A whole run takes an hour. */
function tellProgress(work: Work): OnLook {
  let told = 0;
  return (done, ms) => {
    const tenths = Math.floor((done / work.amount) * 10);
    if (tenths > told)
      process.stderr.write(`${work.title}: ${tenths}0 % after ${(ms / 1000).toFixed(0)} s\n`);
    told = tenths;
  };
}

const laps: Lap[] = [];
for (const work of lapsOf(amounts, seed, values.also)) {
  const lap = await runLap(work, tellProgress(work)).catch((error: unknown) => {
    process.stderr.write(`soak: ${work.title}: ${(error as Error).message}\n`);
    process.exit(1);
  });
  laps.push(lap);
  say(`\n${reportOf(lap)}`);
}
const faults = laps.flatMap((lap) => faultsOf(lap, slackKib));
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ seed, ...amounts, laps, faults }, asJson, 2)}\n`);
say("");
for (const fault of faults) say(fault);
say(faults.length === 0 ? "memory is flat, and nothing is left over" : "it did not hold");
if (faults.length > 0) process.exitCode = 1;

function asJson(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
