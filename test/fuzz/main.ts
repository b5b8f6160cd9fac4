/**
 * `npm run fuzz`: inputs that are almost right, for every reader of the project, led by what code they reach.
 */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandLine } from "../lab/command-line.ts";
import { ENVIRONMENT } from "../lab/shell.ts";
import { fuzzNative } from "../native/fuzz.ts";
import { allTargets } from "./targets.ts";

const USAGE = `usage: npm run fuzz -- [TARGET…] [--for SECONDS] [--seed N] [--keep] [--play FILE] [--list] [--crashers FOLDER]
  TARGET   a name, or the beginning of several; "native" is the addon under AddressSanitizer; all if left out
  --for    of each target [10]
  --keep   put what reaches most into the corpus (test/fuzz/corpus)
`;
const NATIVE = "native";
const SEED_MAX = 0x7ffffffe;
const SECONDS_MAX = 86_400;
const PLAYER = fileURLToPath(new URL("./player.js", import.meta.url));
const OPTIONS = {
  for: { type: "string", default: "10" },
  seed: { type: "string" },
  keep: { type: "boolean", default: false },
  play: { type: "string" },
  list: { type: "boolean", default: false },
  crashers: { type: "string", default: join(tmpdir(), "viptools-crashers") },
} as const;
const line = new CommandLine("fuzz", USAGE);
const { values, positionals } = line.read(OPTIONS, true);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const names = [...(await allTargets()).map(({ name }) => name), NATIVE];
const wrong = positionals.find((word) => !names.some((name) => name.startsWith(word)));
if (wrong !== undefined) line.fail(64, `${wrong} is no target: --list names them`);
const chosen = names.filter(
  (name) => positionals.length === 0 || positionals.some((word) => name.startsWith(word)),
);
const seed =
  values.seed === undefined
    ? 1 + (Date.now() % 1_000_000)
    : Math.floor(line.number("seed", values.seed, 1, SEED_MAX));
const forMs = line.number("for", values.for, 0.001, SECONDS_MAX) * 1000;

/** @returns whether everything held. */
function fuzzOne(name: string): boolean {
  if (name === NATIVE) return fuzzNative({ seed, forMs, say });
  const argv = [PLAYER, name, values.crashers, String(forMs), String(seed), values.keep ? "keep" : "leave"];
  const { status, signal } = spawnSync(process.execPath, argv, { stdio: "inherit", env: ENVIRONMENT });
  if (status !== 0)
    say(
      `${name}: ended with ${signal ?? status}; the same inputs again: npm run fuzz -- ${name} --seed ${seed}`,
    );
  return status === 0;
}

if (values.list) say(names.join("\n"));
else if (values.play !== undefined) {
  const name =
    chosen.find((one) => one === positionals[0]) ?? line.fail(64, "--play FILE needs the name of one target");
  const { status } = spawnSync(process.execPath, [PLAYER, name, "", "play", values.play], {
    stdio: "inherit",
    env: ENVIRONMENT,
  });
  process.exitCode = status ?? 1;
} else {
  const fallen = chosen.filter((name) => !fuzzOne(name));
  say(
    fallen.length === 0
      ? `seed ${seed}: everything held`
      : `seed ${seed}: it did not hold: ${fallen.join(", ")}`,
  );
  process.exitCode = fallen.length === 0 ? 0 : 1;
}
