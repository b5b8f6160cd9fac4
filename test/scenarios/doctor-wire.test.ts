/** What the doctor hears of others, and what a probe finds out about the network. */
import assert from "node:assert/strict";
import test from "node:test";
import { codesOf, diagnose, mustBeClean, probePassage } from "../lab/diagnosis.ts";
import { differences, dumpHost } from "../lab/dump.ts";
import { type Network, VIP } from "../lab/network.ts";
import { PipeRouter, VMAC, VMAC6, VRID } from "../lab/router.ts";
import { hasEnded, inNamespace, must, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const ADVERT_MS = 100;
const PATIENCE_MS = 10_000;

/** Only speaks on b: owns nothing there. */
async function speakOnB(network: Network, vip: string): Promise<PipeRouter> {
  const other = new PipeRouter(network, "b", {
    priority: 100,
    advertMs: ADVERT_MS,
    electOnly: true,
    vips: [vip],
  });
  await waitFor("b to be Active", PATIENCE_MS, () => other.isActive() || undefined);
  return other;
}

test("doctor and probe: strangers, the other router of a pair, two at once", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const { address } = network.host("c");
    await t.test("a stranger with the same VRID is named", async () => {
      const stranger = await speakOnB(network, "198.51.100.7");
      const said = diagnose(network, "a", [VIP]);
      assert.deepEqual(codesOf(said), ["vrid_used_by_stranger"]);
      assert.match(said.records[0]!.found, /192\.0\.2\.2 \(00:00:5e:00:01:33\) .* for 198\.51\.100\.7/);
      assert.equal(said.code, 1);
      await stranger.stop();
      mustBeClean(network, "after the stranger has left", "a", [VIP]);
    });
    const other = await speakOnB(network, VIP);
    await t.test("the other router of a pair is none, and is told", () => {
      mustBeClean(network, "beside the other router", "a", [VIP]);
      assert.match(
        diagnose(network, "a", [VIP]).stderr,
        /192\.0\.2\.2 is Active for VRID 51 with priority 100/,
      );
    });
    await t.test("a probe refuses while it is Active, unless it is forced", () => {
      const refused = probePassage(network, "a", address);
      assert.equal(refused.code, 75, refused.stderr);
      assert.match(refused.stderr, /192\.0\.2\.2 uses 00:00:5e:00:01:33 now/);
      const missed = diagnose(network, "a", ["--target", address, VIP]);
      assert.deepEqual([missed.code, codesOf(missed)], [71, []]);
      assert.match(missed.stderr, /not looked at: Cannot ask .* somebody uses it now/);
      assert.equal(network.learned(VMAC), "b");
      assert.equal(probePassage(network, "a", address, "--force").code, 0);
    });
    await t.test("a second one that speaks is named", () => {
      network.command("a", `vmac-ctl up -I eth0 --vrid ${VRID} ${VIP}`);
      assert.deepEqual(codesOf(diagnose(network, "a")), ["vmac_used_twice"]);
    });
    await other.stop();
    mustBeClean(network, "what `up` took, alone");
  });
});

/** The switch's port of a takes frames from its NIC's MAC alone, as port security and hypervisors do. */
function guardPort(network: Network, isOn: boolean): void {
  const { port, mac } = network.host("a");
  const rules = `table netdev guard {\n chain c {\n  type filter hook ingress device "${port}" priority 0;\n  ether saddr != ${mac} drop\n }\n}\n`;
  const argv = isOn ? ["nft", "-f", "-"] : ["nft", "delete", "table", "netdev", "guard"];
  must(inNamespace(network.switchNamespace, argv), isOn ? rules : "");
}

/** Of an address that nobody has: it takes two seconds. */
const silentProbe = [
  ..."vmac-ctl probe -I eth0 --target 192.0.2.77 --listen 10ms --vrid".split(" "),
  String(VRID),
];

test("probe: says whether frames from the virtual MAC pass, and leaves nothing", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    const { mac: macOfB, address, address6 } = network.host("b");
    const before = dumpHost(network, "a");
    for (const [target, vmac] of [
      [address, VMAC],
      [address6, VMAC6],
    ] as const) {
      const open = probePassage(network, "a", target);
      assert.equal(open.code, 0, open.stderr);
      const { verdict, from_nic, from_vmac, mac, owner } = open.records[0]!;
      assert.deepEqual([verdict, from_nic, from_vmac, mac, owner], ["passes", true, true, vmac, macOfB]);
      guardPort(network, true);
      const guarded = probePassage(network, "a", target);
      assert.equal(guarded.code, 1, guarded.stderr);
      assert.deepEqual(
        guarded.records.map((probed) => [probed.verdict, probed.from_nic, probed.from_vmac]),
        [["foreign_source_blocked", true, false]],
      );
      mustBeClean(network, "who asks nobody finds nothing", "a", [VIP]);
      assert.deepEqual(codesOf(diagnose(network, "a", ["--target", target, VIP])), ["foreign_mac_blocked"]);
      guardPort(network, false);
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
      // What b has learned of the question, if anything, is no address that somebody else has.
      const known = network.run("b", ["ip", "neigh", "show", "dev", "eth0"]).stdout;
      for (const own of [network.host("a").address, network.host("a").address6, VIP])
        assert.doesNotMatch(known, new RegExp(`^${own} .*${vmac}`, "m"));
    }
    const taken = () => network.run("a", ["bridge", "fdb", "show", "dev", "eth0"]).stdout.includes(VMAC);
    const silent = network.start("a", silentProbe, ["ignore", "ignore", "inherit"]);
    await waitFor("the NIC to take the virtual MAC", PATIENCE_MS, () => taken() || undefined);
    await waitFor("the probe to end", PATIENCE_MS, () => hasEnded(silent) || undefined);
    assert.equal(silent.exitCode, 69);
    assert.equal(taken(), false);
  });
});
