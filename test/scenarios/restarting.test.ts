/** scripts/failover on two hosts, while a client asks: what it survives, and what it hands over. */
import assert from "node:assert/strict";
import test from "node:test";
import { Client } from "../lab/client.ts";
import { differences, dumpHost } from "../lab/dump.ts";
import { EchoTrace } from "../lab/echo-trace.ts";
import { FAILOVER_TOOLS, FailoverScript, type FailoverTool, standInCheck } from "../lab/failover-script.ts";
import { explainLoss, fatesOf } from "../lab/fate.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, longestOutageMs, needsRoot, onStage } from "../lab/stage.ts";

const ADVERT_MS = 200;
const COMMON = `--vrid 51 --advert-int ${ADVERT_MS}ms`;

interface Fault {
  readonly name: string;
  readonly cause: (a: FailoverScript) => void;
  /** Nobody else may notice. */
  readonly isPlanned?: boolean;
}

const killOf = (tool: FailoverTool): Fault => ({
  name: `kill -9 of ${tool}`,
  cause: (a) => a.signalTool(tool, "SIGKILL"),
});
const freezeOf = (tool: FailoverTool): Fault => ({
  name: `freeze of ${tool}`,
  cause: (a) => a.signalTool(tool, "SIGSTOP"),
});
const STOP: Fault = { name: "SIGTERM", cause: (a) => a.signal("SIGTERM"), isPlanned: true };
const KILL_SCRIPT: Fault = {
  name: "kill -9 of the script",
  cause: (a) => a.signal("SIGKILL"),
  isPlanned: true,
};
/** Those whose freeze the pipe itself notices; a frozen elector is mute, and the watchdog's matter. */
const FREEZES: readonly FailoverTool[] = ["vmac-ctl", "garp-send", "vip-metrics"];
const FAULTS: readonly Fault[] = IS_FULL
  ? [...FAILOVER_TOOLS.map(killOf), ...FREEZES.map(freezeOf), STOP, KILL_SCRIPT]
  : [killOf("vmac-ctl"), STOP, KILL_SCRIPT];

interface Felt {
  /** Asks without an answer at the client's port of the switch. */
  readonly lost: number;
  /** Longest time without an answer. */
  readonly outageMs: number;
  /** What the lost ones met. */
  readonly story: string;
}

/** Plays a fault of a's while the client asks, until b has taken over, and what is planned has ended. */
async function play(network: Network, a: FailoverScript, b: FailoverScript, fault: Fault): Promise<Felt> {
  const tookOver = ofType(b.records(), "vmac.up").length;
  const trace = await EchoTrace.open(
    network,
    network.hosts.map(({ name }) => name),
  );
  const client = new Client(network, "c", "icmp");
  await waitFor("the client to ask", 15_000, () => trace.hasSeenAsks() || undefined);
  await sleep(200);
  const faultUs = Date.now() * 1000;
  fault.cause(a);
  await waitFor(`b to take over after ${fault.name}`, 15_000, () =>
    ofType(b.records(), "vmac.up").length > tookOver ? true : undefined,
  );
  if (fault.isPlanned === true) {
    await a.ended();
    await waitFor("its tools to end", 10_000, () => a.tools().size === 0 || undefined);
  }
  await sleep(300);
  const { outages, isAway } = await client.stop();
  assert.equal(isAway, false, fault.name);
  const { port } = network.host("c");
  const hops = await trace.close();
  return {
    lost: fatesOf(hops, port).reduce((sum, fate) => sum + fate.lost, 0),
    outageMs: Math.max(0, ...outages.map(({ outageMs }) => outageMs)),
    story: explainLoss(hops, port, faultUs),
  };
}

test(
  "S3 S7 S9 failover outlives the end and the freeze of each of its tools, and hands over without loss",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const before = dumpHost(network, "a");
      const check = standInCheck(network, "a");
      // A window of a second: each of many faults is the first one, and paused for shortly.
      const args = `${COMMON} --priority 150 --track ${check.file} --restart 9/1s ${VIP}`;
      const startA = (): FailoverScript => new FailoverScript(network, "a", args, check);
      let a = startA();
      await a.untilElected("active");
      const b = new FailoverScript(network, "b", `${COMMON} --priority 100 ${VIP}`);
      await b.untilElected("backup");
      for (const fault of FAULTS) {
        const { lost, outageMs, story } = await play(network, a, b, fault);
        t.diagnostic(`${fault.name}: ${lost} asks lost, away for ${outageMs.toFixed(0)} ms at most`);
        assert.ok(outageMs <= longestOutageMs(ADVERT_MS), `${fault.name}: away for ${outageMs} ms`);
        if (fault.isPlanned === true) {
          assert.equal(lost, 0, `${fault.name}: a planned step loses nothing; ${story}`);
          a = startA();
        }
        await b.untilElected("backup");
        await a.untilElected("active");
      }
      a.signal("SIGTERM");
      await a.ended();
      assert.equal(a.exitCode, 0, a.errors());
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
    });
  },
);
