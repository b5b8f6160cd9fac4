/** People's notify scripts, run for our election: as keepalived runs them, beside the pipe, in order. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { FedTool } from "../lab/fed-tool.ts";
import { startKeepalived } from "../lab/keepalived.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { Recorder } from "../lab/recorder.ts";
import { VRID } from "../lab/router.ts";
import { attempt, end, sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";
import { Told } from "../lab/told.ts";

const ADVERT_S = 0.1;
const SPECIFIC = ["master", "backup", "fault", "stop"] as const;

function instance(priority: number, lines: readonly string[]): string {
  return `
global_defs {
  script_user root
  vrrp_version 3
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  use_vmac
  virtual_router_id ${VRID}
  priority ${priority}
  advert_int ${ADVERT_S}
  virtual_ipaddress {
    ${VIP}/32
  }
  ${lines.join("\n  ")}
}
`;
}

/** How each make of router is started on a. @returns what ends it. */
type Start = (network: Network, general: Recorder, specific: Recorder) => () => Promise<void>;

const keepalived: Start = (network, general, specific) => {
  const lines = SPECIFIC.map((word) => `notify_${word} "${specific.path} ${word}"`);
  const text = instance(150, [...lines, `notify "${general.path} 'my own' words"`]);
  const { child } = startKeepalived(network, "a", text);
  return () => end(child);
};

const ours: Start = (network, general, specific) => {
  const path = join(network.folder, "notify.json");
  const notify = Object.fromEntries(SPECIFIC.map((word) => [`notify_${word}`, [specific.path, word]]));
  const entry = {
    instance: `eth0/4/${VRID}`,
    name: "VI_1",
    ...notify,
    notify: [general.path, "my own", "words"],
  };
  writeFileSync(path, JSON.stringify({ instances: [entry] }));
  const elect = `vrrp-elect -I eth0 --vrid ${VRID} --priority 150 --advert-int ${ADVERT_S} --startup-hold 0 ${VIP}`;
  const pipe = `${elect} | notify-exec --config ${path} > ${path}.log`;
  const shell = network.start(
    "a",
    ["bash", "-c", `set -m; ${pipe} & trap 'kill %1' TERM; wait; wait`],
    "ignore",
  );
  return () => end(shell);
};

/** Start, take-over, a better router, a pulled cable, its end, our end. @returns what scripts were told. */
async function callsOf(start: Start): Promise<{ general: string[]; specific: string[] }> {
  const calls = { general: [] as string[], specific: [] as string[] };
  await onStage(["a", "b"], async (network) => {
    const general = new Recorder(network.folder, "general");
    const specific = new Recorder(network.folder, "specific");
    const until = (word: string): Promise<true> =>
      waitFor(`${word} to be told`, 15_000, () => general.calls().at(-1)?.includes(` ${word} `) || undefined);
    const stop = start(network, general, specific);
    await until("MASTER");
    const { child: better } = startKeepalived(network, "b", instance(200, []));
    await until("BACKUP");
    network.linkDown("a");
    await until("FAULT");
    network.linkUp("a");
    await until("BACKUP");
    await end(better);
    await until("MASTER");
    await stop();
    await until("STOP");
    await sleep(100);
    calls.general.push(...general.calls());
    calls.specific.push(...specific.calls());
  });
  return calls;
}

test("notify-exec: the same calls as keepalived's for the same changes", needsRoot, async (t) => {
  const [theirs, own] = await Promise.all([callsOf(keepalived), callsOf(ours)]);
  assert.deepEqual(own, theirs);
  assert.deepEqual(theirs.specific, ["backup", "master", "backup", "fault", "backup", "master", "stop"]);
  assert.equal(theirs.general[0], "my own words INSTANCE VI_1 BACKUP 150");
  t.diagnostic(`${theirs.general.length} and ${theirs.specific.length} calls`);
});

/** A script that takes its time, and says when it begins and when it ends. */
function slowScript(
  network: Network,
  name: string,
  seconds: number,
): { readonly path: string; calls(): string[] } {
  const path = join(network.folder, name);
  const log = `${path}.log`;
  writeFileSync(log, "");
  writeFileSync(
    path,
    `#!/bin/sh\necho "begin $3 $2" >> ${log}\nsleep ${seconds}\necho "end $3 $2" >> ${log}\n`,
  );
  chmodSync(path, 0o755);
  return { path, calls: () => readFileSync(log, "utf8").trim().split("\n") };
}

const HEAD = { v: 1, tool: "test", host: "t", pid: 1, ts: "2026-11-25T00:00:00.000000000Z", seq: 1 };

/** A script takes its time, the pipe does not. */
async function isBesideThePipe(network: Network): Promise<void> {
  const slow = slowScript(network, "slow", 0.3);
  const tool = new FedTool(network, "a", ["notify-exec", "--queue", "2", "--notify", slow.path]);
  const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: null });
  const other = new Told({ instance: "eth0/4/52", vips: ["192.0.2.101/32"], vmac: null });
  tool.say(story.state("backup"));
  await waitFor("the first script", 10_000, () => slow.calls()[0] !== "" || undefined);
  for (let n = 0; n < 10; n++)
    for (const state of ["active", "backup"] as const) tool.say(story.state(state));
  tool.say(other.state("active"));
  tool.say(story.state("active"));
  await tool.untilRecord("vrrp.state", 22);
  const calls = await waitFor("the scripts", 10_000, () =>
    slow.calls().filter((call) => call.startsWith("end")).length >= 4 ? slow.calls() : undefined,
  );
  const told = calls.filter((call) => call.endsWith("/51"));
  assert.deepEqual(told, [
    ...["begin BACKUP eth0/4/51", "end BACKUP eth0/4/51"],
    ...["begin BACKUP eth0/4/51", "end BACKUP eth0/4/51"],
    ...["begin MASTER eth0/4/51", "end MASTER eth0/4/51"],
  ]);
  const otherAt = calls.indexOf("end MASTER eth0/4/52");
  assert.ok(otherAt < calls.lastIndexOf("begin MASTER eth0/4/51"), "another name does not wait for it");
  assert.equal((await tool.counters())["states_skipped"], 19);
  tool.endInput();
  await tool.ended();
  assert.equal(tool.exitCode, 0, tool.errors());
}

/** The pipe ends before its scripts, a hanging one is ended, and what root must not run is refused. */
async function isBounded(network: Network): Promise<void> {
  const hanging = slowScript(network, "hanging", 60);
  const notify = ["notify-exec", "--timeout", "700ms", "--name", "V", "--notify", hanging.path];
  const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: null });
  const line = JSON.stringify({ ...HEAD, ...story.state("active") });
  const script = `echo '${line}' | ${notify.join(" ")} | { cat > /dev/null; date +%s%N; }; date +%s%N`;
  const { stdout, stderr } = network.run("a", ["bash", "-c", script]);
  const [endOfPipe, endOfAll] = stdout.trim().split("\n").map(Number);
  assert.ok(endOfAll! - endOfPipe! > 1e9, `the pipe ended before two scripts of 0.7 s: ${stdout}`);
  assert.match(stderr, /for INSTANCE V MASTER was ended after 700 ms\n.*for INSTANCE V STOP was ended/);
  assert.deepEqual(hanging.calls(), ["begin MASTER V", "begin STOP V"]);

  chmodSync(hanging.path, 0o777);
  const refused = network.run("a", notify, `${line}\n`);
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /hanging is writable by others, and root runs nothing/);
  assert.equal(refused.stdout, "");
  const allowed = network.run("a", [...notify, "--user", "nobody"], `${line}\n`);
  assert.equal(allowed.code, 0, "who is not root may run what others may change");
}

async function isLookedAtEachTime(network: Network): Promise<void> {
  const slow = slowScript(network, "quick", 0);
  const tool = new FedTool(network, "a", ["notify-exec", "--notify", slow.path]);
  const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: null });
  tool.say(story.state("backup"));
  await waitFor("the first script", 10_000, () => slow.calls().length === 2 || undefined);
  chmodSync(slow.path, 0o777);
  tool.say(story.state("active"));
  const { message } = await tool.untilRecord("tool.error");
  assert.match(message, /INSTANCE eth0\/4\/51 MASTER is not run: .*writable by others/);
  assert.equal(ofType(tool.records(), "vrrp.state").length, 2);
  tool.endInput();
  await tool.ended();
  assert.equal(slow.calls().length, 2);
}

test("notify-exec: its scripts", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    await t.test("a slow one delays no record, and the last state is told", () => isBesideThePipe(network));
    await t.test("they outlive the pipe, for as long as they may; root runs only its own", () =>
      isBounded(network),
    );
    await t.test("one that goes bad while it runs is not run", () => isLookedAtEachTime(network));
  });
});

const WRONG: readonly (readonly [argv: string, code: number, says: RegExp])[] = [
  ["notify-exec", 64, /no script is given: needs --notify/],
  ["notify-exec --notify /bin/true --queue 0", 64, /--queue is "0": needs a whole number from 1/],
  ["notify-exec --notify /bin/true --timeout soon", 64, /--timeout/],
  ["notify-exec --notify /bin/true --timeout 0", 64, /--timeout is 0: needs 1ms to 24h/],
  ["notify-exec --notify /bin/true --timeout 25h", 64, /--timeout is 25h: needs 1ms to 24h/],
  ["vip-metrics --notify --expect foo", 64, /--expect is "foo": needs one of arp-listen, /],
  ["notify-exec --notify true", 78, /true is no absolute path/],
  ["notify-exec --notify /bin/none-such", 78, /cannot be run: ENOENT/],
  ["notify-exec --notify /bin/true --user nobody-such", 78, /there is no user "nobody-such"/],
  ["notify-exec --config /none", 66, /ENOENT/],
  ["notify-exec --config /none --name V", 64, /--name is given beside --config/],
  ["keepalived-fifo", 64, /arguments are missing/],
  ["keepalived-fifo a b", 64, /"b" is one word too many/],
  ["keepalived-fifo /dev/null", 78, /no FIFO/],
  ["keepalived-import --output", 64, /--output needs a value/],
];
for (const [argv, code, says] of WRONG) {
  test(`wrong input: ${argv} ends with ${code}`, () => {
    const { code: seen, stdout, stderr } = attempt(argv.split(" "));
    assert.deepEqual([seen, stdout], [code, ""], stderr);
    assert.match(stderr, says);
  });
}
