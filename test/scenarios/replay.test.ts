/** Rule 5: records that are late, replayed or of another boot take nothing. */
import assert from "node:assert/strict";
import test from "node:test";
import { monotonicNs, readBootId } from "@viptools/kernel";
import { formatLine, formatTimestamp, type RecordBody } from "@viptools/records";
import { differences, dumpHost } from "../lab/dump.ts";
import { type Network, VIP } from "../lab/network.ts";
import { VMAC, VRID } from "../lab/router.ts";
import { sleep } from "../lab/shell.ts";
import { needsRoot, onStage, startPair } from "../lab/stage.ts";

const INSTANCE = `eth0/4/${VRID}`;

interface Words {
  /** How long ago they were written. */
  readonly ageMs: number;
  readonly bootId: string;
}

/** "Backup", "Active", and a lease of a second, as vrrp-elect writes them. */
function story({ ageMs, bootId }: Words): string {
  const at = monotonicNs() - BigInt(ageMs) * 1_000_000n;
  const state = (name: "backup" | "active", epoch: number): RecordBody => ({
    type: "vrrp.state",
    instance: INSTANCE,
    interface: "eth0",
    family: 4,
    vrid: VRID,
    version: 3,
    state: name,
    previous: "backup",
    reason: "startup",
    priority: 150,
    vips: [`${VIP}/32`],
    vmac: VMAC,
    epoch,
    boot_id: bootId,
  });
  const lease: RecordBody = {
    type: "vrrp.lease",
    instances: [INSTANCE],
    epoch: [2],
    valid_ms: 1000,
    boot_id: bootId,
  };
  return [state("backup", 1), state("active", 2), lease]
    .map((body, n) =>
      formatLine(
        { tool: "vrrp-elect", host: "a", pid: 1, ts: formatTimestamp(0n), mono_ns: String(at), seq: n + 1 },
        body,
      ),
    )
    .join("");
}

/** Feeds text to `vmac-ctl follow`, keeps its input open for a while, and looks at the host meanwhile. */
async function follow(network: Network, input: string): Promise<{ links: string; output: string }> {
  const child = network.start("a", ["vmac-ctl", "follow"], ["pipe", "pipe", "inherit"]);
  let output = "";
  child.stdout!.on("data", (text: Buffer) => {
    output += text.toString();
  });
  child.stdin!.write(input);
  await sleep(600);
  const links = network.run("a", ["ip", "-br", "link"]).stdout;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin!.end();
  await ended;
  return { links, output };
}

const boot = readBootId();
const uptimeMs = Number(monotonicNs() / 1_000_000n);
const CASES: [string, Words, boolean][] = [
  ["fresh records of this boot", { ageMs: 0, bootId: boot }, true],
  ["records whose lease has run out", { ageMs: 1001, bootId: boot }, false],
  ["records of the first second of this boot", { ageMs: uptimeMs - 1000, bootId: boot }, false],
  ["fresh records of another boot", { ageMs: 0, bootId: "00000000-0000-0000-0000-000000000000" }, false],
];
for (const [name, words, takes] of CASES) {
  test(
    `rule 5: ${name} ${takes ? "take the address, which shows that the test can see it" : "take nothing"}`,
    needsRoot,
    async () => {
      await onStage(["a"], async (network) => {
        const before = dumpHost(network, "a");
        const { links, output } = await follow(network, story(words));
        assert.equal(links.includes("vrrp4-"), takes, links);
        assert.equal(output.includes('"vmac.up"'), takes);
        assert.deepEqual(differences(before, dumpHost(network, "a")), [], "S3: nothing is left");
      });
    },
  );
}

test("rule 5: the log of a whole run, played again, takes nothing", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const { a } = await startPair(network, 100);
    await sleep(500);
    const log = network.run("a", ["cat", a.logPath]).stdout;
    assert.ok(log.includes('"vmac.up"'));
    await a.stop();
    await sleep(1000);
    const { links, output } = await follow(network, log);
    assert.equal(links.includes("vrrp4-"), false);
    assert.ok(
      output.includes('"ignored_stale_lease":') && !output.includes('"ignored_stale_lease":0'),
      "and says so",
    );
  });
});
