/** The fuzzer finds what is planted: behind a row of checks, and without an end; and what it is made of does its part. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { generator } from "../vectors/mutation.ts";
import { readInput, showInput } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { hunt, reduce, shorten } from "./hunt.ts";
import { instrument } from "./instrument.ts";
import { changeJson } from "./json-change.ts";
import type { Target } from "./target.ts";

const folder = mkdtempSync(join(tmpdir(), "vip-fuzz-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const coverage = new Coverage();
let used = 0;

/** Loads a module's text as the hooks load the packages'. */
async function load(text: string): Promise<{ read(bytes: Uint8Array): unknown }> {
  const { source, counters } = instrument(text, used);
  used += counters;
  return await import(`data:text/javascript,${encodeURIComponent(source)}`);
}

function targetOf(play: (bytes: Uint8Array) => void): Target {
  return { name: "planted", kind: "octets", seeds: () => [new Uint8Array(8)], refusals: [SyntaxError], play };
}

const STEPS = `export function read(b) {
  if (b[0] === 0xa3) if (b[1] === 0x1c) if (b[2] === 0xe7) b.fault.x;
}`;
const LIMITS = { corpus: [], seed: 5, forMs: Number.POSITIVE_INFINITY };
const ROUNDS = 100_000;

test("hunt() gets past a row of checks, and not without seeing where inputs go", async () => {
  const { read } = await load(STEPS);
  // Not by the program's constants, which would be a way round.
  const seeing = {
    words: new Set<number>(),
    reached: 0,
    clear: () => coverage.clear(),
    isNews: () => coverage.isNews(),
  };
  const { fault, kept } = hunt({ ...LIMITS, target: targetOf(read), coverage: seeing, rounds: ROUNDS });
  assert.ok(fault?.error instanceof TypeError);
  assert.deepEqual([...fault.input.subarray(0, 3)], [0xa3, 0x1c, 0xe7]);
  assert.equal(shorten(targetOf(read), fault).length, 3);
  assert.ok(kept.length >= 3, "each step was kept");
  const blind = { ...seeing, isNews: () => false };
  assert.equal(
    hunt({ ...LIMITS, corpus: kept.slice(0, 1), target: targetOf(read), coverage: blind, rounds: ROUNDS })
      .fault,
    undefined,
  );
});

test("hunt() takes refusals for answers, and counts them", () => {
  const target = targetOf(() => JSON.parse("{"));
  const { fault, refused, rounds } = hunt({ ...LIMITS, target, coverage, rounds: 500 });
  assert.deepEqual([fault, refused, rounds], [undefined, 500, 500]);
});

test("reduce() keeps the shortest input for each place that no seed reaches", async () => {
  const { read } = await load("export function read(b) { return b[0] ? b[1] ? 1 : 2 : 3; }");
  const inputs = [[1, 0, 0, 0], [0, 0], [1, 1], [1, 0], [0]].map((octets) => Uint8Array.from(octets));
  assert.deepEqual(
    reduce(targetOf(read), inputs, coverage).map((input) => [...input]),
    [
      [1, 1],
      [1, 0],
    ],
  );
});

test("startWatchdog() ends what does not end, and keeps the input", () => {
  const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `import { Coverage } from ${module("./coverage.js")};
    import { startWatchdog } from ${module("./watchdog.js")};
    new Coverage();
    const begin = startWatchdog("endless", ${JSON.stringify(folder)}, 500);
    begin(Uint8Array.of(1, 2, 3));
    const start = performance.now();
    while (performance.now() - start < 60_000);`;
  const path = join(folder, "endless.mjs");
  writeFileSync(path, script);
  const { signal, stdout } = spawnSync(process.execPath, [path], { encoding: "utf8" });
  assert.equal(signal, "SIGKILL");
  assert.match(
    stdout,
    /^endless: FAULT: it does not end.*\n.*010203\n.*010203\n.*npm run fuzz -- endless --play /,
  );
  const [name] = readdirSync(folder).filter((file) => file.startsWith("endless-"));
  assert.deepEqual([...readFileSync(join(folder, name!))], [1, 2, 3]);
});

/** Functions of one number that must mean the same with counters in them. */
const SOURCES: readonly string[] = [
  "export function read(n) { if (n > 2) return 1; else if (n > 1) return 2; return 3; }",
  "export function read(n) { if (n > 0) if (n > 2) return 1; else return 2; return 3; }",
  "export const read = (n) => n > 1 ? n > 2 ? [1] : (2, 3) : null;",
  "export const read = (n) => ({ n, f: (m = n) => m + 1 }).f();",
  "export function read(n) { let s = ''; for (const c of 'abcd') if (c > 'b') s += c; else do s += n; while (s.length < n); return s; }",
  "export function read(n) { switch (n) { case 0: case 1: return 'a'; case 2: { n = 7; } default: n++; } return n; }",
  "export function read(n) { try { if (n > 1) throw n; return n ?? 1; } catch (e) { return e && n || 4; } finally { n = 0; } }",
  "class A { #n; constructor(n) { this.#n = n; } get n() { return this.#n || 9; } static of = (n) => new A(n); }\nexport const read = (n) => A.of(n).n;",
  "export async function* each(n) { yield n; }\nexport function read(n) { let m = n; while (m < 3) m += 2; return m === 3 ? () => 1 : String(m); }",
];
for (const source of SOURCES)
  test(`instrument(): ${source.slice(0, 90)}`, async () => {
    const plain = await import(`data:text/javascript,${encodeURIComponent(source)}`);
    const counted = await load(source);
    const said = (value: unknown): string =>
      typeof value === "function" ? String(value()) : JSON.stringify(value);
    for (let n = 0; n < 4; n++) {
      coverage.clear();
      assert.equal(said(counted.read(n as never)), said(plain.read(n)));
    }
    assert.ok(coverage.isNews(), "something was counted");
    assert.equal(instrument(source, 0).source.split("\n").length, source.split("\n").length);
  });

const INPUTS: readonly (readonly [octets: readonly number[], line: string])[] = [
  [[], '""'],
  [[0x61, 0x0a, 0x22], '"a\\n\\""'],
  [[0xc3, 0xa4], '"ä"'],
  [[0x61, 0x00], "6100"],
  [[0xff], "ff"],
];
for (const [octets, line] of INPUTS)
  test(`corpus: ${line}`, () => {
    assert.equal(showInput(Uint8Array.from(octets)), line);
    assert.deepEqual([...readInput(line)], octets);
  });

test("changeJson() gives JSON again, in all its ways", () => {
  const text = '{"a":[1,{"b":"c"}],"d":null}';
  const choices = { random: generator(3), texts: ["__proto__", "x"], numbers: [7] };
  const changed = new Set(Array.from({ length: 2000 }, () => changeJson(text, '{"e":true}', choices)));
  for (const one of changed) JSON.parse(one);
  assert.ok(changed.size > 50 && [...changed].some((one) => one.includes("__proto__")));
  assert.equal(changeJson("{", "1", choices), "{");
});
