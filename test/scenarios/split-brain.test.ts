/**
 * A network falls in two, each half has an Active that its clients believe, and it heals. The winner may have heard
 * nothing of the other one, where its own advert crosses first: that half of the cases is played too.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { monotonicUs } from "@viptools/kernel";
import { type Believer, believedMac, ENTRY_STATES, learn, setStates, wrongOf } from "../lab/believers.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { KeepalivedRouter } from "../lab/keepalived.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { PipeRouter, type Router, type RouterOptions, VMAC } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { SplitSwitch } from "../lab/split-switch.ts";
import { inFull, needsRoot, onStage, PRIORITY_OF_B, patienceMs, untilActive } from "../lab/stage.ts";
import { Told } from "../lab/told.ts";

const ADVERT_MS = 300;
/** What the winner has, once it can be heard: an advert interval, and a second. */
const HEALED_MS = ADVERT_MS + 1000;
/** The kernel's locktime is a second; an entry that was just learned is younger. */
const LOCKTIME_MS = 1000;
/** Longer than ours has; shorter than the kernel needs to find out by itself. */
const WATCHED_MS = 4000;
/** Both makes announce once more, five seconds after taking: that would be taken for a repair. */
const KEEPALIVED_ANNOUNCES_MS = 5500;
const ANNOUNCE_ONCE = { announceArgs: "--again-after 0" };
const NEAR = ["c", "d", "e"];
const FAR = ["f", "g", "h"];

const FLOOD_MS = 4000;
/** `repair-budget` of garp-send. */
const REPAIRS_AT_ONCE = 4;
const REPAIR_EVERY_MS = 2000;

const believersOf = (hosts: readonly string[]): Believer[] =>
  hosts.map((host, n) => ({ host, state: ENTRY_STATES[n]! }));
const [near, far] = [believersOf(NEAR), believersOf(FAR)];

type Start = (host: string, options: RouterOptions) => Router;

interface Halves {
  readonly a: Router;
  readonly b: Router;
  readonly halves: SplitSwitch;
}

/** a and b, of which a ranks higher, with three clients each on their half. */
async function build(
  network: Network,
  start: Start,
  more: Partial<RouterOptions> & { readonly far?: readonly string[]; readonly settleMs?: number },
): Promise<Halves> {
  const halves = new SplitSwitch(network, ["b", ...(more.far ?? FAR)]);
  const a = start("a", { priority: 150, advertMs: ADVERT_MS, ...more });
  await untilActive("a", a, ADVERT_MS);
  const b = start("b", { priority: PRIORITY_OF_B, advertMs: ADVERT_MS, ...more });
  await sleep(more.settleMs ?? 4 * ADVERT_MS);
  return { a, b, halves };
}

/** Both are Active, and their clients believe them, each in its own way. */
async function split(network: Network, { b, halves }: Halves, addresses: readonly string[]): Promise<void> {
  halves.cut();
  await untilActive("b", b, ADVERT_MS);
  await learn(network, near, addresses, network.host("a").mac);
  await learn(network, far, addresses, network.host("b").mac);
  await sleep(LOCKTIME_MS + 200);
  setStates(network, [...near, ...far], addresses);
}

/** @returns how long after the healing all believed the winner, and those who did not in the time watched. */
async function watch(
  network: Network,
  addresses: readonly string[],
  healedUs: number,
  forMs: number,
): Promise<{ tookMs: number; wrong: string[] }> {
  const wrong = (): string[] => wrongOf(network, [...near, ...far], addresses, network.host("a").mac);
  for (;;) {
    const left = wrong();
    const tookMs = (monotonicUs() - healedUs) / 1000;
    if (left.length === 0 || tookMs > forMs) return { tookMs, wrong: left };
    await sleep(20);
  }
}

function reachAll(network: Network, addresses: readonly string[]): void {
  for (const host of [...NEAR, ...FAR])
    for (const address of addresses) {
      const { code, stdout } = network.run(host, ["ping", "-c", "1", "-W", "1", address]);
      assert.equal(code, 0, `${host} reaches ${address}: ${stdout}`);
    }
}

/** After whose advert the halves are joined: the other one's comes first. */
const FIRST = [
  ["the winner", "b"],
  ["the loser", "a"],
] as const;

test(
  "S1 clients in every state find the winner of a healed split brain, with the NICs' MACs",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", ...NEAR, ...FAR], async (network) => {
      const start: Start = (host, options) => new PipeRouter(network, host, options);
      const routers = [[VIP], ["fe80::100", VIP6]].map((vips) => ({ interface: "eth0", vrid: 51, vips }));
      const scene = await build(network, start, { useVmac: false, routers, ...ANNOUNCE_ONCE });
      for (const [first, after] of FIRST) {
        await split(network, scene, [VIP, VIP6]);
        const healedUs = scene.halves.healAfterAdvertOf(after);
        const { tookMs, wrong } = await watch(network, [VIP, VIP6], healedUs, WATCHED_MS);
        t.diagnostic(`${first} speaks first: all clients right after ${tookMs.toFixed(0)} ms`);
        assert.deepEqual(wrong, [], `${first} speaks first`);
        assert.ok(tookMs <= HEALED_MS, `${first} speaks first: ${tookMs} ms, needs ${HEALED_MS}`);
        reachAll(network, [VIP, VIP6]);
        await waitFor("b to be Backup", patienceMs(ADVERT_MS), () => !scene.b.isActive() || undefined);
      }
      const { length } = ofType((scene.a as PipeRouter).records(), "vrrp.reasserted");
      assert.equal(length, 2 * FIRST.length, "each virtual router, each time");
    });
  },
);

test("control: keepalived leaves clients with the loser", inFull, async (t) => {
  await onStage(["a", "b", ...NEAR, ...FAR], async (network) => {
    const start: Start = (host, options) => new KeepalivedRouter(network, host, options);
    const scene = await build(network, start, {
      useVmac: false,
      settleMs: KEEPALIVED_ANNOUNCES_MS,
    });
    await split(network, scene, [VIP]);
    const healedUs = scene.halves.healAfterAdvertOf("b");
    const { tookMs, wrong } = await watch(network, [VIP], healedUs, WATCHED_MS);
    t.diagnostic(
      `keepalived: ${wrong.length} of ${far.length} clients wrong after ${tookMs.toFixed(0)} ms: ${wrong.join(", ")}`,
    );
    assert.equal(scene.b.isActive(), false, "one has won");
    assert.deepEqual(wrong, wrongOf(network, far, [VIP], network.host("a").mac), "those of the loser");
    assert.equal(wrong.length, far.length);
  });
});

test(
  "S1 a healed split brain moves the virtual MAC to the winner, and clients keep it",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c", "f"], async (network) => {
      const start: Start = (host, options) => new PipeRouter(network, host, options);
      const scene = await build(network, start, { far: ["f"], ...ANNOUNCE_ONCE });
      for (const [first, after] of FIRST) {
        scene.halves.cut();
        await untilActive("b", scene.b, ADVERT_MS);
        for (const host of ["c", "f"]) await learn(network, [{ host, state: "reachable" }], [VIP], VMAC);
        assert.equal(scene.halves.farPortOf(VMAC), network.host("b").port);
        const healedUs = scene.halves.healAfterAdvertOf(after);
        await waitFor("the far half to find the winner", HEALED_MS, () =>
          scene.halves.farPortOf(VMAC) === "trunk1" ? true : undefined,
        );
        t.diagnostic(
          `${first} speaks first: moved after ${((monotonicUs() - healedUs) / 1000).toFixed(0)} ms`,
        );
        const { code } = network.run("f", ["ping", "-c", "2", "-i", "0.2", "-W", "1", VIP]);
        assert.equal(code, 0, "f reaches the winner");
        await waitFor("b to be Backup", patienceMs(ADVERT_MS), () => !scene.b.isActive() || undefined);
        assert.equal(scene.halves.farPortOf(VMAC), "trunk1", "and it stays there");
      }
    });
  },
);

/** What vmac-ctl would have said of an address that stands on a. */
function taken(network: Network): Readonly<Record<string, unknown>> {
  const where = { mode: "address", interface: "eth0", parent: "eth0", mac: network.host("a").mac };
  return {
    type: "vmac.up",
    instance: INSTANCE,
    epoch: 1,
    ...where,
    vips: [`${VIP}/32`],
    took_us: 1,
    changes: [],
  };
}

const INSTANCE = "eth0/4/51";
const told = new Told({ instance: INSTANCE, vips: [`${VIP}/32`], vmac: null });

test(
  "garp-send --follow says again what arp-listen --watch hears another host claim",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      const watch = `arp-listen -I eth0 --watch ${VIP}`;
      const command = `{ cat <&3 & ${watch}; } 3<&0 | garp-send --follow --again-after 0`;
      const tool = new FedTool(network, "a", ["bash", "-c", command]);
      const believe = (host: string): Promise<true> =>
        waitFor(`c to believe ${host}`, 5000, () =>
          believedMac(network, "c", VIP) === network.host(host).mac ? true : undefined,
        );
      network.command("c", `ip neigh replace ${VIP} lladdr ${network.host("b").mac} dev eth0 nud reachable`);
      tool.say(told.lease(60_000));
      tool.say(taken(network));
      await believe("a");
      await tool.untilRecord("garp.round", 1);
      network.run("b", ["garp-send", "-I", "eth0", "--force", VIP]);
      await tool.untilRecord("garp.round", 3);
      await believe("a");
      network.run("c", ["ping", "-c", "1", "-W", "1", VIP]);
      assert.equal(believedMac(network, "c", VIP), network.host("a").mac);
    });
  },
);

const conflict = { type: "vrrp.conflict", instance: INSTANCE, cause: "two_active", peers: [], count: 1 };

test("rule 5: a Backup of another boot does not silence garp-send --follow", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const tool = new FedTool(network, "a", ["garp-send", "--follow", "--again-after", "0"]);
    tool.say(told.lease(60_000));
    tool.say(taken(network));
    await tool.untilRecord("garp.round", 1);
    tool.say({ ...told.lease(1, "leaving"), boot_id: "another" });
    tool.say({ ...told.state("backup"), boot_id: "another" });
    tool.say(conflict);
    await tool.untilRecord("garp.round", 2);
    tool.endInput();
    await tool.ended();
  });
});

test(
  "S1 garp-send --follow repairs what it has a lease for, within its budget, and nothing it has lost",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const tool = new FedTool(network, "a", ["garp-send", "--follow", "--no-pass", "--again-after", "0"]);
      const rounds = (): number => ofType(tool.records(), "garp.round").length;
      tool.say(told.lease(60_000));
      tool.say(taken(network));
      await tool.untilRecord("garp.round", 1);
      let said = 0;
      for (const startUs = monotonicUs(); monotonicUs() < startUs + FLOOD_MS * 1000; said++) {
        tool.say(conflict);
        await sleep(5);
      }
      const most = 2 * (REPAIRS_AT_ONCE + FLOOD_MS / REPAIR_EVERY_MS);
      assert.ok(rounds() > 2, "it repairs");
      assert.ok(rounds() <= 2 + most, `${rounds() - 2} rounds for ${said} conflicts, needs at most ${most}`);
      const { repairs, repairs_merged } = await tool.counters();
      assert.equal(repairs! + repairs_merged!, said);
      tool.say(told.lease(1, "leaving"));
      tool.say(conflict);
      await tool.counters();
      const before = rounds();
      await sleep(2500);
      assert.equal(rounds(), before, "not without a lease");
      tool.say({ ...taken(network), type: "vmac.down" });
      tool.say(told.lease(60_000));
      tool.say(conflict);
      await sleep(1500);
      assert.equal(rounds(), before, "not when it was given back");
      tool.endInput();
      await tool.ended();
    });
  },
);
