/**
 * Calls every function of the addon in any order, with descriptors that fit and values that do not; run under sanitizers by
 * fuzz.ts, in a network namespace of its own.
 *
 * usage: node --expose-gc wild.js ADDON FOLDER SEED FOR_MS TURNS
 */
import { closeSync, ftruncateSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { generator } from "../vectors/mutation.ts";
import { Descriptors } from "./descriptors.ts";
import { wildAddress, wildBytes, wildNumber, wildText } from "./wild-values.ts";

const [addon, folder, seed, forMs, turns] = process.argv.slice(2);
// biome-ignore lint/suspicious/noExplicitAny: bad arguments are the point.
type Call = (...args: any[]) => unknown;
const native = createRequire(import.meta.url)(addon!) as Readonly<Record<string, Call>>;
const collect = (globalThis as { gc?: () => void }).gc!;
const random = generator(Number(seed));
const pool = new Descriptors(random);
const counts = new Map<string, number>();

const number = (): unknown => wildNumber(random);
const bytes = (): unknown => wildBytes(random);
const one = <T>(values: readonly T[]): T => values[random() % values.length]!;
/** Mostly one that fits, so that the kernel is reached. */
const either = (fits: unknown, wild: () => unknown): unknown => (random() % 8 === 0 ? wild() : fits);

/** Levels of options, and what must not be set: rings take memory from the whole machine. */
const LEVELS = [0, 1, 17, 41, 263, 270];
const RINGS: readonly number[] = [5, 13];
const optionName = (level: unknown): unknown => {
  const name = random() % 90;
  return level === 263 && RINGS.includes(name) ? 0 : name;
};

function option(name: "setOption" | "getOption"): void {
  const level = one(LEVELS);
  call(
    name,
    either(pool.any(), number),
    level,
    optionName(level),
    either(new Uint8Array(random() % 40), bytes),
  );
}

const lengths = (): Float64Array => Float64Array.from({ length: random() % 70 }, () => random() % 40);

/** What each is called with. Nothing here can block, start a program, or reach beyond this namespace. */
const CALLS: Readonly<Record<string, () => void>> = {
  socket: () => {
    const [domain, type] = one([
      [1, 2],
      [2, 2],
      [10, 2],
      [16, 3],
      [17, 3],
      [17, 2],
      [16, 2],
    ] as const);
    const protocol = domain === 16 ? one([0, 12]) : domain === 17 ? one([0, 0x0300, 0x0608]) : 0;
    const fd = call(
      "socket",
      either(domain, () => one([-1, 999, null, 2 ** 40])),
      type,
      protocol,
    );
    if (typeof fd === "number" && fd >= 0) pool.add(domain === 1 ? "unix" : "socket", fd);
  },
  timerCreate: () => pool.add("timer", call("timerCreate") as number),
  pipe: () => {
    const ends = new Float64Array(2);
    if (
      call(
        "pipe",
        either(ends, () => one([new Float64Array(1), null, new Uint8Array(15)])),
      ) !== 0 ||
      ends[1] === 0
    )
      return;
    for (const end of ends) pool.add("pipe", end);
  },
  close: () => {
    const fd = pool.take();
    if (fd !== undefined) call("close", fd);
  },
  bind: () => {
    const fd = pool.of("unix");
    if (fd !== undefined)
      call("bind", fd, new Uint8Array([1, 0, 0, ...Buffer.from(`viptools-${process.pid}-${random() % 9}`)]));
    call("bind", either(pool.of("socket"), number), either(wildAddress(random), bytes));
  },
  setOption: () => option("setOption"),
  getOption: () => option("getOption"),
  attachFilter: () => call("attachFilter", either(pool.of("socket"), number), bytes()),
  send: () => call("send", either(pool.of("socket"), number), bytes(), either(wildAddress(random), bytes)),
  sendMany: () =>
    call(
      "sendMany",
      either(pool.of("socket"), number),
      bytes(),
      either(lengths(), bytes),
      either(wildAddress(random), bytes),
    ),
  receive: () =>
    call(
      "receive",
      either(pool.of("socket"), number),
      bytes(),
      either(1 + (random() % 300), number),
      bytes(),
    ),
  write: () => {
    const data = new Uint8Array(random() % 200);
    call("write", file, either(data, bytes), either(random() % 200, number), either(random() % 200, number));
    if (random() % 64 === 0) ftruncateSync(file, 0);
  },
  ioctlInt: () => call("ioctlInt", either(pool.any(), number), either(one([0x541b, 0x5411]), number)),
  flock: () => call("flock", file, 4 | one([0, 1, 2, 8, 99])),
  setRealtime: () => call("setRealtime", one([0, -1, 100, 2 ** 32 + 1, Number.NaN, null, "1"])),
  lockPages: () => call("lockPages", one([0, 1, -4096, 2 ** 50, 2 ** 63]), one([0, -1, 4096, 2 ** 52])),
  ifIndex: () =>
    call(
      "ifIndex",
      either(one(["lo", "nowhere"]), () => wildText(random)),
    ),
  clock: () => call("clock", one([0, 1, 7, 16, -1, -5, 2 ** 33, null, "1"])),
  timerSet: () =>
    call(
      "timerSet",
      either(pool.of("timer"), number),
      either(0, number),
      either(1 + (random() % 1000), number),
    ),
  timerRead: () => call("timerRead", either(pool.of("timer"), number)),
  watch: () => {
    const fd = pool.unwatched();
    const watch = call(
      "watch",
      either(fd, number),
      either(1 + (random() % 7), number),
      either(() => onEvent(fd), number),
    );
    if (typeof watch === "object" && watch !== null && fd !== undefined) pool.watch(fd, watch);
  },
  unwatch: () => {
    const watch = pool.unwatch();
    call("unwatch", either(watch, number));
    // One that was taken off may be taken off again; its descriptor is not closed before.
    if (watch !== undefined) call("unwatch", watch);
  },
};

/** Empties what woke it, or goes. */
function onEvent(fd: number | undefined): void {
  if (fd === undefined || random() % 4 > 0) return;
  const watch = pool.watchOf(fd);
  if (watch !== undefined) call("unwatch", watch);
}

/** Whatever the arguments: a number, a time, a watch, or a TypeError. */
function call(name: string, ...args: readonly unknown[]): unknown {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  try {
    const result = native[name]!(...(random() % 64 === 0 ? args.slice(1) : args));
    if (!["number", "bigint", "object"].includes(typeof result))
      throw new Error(`${name} returned ${String(result)}`);
    return result;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}

const missing = Object.keys(native).filter((name) => CALLS[name] === undefined);
if (missing.length > 0) throw new Error(`nobody calls ${missing.join(", ")}`);
process.chdir(folder!);
const file = openSync(join(folder!, "file"), "w");
const names = Object.keys(native);
const end = performance.now() + Number(forMs);
for (let turn = 0; performance.now() < end && turn < Number(turns); turn++) {
  for (let n = 0; n < 50; n++) CALLS[one(names)]!();
  await nextTurn();
  if (turn % 50 === 0) collect();
}
closeSync(file);
const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
process.stdout.write(`${total} calls of ${counts.size} functions\n`);
process.exit(0);
