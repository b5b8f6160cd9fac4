/** The fence without rules: addresses that the kernel takes away by itself. */
import assert from "node:assert/strict";
import test from "node:test";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { VMAC, VMAC6 } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";
import { Told } from "../lab/told.ts";
import { findContests } from "../lab/voices.ts";

const reaches = (network: Network, address: string): boolean =>
  network.run("c", ["ping", "-c", "1", "-W", "1", address]).code === 0;

/** Addresses of the same lifetime, of which nobody takes care. */
const LIKE_IT = { "eth0/4/51": "198.51.100.1/32", "eth0/6/51": "2001:db8:ffff::1/128" } as const;

function giveFor2s(network: Network, address: string): void {
  network.command("a", `ip address add ${address} dev eth0 valid_lft 2 preferred_lft 2`);
}

const has = (network: Network, address: string): boolean =>
  network.run("a", ["ip", "address", "show", "dev", "eth0", "to", address]).stdout !== "";

test(
  "S1 --fence lifetime: a frozen owner loses its addresses, and short leases are refused",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      for (const [instance, vip, vmac] of [
        ["eth0/4/51", VIP, VMAC],
        ["eth0/6/51", VIP6, VMAC6],
      ] as const) {
        const tool = new FedTool(network, "a", ["vmac-ctl", "follow", "--fence", "lifetime"]);
        const story = new Told({ instance, vips: [`${vip}/${vip.includes(":") ? 128 : 32}`], vmac });
        for (const record of [story.state("backup"), story.state("active"), story.lease(2500)])
          tool.say(record);
        await tool.untilRecord("vmac.up");
        for (let n = 0; n < 3; n++) {
          await sleep(1000);
          tool.say(story.lease(2500));
          assert.equal(reaches(network, vip), true, `refreshed ${n} times`);
        }
        tool.signal("SIGSTOP");
        giveFor2s(network, LIKE_IT[instance]);
        await sleep(3200);
        // The kernel may itself be held up.
        await waitFor("an address of that lifetime to end", 10_000, () =>
          has(network, LIKE_IT[instance]) ? undefined : true,
        );
        assert.equal(reaches(network, vip), false, "the kernel has taken it away");
        tool.signal("SIGCONT");
        tool.endInput();
        await tool.ended();
        assert.equal(tool.exitCode, 0, tool.errors());
      }
      const tool = new FedTool(network, "a", ["vmac-ctl", "follow", "--fence", "lifetime"]);
      const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: VMAC });
      for (const record of [story.state("backup"), story.state("active")]) tool.say(record);
      for (let n = 0; n < 100 && tool.exitCode === undefined; n++) {
        tool.say(story.lease(250));
        await sleep(100);
      }
      await tool.ended();
      assert.equal(tool.exitCode, 71);
      assert.match(tool.errors(), /lease of \d+ ms is too short, needs adverts of 1 s/);
    });
  },
);

test("S1 --fence lifetime: one voice after SIGSTOP of all at 1 s", inFull, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const { a, b } = await startPair(network, 1000, { followArgs: "--fence lifetime" });
    const taps = new Taps(network);
    await taps.open(["a", "b"]);
    a.signal("all", "SIGSTOP");
    await untilActive("b", b, 1000);
    await sleep(3000);
    a.signal("all", "SIGCONT");
    await sleep(4000);
    const contests = findContests(await taps.close(), 1_000_000);
    const overlapMs = Math.max(0, ...contests.map(({ overlapUs }) => overlapUs / 1000));
    t.diagnostic(`both spoke for ${overlapMs.toFixed(1)} ms`);
    assert.ok(contests.length >= 1 && overlapMs < 1000);
  });
});
