/** Where nothing is wrong vip-doctor says nothing and changes nothing; where it cannot look, it says so. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { differences, dumpHost } from "../lab/dump.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { VRID } from "../lab/router.ts";
import { IS_FULL, needsRoot, onStage, startPair } from "../lab/stage.ts";
import { codesIn, DOCTOR, keepalivedPair, plainPair, report, vmacPair } from "../lab/trouble.ts";

const ADVERT_MS = 1000;
const LANES = 3;
const ASK = ["--vrid", String(VRID), VIP];

interface Healthy {
  readonly start: (network: Network) => Promise<unknown>;
  readonly argv?: readonly string[];
  readonly isDaily?: true;
}

const HEALTHY: Readonly<Record<string, Healthy>> = {
  "a pair with a virtual MAC": { start: vmacPair, isDaily: true },
  "a pair on the NIC itself": { start: plainPair },
  "an IPv6 pair with a virtual MAC": {
    start: async (network) => await startPair(network, ADVERT_MS, { family: 6 }),
    argv: ["--vrid", String(VRID), VIP6],
  },
  "keepalived with use_vmac": {
    start: async (network) => await keepalivedPair(network, true),
    isDaily: true,
  },
  "keepalived on the NIC itself": { start: async (network) => await keepalivedPair(network, false) },
};

async function playHealthy(t: TestContext, name: string, { start, argv = ASK }: Healthy): Promise<void> {
  const hosts = ["a", "b", "c"];
  await onStage(hosts, async (network) => {
    await start(network);
    const before = dumpHost(network, "c");
    const reports = await Promise.all(hosts.map(async (host) => await report(network, host, argv)));
    for (const [n, told] of reports.entries()) {
      t.diagnostic(`${name}, ${hosts[n]}: ${(told.tookMs / 1000).toFixed(1)} s\n${told.text}`);
      assert.deepEqual(codesIn(told), [], `${name}, ${hosts[n]}`);
      assert.equal(told.code, 0);
      assert.match(told.text, /^OK +nothing wrong was found$/m);
    }
    assert.deepEqual(differences(before, dumpHost(network, "c")), [], "it changes nothing");
  });
}

test("vip-doctor: finds nothing on a healthy network, as Active, Backup and client", {
  ...needsRoot,
  concurrency: LANES,
}, async (t) => {
  const scenes = Object.entries(HEALTHY).filter(([, { isDaily }]) => IS_FULL || isDaily);
  await Promise.all(
    scenes.map(([name, scene]) => t.test(name, async (t) => await playHealthy(t, name, scene))),
  );
});

test("vip-doctor: says which part could not run, and refuses wrong input", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    // The folder for temporary files that a test was given may be root's alone.
    const asNobody = [
      "env",
      "TMPDIR=/tmp",
      "setpriv",
      "--reuid=65534",
      "--clear-groups",
      "--inh-caps=-all",
      "--bounding-set=-all",
    ];
    const quickly = [DOCTOR, "-I", "eth0", "--for", "1s", VIP];
    const { code, stdout } = network.run("a", [...asNobody, ...quickly, "--vrid", String(VRID)]);
    assert.equal(code, 77, stdout);
    assert.match(stdout, /MISSED +who is Active: .*CAP_NET_RAW/);
    const json = network.run("a", [...quickly, "--json"]);
    const types = json.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    assert.deepEqual([json.code, types.slice(-2)], [1, ["verdict.finding", "verdict.summary"]]);
    const quiet = network.run("a", [...quickly, "--quiet-wire"]);
    assert.match(quiet.stdout, /MISSED +who answers: --quiet-wire/);
    for (const [argv, wanted] of [
      [["-I", "nope0"], 69],
      [[], 64],
      [["-I", "eth0", "--vrid", "300"], 64],
      [["-I", "eth0", "--for", "soon"], 64],
      [["-I", "eth0", "--quiet-wire", "--target", "192.0.2.9"], 64],
      [["-I", "eth0", "--wat"], 64],
      [["-I", "eth0", "192.0.2.300"], 64],
      [["-I", "eth0", "--target", "192.0.2.300"], 64],
    ] as const) {
      const refused = network.run("a", [DOCTOR, ...argv]);
      assert.equal(refused.code, wanted, argv.join(" "));
      assert.match(refused.stderr, /^vip-doctor: .*\n$/, argv.join(" "));
    }
    network.command("a", "ip link set dev eth0 down");
    const down = network.run("a", quickly).stdout.split("\n");
    const missed = down.slice(down.findIndex((line) => line.startsWith("MISSED")));
    assert.deepEqual(missed, [...new Set(missed)], "each once");
  });
});
