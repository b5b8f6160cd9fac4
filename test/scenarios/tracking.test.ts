/** Health checks: their cadence beside one that hangs, and what an elector makes of them. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { Elector } from "../lab/elector.ts";
import { type Network, VIP } from "../lab/network.ts";
import { monotonicUsOf, ofType } from "../lab/record-log.ts";
import { end, sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage } from "../lab/stage.ts";
import { startServices, TrackedRouter, Tracker } from "../lab/tracked.ts";

const words = (line: string): string[] => line.split(" ");

/** Silence of three intervals; the elector looks once a second; and room for a busy machine. */
const SILENCE_MS = 3 * 200 + 1000 + 2500;

test(
  "a router gives way when its service dies and when vip-track does, and is back after its rise",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const web = await startServices(network, "a", ["tcp:80"]);
      const track = "--name web --tcp 127.0.0.1:80 --every 200ms --rise 3 --fall 2 --weight -60";
      const a = new TrackedRouter(network, "a", track, "--priority 150");
      await a.until("active");
      const b = new Elector(
        network,
        "b",
        words(`-I eth0 --vrid 51 --advert-int 100ms --priority 100 ${VIP}`),
      );
      await b.until("backup");
      await end(web, "SIGKILL");
      assert.equal((await a.until("backup")).priority, 90);
      await b.until("active");
      const before = a.records().length;
      await startServices(network, "a", ["tcp:80"]);
      assert.equal((await a.until("active")).priority, 150);
      const told = ofType(a.records().slice(before), "track.state");
      const rise = told.slice(told.findIndex(({ detail }) => detail === "connected"));
      assert.deepEqual(
        rise.slice(0, 3).map(({ ok }) => ok),
        [false, false, true],
        "three successes in a row",
      );
      a.signalTracker("SIGKILL");
      const { mono_ns } = await a.until("backup");
      const last = ofType(a.records(), "track.state").at(-1)!;
      const silentMs = (Number(BigInt(mono_ns!) / 1000n) - monotonicUsOf(last)) / 1000;
      assert.ok(silentMs >= 3 * 200 && silentMs < SILENCE_MS, `after ${silentMs} ms of silence`);
    });
  },
);

const PHASE_MS = IS_FULL ? 20_000 : 3000;
const FAST = { links: { link: "lo" }, commands: { command: ["true"] } };
const SIDE_BY_SIDE = 5;
/** Of as many as without a check that hangs: a machine that is busy hits both alike. */
const KEPT = 0.75;

async function hangs(network: Network): Promise<void> {
  const defaults = { every: "200ms" };
  const fast = Object.entries(FAST).flatMap(([kind, what]) =>
    Array.from({ length: SIDE_BY_SIDE }, (_, n) => ({ name: `${kind} ${n}`, ...what })),
  );
  const shell = 'trap "" TERM; while :; do sleep 60; done';
  const slow = { name: "slow", shell, timeout: "300ms" };
  const without = new Tracker(network, "a", { defaults, checks: fast });
  const beside = new Tracker(network, "a", { defaults, checks: [...fast, slow] });
  await beside.until("slow", ({ took_ms }) => took_ms !== undefined);
  await without.until("links 0", ({ ok }) => ok);
  const sinceUs = nowUs();
  await sleep(PHASE_MS);
  const untilUs = nowUs();
  for (const kind of Object.keys(FAST)) {
    const [seen, wanted] = [beside, without].map((one) =>
      countPassed(one.between(new RegExp(`^${kind}`), sinceUs, untilUs)),
    );
    assert.ok(seen! > wanted! * KEPT, `${kind}: ${seen} passed beside it, ${wanted} without it`);
  }
  const told = beside.between(/^slow/, sinceUs, untilUs).length;
  const usual = without.between(/^links/, sinceUs, untilUs).length / SIDE_BY_SIDE;
  assert.ok(told > usual * KEPT, `${told} records of the one that hangs, ${usual} of another`);
  const { timed_out, still_running } = await beside.counters();
  assert.ok(timed_out! > 0 && still_running! > timed_out!, "it is long in going, and never runs twice");
}

/** Runs that have passed: a record that only repeats the one before has its time, too. */
function countPassed(records: readonly RecordOf<"track.state">[]): number {
  return new Set(records.filter(({ ok }) => ok).map(({ name, took_ms }) => `${name} ${took_ms}`)).size;
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

async function standsStill(network: Network): Promise<void> {
  const running = join(network.folder, "running");
  const shell = `touch ${running}; sleep 0.5; rm ${running}`;
  const checks = [{ name: "x", shell, every: "1s", timeout: "1500ms" }];
  const tracker = new Tracker(network, "a", { checks });
  await tracker.until("x", ({ ok }) => ok);
  for (let n = 0; n < 2; n += 1) {
    await waitFor("a run", 10_000, () => existsSync(running) || undefined);
    tracker.signal("SIGSTOP");
    await waitFor("its end", 10_000, () => !existsSync(running) || undefined);
    await sleep(1500);
    tracker.signal("SIGCONT");
  }
  const { failed } = await tracker.counters();
  assert.equal(failed, 0);
}

async function refuses(network: Network): Promise<void> {
  const folder = join(network.folder, "checks");
  mkdirSync(folder);
  const program = join(folder, "check");
  writeFileSync(program, `#!/bin/sh\ntouch ${network.folder}/ran\n`, { mode: 0o777 });
  chmodSync(program, 0o757);
  const argv = words(`vip-track --once --name x -- ${program}`);
  const refused = network.run("a", argv);
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /check x: \S+check is writable by others, and root would run \S+check/);
  assert.equal(existsSync(join(network.folder, "ran")), false);
  assert.equal(network.run("a", [...argv.slice(0, 4), "--user", "nobody", ...argv.slice(4)]).code, 1);
  chmodSync(program, 0o755);
  const config = join(folder, "checks.json");
  writeFileSync(config, JSON.stringify({ checks: [{ name: "x", command: [program] }] }));
  chmodSync(config, 0o666);
  const open = network.run("a", ["vip-track", "--once", "--config", config]);
  assert.equal(open.code, 78);
  assert.match(open.stderr, /checks.json is writable by others, and root would run the commands in \S+/);
  assert.equal(existsSync(join(network.folder, "ran")), false);
  chmodSync(config, 0o644);
  assert.equal(network.run("a", ["vip-track", "--once", "--config", config]).code, 0);
  assert.equal(network.run("a", argv).code, 0);
  const checks = [{ name: "x", command: [program], every: "100ms" }];
  const tracker = new Tracker(network, "a", { checks });
  await tracker.until("x", ({ ok }) => ok);
  chmodSync(folder, 0o777);
  await tracker.until("x", ({ ok, detail }) => !ok && /^not run: .*checks is writable/.test(detail!));
}

async function readsAgain(network: Network): Promise<void> {
  const defaults = { every: "100ms", rise: 1000 };
  const kept = { name: "kept", link: "lo" };
  const tracker = new Tracker(network, "a", { defaults, checks: [kept, { name: "gone", link: "lo" }] });
  await tracker.until("kept", ({ ok }) => ok);
  await tracker.until("gone", ({ ok }) => ok);
  tracker.reload('{"checks": [{"name": "kept", "link": "lo", "every": "soon"}]}');
  await waitFor("the refusal", 5000, () => /settings before go on/.test(tracker.errors()) || undefined);
  assert.match(tracker.errors(), /checks\[0\]\.every is "soon": needs a number/);
  const before = tracker.of("gone").length;
  await waitFor("records as before", 5000, () => tracker.of("gone").length > before + 3 || undefined);
  const checks = [
    { ...kept, every: "150ms" },
    { name: "new", file: "/nope" },
  ];
  tracker.reload(JSON.stringify({ defaults, checks }));
  await tracker.until("new", ({ ok }) => ok);
  await tracker.until("kept", ({ interval_ms }) => interval_ms === 150);
  assert.equal(tracker.of("gone").at(-1)?.is_last, true);
  const changes = tracker.of("kept").filter(({ ok }, n, all) => n > 0 && ok !== all[n - 1]!.ok);
  assert.equal(changes.length, 1, "what is believed of a check that stays, stays");
}

async function stops(network: Network): Promise<void> {
  const pids = join(network.folder, "pids");
  const shell = `sleep 1000 & echo $$ $! > ${pids}; wait`;
  const tracker = new Tracker(network, "a", { checks: [{ name: "x", shell, every: "1m" }] });
  const running = await waitFor("a command", 10_000, () =>
    existsSync(pids) ? /^(\d+) (\d+)\n/.exec(readFileSync(pids, "utf8"))?.slice(1) : undefined,
  );
  tracker.signal("SIGTERM");
  await tracker.ended();
  assert.equal(tracker.exitCode, 0);
  assert.deepEqual(running.filter(isRunning), []);
}

async function queues(network: Network): Promise<void> {
  const [busy, worst] = [join(network.folder, "busy"), join(network.folder, "worst")];
  mkdirSync(busy);
  const shell = `touch ${busy}/$$; ls ${busy} | wc -l >> ${worst}; sleep 0.1; rm ${busy}/$$`;
  const checks = Array.from({ length: 12 }, (_, n) => ({ name: `x${n}`, shell, timeout: "1m" }));
  const path = join(network.folder, "many.json");
  writeFileSync(path, JSON.stringify({ checks }));
  const { code } = network.run("a", ["vip-track", "--config", path, "--once", "--commands-max", "3"]);
  assert.equal(code, 0);
  const seen = readFileSync(worst, "utf8").trim().split("\n").map(Number);
  assert.deepEqual([seen.length, Math.max(...seen) <= 3], [12, true], `at once: ${seen}`);
}

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** They do not meet. */
const ALONE: readonly (readonly [name: string, play: (network: Network) => Promise<void>])[] = [
  ["a check that hangs delays no other, and is told of each interval", hangs],
  ["S6 a vip-track that stood still reads what waits before it believes its timers", standsStill],
  ["root runs no program that others may write, and looks before each run", refuses],
  ["SIGHUP reads the file again, and a wrong one changes nothing", readsAgain],
  ["SIGTERM ends running commands with all that they have started, and the exit code is 0", stops],
  ["more commands than may run at once wait for their turn", queues],
];

test("vip-track alone", { ...needsRoot, concurrency: true }, async (t) => {
  await onStage(["a"], async (network) => {
    await Promise.all(ALONE.map(([name, play]) => t.test(name, () => play(network))));
  });
});
