/** How scripts/failover refuses, shows itself, starts again and gives up; and its unit, as systemd sees it. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { FAILOVER, FailoverScript } from "../lab/failover-script.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { attempt, TOP, waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, onStage } from "../lab/stage.ts";

const VIRTUAL_ROUTER = "-I eth0 --vrid 51";

/** What was typed, the exit code, and what is said. */
const REFUSED: readonly (readonly [args: string, code: number, said: RegExp])[] = [
  ["", 64, /-I is missing: say where/],
  ["-I", 64, /-I needs a value/],
  ["-I eth0 192.0.2.100", 64, /--vrid is missing/],
  ["-I eth0 --vrid 300 192.0.2.100", 64, /--vrid is "300": needs a whole number from 1 to 255/],
  ["-I eth0 --vrid 08 192.0.2.100", 64, /--vrid is "08"/],
  [VIRTUAL_ROUTER, 64, /VIP is missing/],
  [
    `${VIRTUAL_ROUTER} --priority 0 192.0.2.100`,
    64,
    /--priority is "0": needs a whole number from 1 to 254, or 255 for the owner/,
  ],
  [`${VIRTUAL_ROUTER} 192.0.2.100;reboot`, 64, /"192.0.2.100;reboot" is neither an address nor a time/],
  [
    `${VIRTUAL_ROUTER} --mode bridge 192.0.2.100`,
    64,
    /--mode is "bridge": needs macvlan, rewrite or address/,
  ],
  [`${VIRTUAL_ROUTER} --mode macvlan --no-vmac 192.0.2.100`, 64, /--no-vmac is --mode address/],
  [`${VIRTUAL_ROUTER} --restart often 192.0.2.100`, 64, /--restart is "often": needs N or N\/T/],
  [`${VIRTUAL_ROUTER} --config /dev/null 192.0.2.100`, 64, /-I is given beside --config/],
  ["--config /nowhere", 66, /\/nowhere cannot be read/],
  [`${VIRTUAL_ROUTER} --track /nowhere 192.0.2.100`, 66, /\/nowhere cannot be read/],
  [`${VIRTUAL_ROUTER} --log /nowhere/log 192.0.2.100`, 66, /\/nowhere\/log cannot be written/],
  [`${VIRTUAL_ROUTER} --frobnicate 192.0.2.100`, 64, /--frobnicate is unknown/],
];

for (const [args, code, said] of REFUSED) {
  test(`failover ${args} is refused with ${code}`, () => {
    const outcome = attempt([FAILOVER, ...args.split(" ").filter(Boolean)]);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, said);
    assert.equal(outcome.stdout, "");
  });
}

for (const [name, vips, played] of [
  ["one family", VIP, needsRoot],
  ["both families", `${VIP} ${VIP6_LL} ${VIP6}`, inFull],
] as const) {
  test(`what failover --print prints is a pipe that works: ${name}`, played, async () => {
    await onStage(["a"], async (network) => {
      const args = `${VIRTUAL_ROUTER} --advert-int 100ms --print ${vips}`.split(" ");
      const printed = attempt([FAILOVER, ...args]);
      assert.equal(printed.code, 0, printed.stderr);
      const pipe = new FedTool(network, "a", ["bash", "-c", printed.stdout]);
      await waitFor("the pipe to be Backup", 15_000, () => ofType(pipe.records(), "vrrp.state")[0]);
      assert.equal(ofType(pipe.records(), "vrrp.state")[0]!.state, "backup", pipe.errors());
    });
  });
}

test("failover starts again after a pause, gives up in the end, and says who failed", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const a = new FailoverScript(network, "a", `--vrid 51 --advert-int 100ms --restart 2/1m ${VIP}`);
    for (let n = 0; n < 3; n++) {
      await waitFor("its tools", 15_000, () => (a.tools().size === 5 ? true : undefined));
      await waitFor("its election", 15_000, () => ofType(a.records(), "vrrp.state").length > n || undefined);
      a.signalTool("garp-send", "SIGKILL");
      await waitFor(
        "it to notice",
        15_000,
        () => a.errors().split("garp-send was killed").length > n + 1 || undefined,
      );
    }
    await a.ended();
    assert.equal(a.exitCode, 137);
    const words = a
      .errors()
      .split("\n")
      .filter((line) => line.startsWith("failover:"));
    assert.deepEqual(words, [
      "failover: garp-send was killed by signal 9: starting again in 0.5 s",
      "failover: garp-send was killed by signal 9: starting again in 1 s",
      "failover: garp-send was killed by signal 9: giving up",
    ]);
  });
});

test("failover does not start again what would fail again", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    for (const [args, code, said] of [
      ["-I eth9 --vrid 51 192.0.2.100", 69, /there is no interface "eth9"/],
      ["-I eth0 --vrid 51 192.0.2.100 -- --down-count 1", 64, /--down-count is "1"/],
      [
        "-I eth0 --vrid 51 192.0.2.100 --metrics /nowhere/vip.prom",
        66,
        /Cannot write \/nowhere\/vip.prom: there is no such file or folder/,
      ],
    ] as const) {
      const outcome = network.run("a", [FAILOVER, ...args.split(" ")]);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, said);
      assert.doesNotMatch(outcome.stderr, /starting again/);
    }
  });
});

test(
  "failover --config reads the file again at SIGHUP, and ends at a second SIGTERM",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      const path = join(network.folder, "vrrp.json");
      const write = (priority: number): void =>
        writeFileSync(
          path,
          JSON.stringify({
            routers: [{ interface: "eth0", vrid: 51, vips: [VIP], priority, advert_int: "10s" }],
          }),
        );
      write(100);
      const a = new FedTool(network, "a", [FAILOVER, "--config", path]);
      await a.untilRecord("vrrp.state");
      write(120);
      a.signal("SIGHUP");
      await waitFor("it to have read", 10_000, () => a.errors().includes("settings read again") || undefined);
      assert.equal(a.exitCode, undefined);
      a.signal("SIGTERM");
      a.signal("SIGTERM");
      await a.ended();
      assert.equal(a.exitCode, 0, a.errors());
    });
  },
);

const UNIT = readFileSync(`${TOP}scripts/systemd/viptools-failover@.service`, "utf8");
/** What systemd-analyze makes of it at most, 0 (shut) to 10 (open). */
const EXPOSURE_MAX = 2.6;

test("systemd finds no mistake in the unit, and little that it leaves open", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "unit-"));
  try {
    const path = join(folder, "viptools-failover@.service");
    writeFileSync(path, UNIT.replaceAll("/opt/viptools/", TOP));
    const verified = attempt(["systemd-analyze", "verify", path]);
    assert.deepEqual([verified.code, verified.stdout, verified.stderr], [0, "", ""]);
    const rated = attempt(["systemd-analyze", "security", "--offline=true", "--no-pager", path]);
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(rated.stdout) ?? [];
    t.diagnostic(`exposure level ${exposure}, at most ${EXPOSURE_MAX}`);
    assert.ok(Number(exposure) <= EXPOSURE_MAX, rated.stdout + rated.stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the unit starts failover with options that it knows", () => {
  const [, command] = /^ExecStart=\/opt\/viptools\/(.*)$/m.exec(UNIT) ?? [];
  const [, options] = /^# {3}OPTIONS=(.*)$/m.exec(UNIT) ?? [];
  const words = command!.replace("$OPTIONS", options!).split(" ");
  const { code, stdout, stderr } = attempt([`${TOP}${words[0]}`, ...words.slice(1), "--print"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /vip-metrics .*--on-reader-loss ignore$/m);
});
