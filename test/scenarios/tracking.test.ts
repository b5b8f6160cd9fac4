/** Health checks: each kind well and ill, their cadence beside one that hangs, and what an elector makes of them. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { Elector } from "../lab/elector.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP } from "../lab/network.ts";
import { monotonicUsOf, ofType } from "../lab/record-log.ts";
import { end, must, sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage } from "../lab/stage.ts";
import { startServices, TrackedRouter, Tracker } from "../lab/tracked.ts";

const words = (line: string): string[] => line.split(" ");

/** What is looked at, and how the only run ends. */
type Row = readonly [settings: Readonly<Record<string, unknown>>, ok: boolean, detail: RegExp];

const ROWS = (folder: string): readonly Row[] => [
  [{ tcp: "127.0.0.1:8080" }, true, /^connected$/],
  [{ tcp: "127.0.0.1:8090" }, false, /^ECONNREFUSED$/],
  [{ tcp: "[::1]:8080" }, true, /^connected$/],
  [{ tcp: "192.0.2.99:80", timeout: "300ms" }, false, /^no result within 300 ms$/],
  [{ http: "http://127.0.0.1:8080/" }, true, /^200 OK$/],
  [{ http: "http://127.0.0.1:8081/" }, false, /^503 Service Unavailable$/],
  [{ http: "http://127.0.0.1:8081/", status: "200,500-599" }, true, /^503/],
  [{ http: "http://127.0.0.1:8080/page" }, false, /^404/],
  [{ http: "http://127.0.0.1:8080/page", host: "www.example" }, true, /^200/],
  [{ http: "http://127.0.0.1:8090/" }, false, /^ECONNREFUSED$/],
  [{ http: "http://127.0.0.1:8085/", timeout: "300ms" }, false, /^no result within 300 ms$/],
  [{ http: "https://127.0.0.1:8443/" }, false, /^DEPTH_ZERO_SELF_SIGNED_CERT$/],
  [{ http: "https://127.0.0.1:8443/", host: "www.example", verify: false }, true, /^200/],
  [{ link: "eth0" }, true, /^up$/],
  [{ link: "bare0" }, false, /^no carrier$/],
  [{ link: "bare0", carrier: false }, true, /^up, no carrier$/],
  [{ link: "bare1" }, false, /^down$/],
  [{ link: "eth9" }, false, /^there is no such interface$/],
  [{ route: "192.0.2.0/24" }, true, /^there$/],
  [{ route: "192.0.0.0/16" }, false, /^no such route$/],
  [{ route: "default" }, true, /^there$/],
  [{ route: "default", via: "192.0.2.9", interface: "eth0" }, true, /^there$/],
  [{ route: "default", via: "192.0.2.8" }, false, /^there, but via 192\.0\.2\.9$/],
  [{ route: "default", interface: "lo" }, false, /^there, but via/],
  [{ route: "198.51.100.0/24" }, false, /^no carrier$/],
  [{ route: "203.0.113.0/24" }, false, /^no such route$/],
  [{ route: "2001:db8::/64" }, true, /^there$/],
  [{ file: `${folder}/zero` }, true, /^value 0$/],
  [{ file: `${folder}/seven` }, false, /^value 7$/],
  [{ file: `${folder}/seven`, compare: ">= 7" }, true, /^value 7$/],
  [{ file: `${folder}/seven`, weight: 3 }, true, /^value 7$/],
  [{ file: `${folder}/seven`, weight: -3 }, false, /^value 7$/],
  [{ file: folder }, false, /^is no file$/],
  [{ file: `${folder}/pipe` }, false, /^is no file$/],
  [{ process: "a-program-with-a-long-name" }, true, /^1 running$/],
  [{ process: "a-program-with-a-long-nose" }, false, /^0 running$/],
  [{ process: `${folder}/a-program-with-a-long-name` }, true, /^1 running$/],
  [{ process: `${folder}/zero` }, false, /^0 running$/],
  [{ process: "a-program-with-a-long-name", count: "2-3" }, false, /^1 running$/],
  [{ dns: "127.0.0.1:5353", ask: "www.example" }, true, /^192\.0\.2\.80$/],
  [{ dns: "127.0.0.1:5353", ask: "www.example", answer: "192.0.2.81" }, false, /80, not 192\.0\.2\.81$/],
  [{ dns: "127.0.0.1:5353", ask: "missing.example" }, false, /^ENOTFOUND$/],
  [{ dns: "127.0.0.1:5353", ask: "silent.example", timeout: "300ms" }, false, /^(ETIMEOUT|no result)/],
  [{ dns: "127.0.0.1:53", ask: "www.example" }, false, /^ECONNREFUSED$/],
  [{ command: ["true"] }, true, /^exit 0$/],
  [{ command: ["/bin/echo", "-n", "$HOME  \u001b[2J"] }, true, /^exit 0: \$HOME {2}\\x1b\[2J$/],
  [{ shell: "echo first; echo second; exit 7" }, false, /^exit 7: first$/],
  [{ shell: "kill -9 $$" }, false, /^ended by SIGKILL$/],
  [{ shell: "sleep 60", timeout: "300ms" }, false, /^no result within 300 ms$/],
  [{ shell: "id -un", user: "nobody" }, true, /^exit 0: nobody$/],
  [{ shell: "echo $KEY $PATH $LANG $USER", environment: { KEY: "k" } }, true, /^exit 0: k \S+ C\.UTF-8$/],
  [{ shell: "pwd > /dev/stderr" }, true, /^exit 0: \/$/],
  [{ shell: "pwd; head -c 500000 /dev/zero" }, true, /^exit 0: \/$/],
  [{ shell: "exec yes" }, false, /^ended by SIGPIPE: y$/],
];

/** Interfaces, routes, files, a program and services for {@link ROWS}. */
async function setTheTable(network: Network): Promise<void> {
  const { folder } = network;
  for (const line of [
    "ip link add bare0 type veth peer name bare1",
    "ip link set bare0 up",
    "ip address add 198.51.100.1/24 dev bare0",
    "ip route add default via 192.0.2.9",
    "ip route add blackhole 203.0.113.0/24",
  ])
    network.command("a", line);
  writeFileSync(join(folder, "zero"), "0\n");
  writeFileSync(join(folder, "seven"), "7 and more\n");
  must(["mkfifo", join(folder, "pipe")]);
  const program = join(folder, "a-program-with-a-long-name");
  must(["cp", "/bin/sleep", program]);
  network.start("a", [program, "600"], "ignore");
  const [key, cert] = ["key", "cert"].map((name) => join(folder, name));
  must(words(`openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=www.example -keyout ${key} -out ${cert}`));
  await startServices(network, "a", [
    "http:8080:200",
    "http:8081:503",
    "tcp:8085",
    `https:8443:${key}:${cert}`,
    "dns:5353:192.0.2.80",
  ]);
}

test("each kind of check finds what is well and what is not", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    await setTheTable(network);
    const rows = ROWS(network.folder);
    const checks = rows.map(([settings], n) => ({ name: `check ${n}`, timeout: "5s", ...settings }));
    const path = join(network.folder, "all.json");
    writeFileSync(path, JSON.stringify({ checks }));
    const tracker = new FedTool(network, "a", ["vip-track", "--config", path, "--once"]);
    await tracker.ended();
    assert.equal(tracker.exitCode, 1, tracker.errors());
    const told = new Map(ofType(tracker.records(), "track.state").map((record) => [record.name, record]));
    for (const [n, [settings, ok, detail]] of rows.entries())
      await t.test(
        `${JSON.stringify(settings).replaceAll(network.folder, "")} is ${ok ? "ok" : "not ok"}`,
        () => {
          const record = told.get(`check ${n}`);
          assert.match(record?.detail ?? "never told", detail);
          assert.equal(record?.ok, ok);
        },
      );
    const seven = told.get(`check ${rows.findIndex(([{ weight }]) => weight === 3)}`);
    assert.equal(seven?.weight, 21, "a file's value times its weight");
    const once = words("vip-track --once --name web --tcp 127.0.0.1:8080");
    assert.equal(network.run("a", once).code, 0, "one that is well");
  });
});

test(
  "a service that dies takes its router's priority, and gives it back after its rise",
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
    });
  },
);

/** Silence of three intervals; the elector looks once a second; and room for a busy machine. */
const SILENCE_MS = 3 * 200 + 1000 + 2500;

test(
  "a killed vip-track makes the router step down within three intervals and a second",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const a = new TrackedRouter(network, "a", "--name up --link eth0 --every 200ms", "--track up");
      await a.until("active");
      a.signalTracker("SIGKILL");
      const { reason, mono_ns } = await a.until("initialize");
      assert.equal(reason, "track");
      const last = ofType(a.records(), "track.state").at(-1)!;
      const silentMs = (Number(BigInt(mono_ns!) / 1000n) - monotonicUsOf(last)) / 1000;
      assert.ok(silentMs >= 3 * 200 && silentMs < SILENCE_MS, `after ${silentMs} ms`);
    });
  },
);

const PHASE_MS = IS_FULL ? 20_000 : 3000;
const FAST = { links: { link: "lo" }, commands: { command: ["true"] } };
const SIDE_BY_SIDE = 5;
/** Of as many as without a check that hangs: a machine that is busy hits both alike. */
const KEPT = 0.75;

test("a check that hangs delays no other, and is told of each interval", needsRoot, async () => {
  await onStage(["a"], async (network) => {
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
  });
});

/** Runs that have passed: a record that only repeats the one before has its time, too. */
function countPassed(records: readonly RecordOf<"track.state">[]): number {
  return new Set(records.filter(({ ok }) => ok).map(({ name, took_ms }) => `${name} ${took_ms}`)).size;
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

test(
  "S6 a vip-track that stood still reads what waits before it believes its timers",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
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
    });
  },
);

test("root runs no program that others may write, and looks before each run", needsRoot, async () => {
  await onStage(["a"], async (network) => {
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
    assert.equal(network.run("a", argv).code, 0);
    const checks = [{ name: "x", command: [program], every: "100ms" }];
    const tracker = new Tracker(network, "a", { checks });
    await tracker.until("x", ({ ok }) => ok);
    chmodSync(folder, 0o777);
    await tracker.until("x", ({ ok, detail }) => !ok && /^not run: .*checks is writable/.test(detail!));
  });
});

test("SIGHUP reads the file again, and a wrong one changes nothing", needsRoot, async () => {
  await onStage(["a"], async (network) => {
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
  });
});

test(
  "SIGTERM ends running commands with all that they have started, and the exit code is 0",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
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
    });
  },
);

test("more commands than may run at once wait for their turn", needsRoot, async () => {
  await onStage(["a"], async (network) => {
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
  });
});

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}
