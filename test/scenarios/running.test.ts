/** scripts/failover on a host: what it says to whom, and what a user without root can do with it. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { answerers } from "../lab/answerers.ts";
import { differences, dumpHost } from "../lab/dump.ts";
import { parseExposition, type Sample, valueIn } from "../lab/exposition.ts";
import { FAILOVER_TOOLS, FailoverScript, type FailoverTool, standInCheck } from "../lab/failover-script.ts";
import { nowUs } from "../lab/fault.ts";
import { VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { VMAC } from "../lab/router.ts";
import { ServiceManager } from "../lab/service-manager.ts";
import { attempt, sleep, TOP, waitFor } from "../lab/shell.ts";
import { IS_FULL, inFull, needsRoot, onStage } from "../lab/stage.ts";

const ADVERT_MS = 200;
const COMMON = `--vrid 51 --advert-int ${ADVERT_MS}ms`;
const INSTANCE = "eth0/4/51";
/** Each tool tells its counters this often. */
const BEAT_MS = 2000;
/** What was under way when a tool froze has come out at the end of the pipe after that, on a busy machine too. */
const ON_THE_WAY_MS = 1500;

function readMetrics(path: string): Sample[] {
  return parseExposition(readFileSync(path, "utf8"));
}

test("the metrics say what the records say", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const check = standInCheck(network, "a");
    const file = join(network.folder, "a.prom");
    const args = `${COMMON} --track ${check.file} --metrics ${file} ${VIP} -- --startup-hold 0`;
    const a = new FailoverScript(network, "a", args, check);
    await a.untilElected("active");
    const figure = (name: string, labels = {}): number | undefined =>
      valueIn(readMetrics(file), name, labels);
    const ofInstance = { instance: INSTANCE };
    await waitFor("its second round and its counters", 10_000, () =>
      (figure("viptools_announcements_total", { result: "sent" }) ?? 0) >= 2 &&
      (figure("viptools_tool_counter", { tool: "vmac-ctl", counter: "output_dropped" }) ?? -1) >= 0 &&
      (figure("viptools_tool_counter", { tool: "vrrp-elect", counter: "adverts_sent" }) ?? 0) >= 1
        ? true
        : undefined,
    );
    const samples = readMetrics(file);
    const told = a.records();
    const states = ofType(told, "vrrp.state");
    const up = ofType(told, "vmac.up")[0]!;
    const sent = ofType(told, "garp.round").reduce((sum, round) => sum + round.sent, 0);
    const value = (name: string, labels = {}): number | undefined => valueIn(samples, name, labels);
    assert.deepEqual(
      {
        active: value("viptools_state", { ...ofInstance, state: "active" }),
        backup: value("viptools_state", { ...ofInstance, state: "backup" }),
        changes: value("viptools_state_changes_total", ofInstance),
        changed: value("viptools_last_change_timestamp_seconds", ofInstance),
        priority: value("viptools_priority", ofInstance),
        owned: value("viptools_owned", ofInstance),
        took: value("viptools_take_over_seconds", ofInstance),
        sent: value("viptools_announcements_total", { interface: "eth0", result: "sent" }),
        check: value("viptools_check_ok", { check: "web" }),
        up: value("viptools_up"),
      },
      {
        active: 1,
        backup: 0,
        changes: states.length,
        changed: Date.parse(states.at(-1)!.ts) / 1000,
        priority: 100,
        owned: 1,
        took: up.took_us / 1e6,
        sent,
        check: 1,
        up: 1,
      },
    );
    const leaseS = value("viptools_lease_remaining_seconds", ofInstance)!;
    assert.ok(leaseS > 0 && leaseS <= (2.5 * ADVERT_MS) / 1000, `a lease of ${leaseS} s is left`);
    const adverts = value("viptools_adverts_total", ofInstance)!;
    const counted = value("viptools_tool_counter", { tool: "vrrp-elect", counter: "adverts_sent" })!;
    assert.ok(
      adverts >= counted && adverts - counted <= (2 * BEAT_MS) / ADVERT_MS,
      `${adverts}, and ${counted}`,
    );
    writeFileSync(check.file, "false");
    await waitFor("the check's failure in the file", 10_000, () => {
      const isTold = figure("viptools_check_ok", { check: "web" }) === 0;
      const down = figure("viptools_ownership_events_total", { ...ofInstance, event: "down" });
      return isTold && down === 1 ? true : undefined;
    });
    assert.equal(figure("viptools_owned", ofInstance), 0);
    assert.equal(figure("viptools_state", { ...ofInstance, state: "active" }), 0);
    assert.equal(figure("viptools_check_changes_total", { check: "web" }), 1);
    assert.equal(ofType(a.records(), "track.state").length, 0, "heartbeats are not in the log");
    a.signal("SIGTERM");
    await a.ended();
    assert.equal(figure("viptools_up"), 0);
    assert.equal(figure("viptools_owned", ofInstance), 0);
  });
});

/** Of these the pipe itself takes no notice. */
const UNNOTICED: readonly FailoverTool[] = ["vip-track", "arp-listen", "vrrp-elect"];
const FROZEN: readonly FailoverTool[] = IS_FULL ? FAILOVER_TOOLS : ["arp-listen"];

test(
  "the service manager hears READY once, and of life only while every tool speaks",
  needsRoot,
  async (t) => {
    await onStage(["a"], async (network) => {
      const check = standInCheck(network, "a");
      const args = `${COMMON} --track ${check.file} --restart 0 ${VIP} -- --startup-hold 0`;
      for (const tool of FROZEN) {
        const manager = await ServiceManager.open(network, "a", tool);
        const before = [...check.before, `NOTIFY_SOCKET=${manager.path}`];
        const a = new FailoverScript(network, "a", args, { before });
        const beats = (): number[] => manager.timesOf("WATCHDOG=1");
        await waitFor("it to be alive", 20_000, () => (beats().length >= 3 ? true : undefined));
        a.signalTool(tool, "SIGSTOP");
        const frozenUs = nowUs() + ON_THE_WAY_MS * 1000;
        await sleep(ON_THE_WAY_MS + 1.75 * BEAT_MS);
        const after = beats().filter((atUs) => atUs > frozenUs);
        const pauses = beats()
          .slice(1)
          .map((atUs, n) => (atUs - beats()[n]!) / 1000);
        t.diagnostic(`freeze of ${tool}: fed each ${Math.round(Math.max(...pauses))} ms at most, then not`);
        assert.deepEqual(after, [], `fed with a frozen ${tool}`);
        if (UNNOTICED.includes(tool)) {
          a.signalTool(tool, "SIGCONT");
          await waitFor("it to live again", 10_000, () => (beats().at(-1)! > frozenUs ? true : undefined));
          a.signal("SIGTERM");
        }
        await a.ended();
        const ready = manager.timesOf("READY=1");
        assert.equal(ready.length, 1, "READY=1");
        assert.ok(ready[0]! >= Number(ofType(a.records(), "vrrp.state")[0]!.mono_ns) / 1000);
        assert.ok(manager.timesOf(`STATUS=${INSTANCE} active`).length > 0);
        if (tool !== "vip-metrics") assert.equal(manager.timesOf("STOPPING=1").length, 1);
      }
    });
  },
);

const NOBODY = 65_534;
const CAPABILITIES = "-all,+net_raw,+net_admin";
const AS_NOBODY = [
  "setpriv",
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  "--clear-groups",
  "--no-new-privs",
  `--bounding-set=${CAPABILITIES}`,
  `--inh-caps=${CAPABILITIES}`,
  `--ambient-caps=${CAPABILITIES}`,
];
/** And with the system calls of the unit alone. */
const IN_THE_UNIT = [
  "/usr/bin/python3",
  `${TOP}test/lab/system-call-filter.py`,
  `${TOP}scripts/systemd/viptools-failover@.service`,
];
/** A repository below /root cannot be read by others. */
const canNobodyRead = (): boolean => attempt([...AS_NOBODY, "vip-metrics", "--version"]).code === 0;

for (const mode of ["macvlan", "address"] as const) {
  const isUnreadable = canNobodyRead() ? false : "user 65534 cannot read this repository";
  const isSkipped = (mode === "macvlan" ? needsRoot : inFull).skip || isUnreadable;
  test(`S3 a user with CAP_NET_RAW and CAP_NET_ADMIN alone can run it, is mute when all is killed, and clears that away: ${mode}`, {
    skip: isSkipped,
  }, async () => {
    await onStage(["a", "c"], async (network) => {
      const folder = join(network.folder, "nobody");
      mkdirSync(folder);
      chownSync(folder, NOBODY, NOBODY);
      for (const open of [network.folder, folder]) chmodSync(open, 0o755);
      const before = dumpHost(network, "a");
      const where = ["env", `TMPDIR=${folder}`, `VIPTOOLS_RUN=${folder}/run`];
      const args = `${COMMON} --mode ${mode} ${VIP} -- --startup-hold 0`;
      const start = (): FailoverScript =>
        new FailoverScript(network, "a", args, { before: [...where, ...AS_NOBODY, ...IN_THE_UNIT] });
      const first = start();
      await first.untilElected("active");
      const owner = readFileSync(`/proc/${first.tools().get("vmac-ctl")}/status`, "utf8");
      assert.match(owner, new RegExp(`^Uid:\\s${NOBODY}\\s`, "m"));
      assert.match(owner, /^CapEff:\s0000000000003000$/m);
      assert.match(owner, /^Seccomp:\s2$/m);
      const mac = mode === "macvlan" ? VMAC : network.host("a").mac;
      assert.deepEqual(answerers(network, VIP), [mac]);
      await first.untilRecord("garp.round");
      for (const pid of [first.pid, ...first.tools().values()]) process.kill(pid, "SIGKILL");
      await sleep(3 * ADVERT_MS);
      assert.deepEqual(answerers(network, VIP), [], "the lease has run out");
      assert.notDeepEqual(differences(before, dumpHost(network, "a")), [], "and something is left");
      const second = start();
      await second.untilElected("backup");
      assert.equal(ofType(second.records(), "vmac.down").length, 1, "cleared away before anything else");
      await second.untilElected("active");
      second.signal("SIGTERM");
      await second.ended();
      assert.equal(second.exitCode, 0, second.errors());
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
    });
  });
}

test("IPv4 and IPv6 addresses are two virtual routers of one command", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    const a = new FailoverScript(network, "a", `${COMMON} --priority 200 ${VIP} ${VIP6_LL} ${VIP6}`);
    // Nobody speaks on this link: a question of the client's is the first frame.
    network.run("c", ["ping", "-c", "1", "-W", "1", network.host("a").address]);
    await waitFor("both to be owned", 20_000, () => ofType(a.records(), "vmac.up").length >= 2 || undefined);
    const owned = ofType(a.records(), "vmac.up").map(({ instance }) => instance);
    assert.deepEqual(owned.sort(), ["eth0/4/51", "eth0/6/51"]);
    for (const address of [VIP, VIP6])
      assert.equal(network.run("c", ["ping", "-c", "1", "-W", "2", address]).code, 0, address);
    a.signal("SIGTERM");
    await a.ended();
    assert.equal(a.exitCode, 0, a.errors());
  });
});
