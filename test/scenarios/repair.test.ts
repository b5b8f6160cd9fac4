/** What somebody takes away from an Active is put back at once, told, and not for ever (S8, S9). */
import assert from "node:assert/strict";
import test from "node:test";
import { Client } from "../lab/client.ts";
import { differences, differingLines, dumpHost } from "../lab/dump.ts";
import { nowUs } from "../lab/fault.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { type Form, kindsOf, MODES, nameOf, optionsOf } from "../lab/form.ts";
import type { Network } from "../lab/network.ts";
import { monotonicUsOf, ofType } from "../lab/record-log.ts";
import { type PipeRouter, VMAC, VMAC6 } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";
import { Told } from "../lab/told.ts";

/** Between the damage and the record of its repair; settings are looked at four times a second. */
const EVENT_MS = 250;
const LOOK_MS = 1000;
const ADVERT_MS = 100;

interface Damage {
  readonly fact: string;
  /** Typed on a; IF and VIP are filled in. */
  readonly command: string;
  readonly found: RegExp;
  readonly limitMs: number;
  /** How long after the repair a client is served again at the latest; without, at once. */
  readonly servedMs?: (form: Form) => number;
  readonly forms: (form: Form) => boolean;
}

/** A client's ask and its answer. */
const AT_ONCE_MS = 300;
/** What was asked before the rules knew the NIC's new MAC was dropped, and the kernel asks again after a second (RETRANS_TIMER). */
const ASKED_AGAIN_MS = 1600;

const isMacvlan = ({ mode }: Form): boolean => mode === "macvlan";
const DAMAGES: readonly Damage[] = [
  {
    fact: "the address is deleted",
    command: "ip address del VIP dev IF",
    found: /^no VIP on IF$/,
    limitMs: EVENT_MS,
    forms: () => true,
  },
  {
    fact: "all addresses are flushed",
    command: "ip address flush dev IF || true",
    found: /^no .*VIP.* on IF$/,
    limitMs: EVENT_MS,
    forms: isMacvlan,
  },
  {
    fact: "the NIC is told not to take frames for the virtual MAC",
    command: "bridge fdb del VMAC dev eth0 self",
    found: /^eth0 takes no frames for VMAC$/,
    limitMs: EVENT_MS,
    forms: ({ mode }) => mode === "rewrite",
  },
  {
    fact: "the link is deleted",
    command: "ip link del IF",
    found: /^link IF is gone$/,
    limitMs: EVENT_MS,
    forms: isMacvlan,
  },
  {
    fact: "the link is taken down",
    command: "ip link set IF down",
    found: /^link IF is down/,
    limitMs: EVENT_MS,
    forms: isMacvlan,
  },
  {
    fact: "the link gets another MAC",
    command: "ip link set IF address 02:00:00:00:00:77",
    found: /^IF has the MAC 02:00:00:00:00:77$/,
    limitMs: EVENT_MS,
    forms: isMacvlan,
  },
  {
    fact: "the link is renamed",
    command: "ip link set IF name x0",
    found: /^link IF is called x0$/,
    limitMs: EVENT_MS,
    forms: isMacvlan,
  },
  {
    fact: "the link is marked as another's",
    command: "ip link set IF alias uplink",
    found: /^link IF is marked "uplink"$/,
    limitMs: EVENT_MS,
    forms: isMacvlan,
  },
  {
    fact: "a rule of the fence is deleted, and the whole table",
    command: "nft delete table netdev vmac_eth0_FAMILY_51",
    found: /^table vmac_eth0_\d_51 was changed or is gone$/,
    limitMs: EVENT_MS,
    forms: () => true,
  },
  {
    fact: "rules are added to the fence",
    command: "nft insert rule netdev vmac_eth0_FAMILY_51 in drop",
    found: /^table vmac_eth0_\d_51 was changed or is gone$/,
    limitMs: EVENT_MS,
    forms: () => true,
  },
  {
    fact: "a setting of the parent is reset",
    command: "echo 0 > /proc/sys/net/ipv4/conf/eth0/arp_ignore",
    found: /^sysctl net\/ipv4\/conf\/eth0\/arp_ignore was 0$/,
    limitMs: LOOK_MS,
    forms: (form) => isMacvlan(form) && form.family === 4,
  },
  {
    fact: "a setting of the macvlan is reset",
    command: "echo 1 > /proc/sys/net/ipv4/conf/IF/rp_filter",
    found: /^sysctl net\/ipv4\/conf\/IF\/rp_filter was 1$/,
    limitMs: LOOK_MS,
    forms: (form) => isMacvlan(form) && form.family === 4,
  },
  {
    fact: "the NIC begins to forward",
    command: "echo 1 > /proc/sys/net/ipv4/conf/eth0/forwarding",
    found: /^sysctl net\/ipv4\/conf\/IF\/forwarding was 0$/,
    limitMs: LOOK_MS,
    forms: (form) => isMacvlan(form) && form.family === 4,
  },
  {
    fact: "the NIC gets another MAC",
    command: "ip link set eth0 address 02:00:00:00:00:78",
    found: /^eth0 has the MAC 02:00:00:00:00:78, and had 02:00:00:00:00:01$/,
    limitMs: EVENT_MS,
    servedMs: ({ mode, family }) => (mode === "rewrite" && family === 6 ? ASKED_AGAIN_MS : AT_ONCE_MS),
    forms: () => true,
  },
];

/** What stands where the VIPs are, as `ip` wants it typed. */
function fillIn(text: string, a: PipeRouter, form: Form): string {
  const { interface: where, vips, mac } = ofType(a.records(), "vmac.up").at(-1)!;
  const vip = vips.find((one) => !one.startsWith("fe80:"))!;
  return text
    .replaceAll(/\bIF\b/g, where)
    .replaceAll(/\bVIP\b/g, vip)
    .replaceAll(/\bVMAC\b/g, mac)
    .replaceAll("FAMILY", String(form.family));
}

async function damageAndWatch(network: Network, a: PipeRouter, form: Form, damage: Damage): Promise<string> {
  const before = ofType(a.records(), "vmac.repaired").length;
  const client = new Client(network, "c", kindsOf(form).ping);
  await sleep(300);
  const fromUs = nowUs();
  const outcome = network.run("a", ["sh", "-c", fillIn(damage.command, a, form)]);
  assert.equal(outcome.code, 0, outcome.stderr);
  const repaired = await waitFor(
    `${damage.fact}: a repair`,
    3000,
    () => ofType(a.records(), "vmac.repaired")[before],
  );
  const tookMs = (monotonicUsOf(repaired) - fromUs) / 1000;
  await sleep(damage.servedMs?.(form) ?? AT_ONCE_MS);
  const { outages, isAway } = await client.stop();
  const awayMs = Math.max(0, ...outages.map(({ outageMs }) => outageMs));
  assert.match(repaired.found.join("; "), new RegExp(fillIn(damage.found.source, a, form)));
  assert.ok(repaired.changes.length > 0, "what was done is told");
  assert.equal(isAway, false, "the client is served again");
  assert.ok(tookMs < damage.limitMs, `it took ${tookMs} ms`);
  return `${damage.fact}: put back after ${tookMs.toFixed(1)} ms, a client was without it for ${awayMs.toFixed(0)} ms`;
}

const FORMS: readonly (readonly [form: Form, isEveryday: boolean])[] = [
  [{ mode: "macvlan", standby: "absent", family: 4 }, true],
  [{ mode: "macvlan", standby: "fenced", family: 6 }, false],
  [{ mode: "rewrite", standby: "absent", family: 6 }, true],
  [{ mode: "rewrite", standby: "fenced", family: 4 }, false],
  [{ mode: "address", standby: "absent", family: 4 }, false],
  [{ mode: "address", standby: "fenced", family: 6 }, true],
];
for (const [form, isEveryday] of FORMS) {
  test(
    `S9 what is taken away from an Active is put back: ${nameOf(form)}`,
    isEveryday ? needsRoot : inFull,
    async (t) => {
      await onStage(["a", "b", "c"], async (network) => {
        const { followArgs, ...options } = optionsOf(form);
        const more = { ...options, followArgs: `${followArgs} --fence watched --repairs 50` };
        const { a, b } = await startPair(network, ADVERT_MS, more);
        const changes = b.states().length;
        for (const damage of DAMAGES.filter(({ forms }) => forms(form)))
          t.diagnostic(await damageAndWatch(network, a, form, damage));
        assert.equal(b.states().length, changes, "nobody took over meanwhile");
        assert.equal(a.isActive(), true);
      });
    },
  );
}

/** More notifications than the kernel keeps for one who does not read. */
const FLOOD_ADDRESSES = 6000;
test("S8 who missed what happened to its links reads everything anew", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    const tool = new FedTool(network, "a", ["vmac-ctl", "follow", "--fence", "none"]);
    const story = new Told({ instance: "eth0/4/51", vips: ["192.0.2.100/32"], vmac: VMAC });
    for (const record of [story.state("backup"), story.state("active"), story.lease(60_000)])
      tool.say(record);
    const { interface: where } = await tool.untilRecord("vmac.up");
    tool.signal("SIGSTOP");
    const lines = (verb: string): string =>
      Array.from(
        { length: FLOOD_ADDRESSES },
        (_, n) => `address ${verb} 10.9.${n >> 8}.${n & 255}/32 dev lo`,
      ).join("\n");
    for (const verb of ["add", "del"]) network.run("a", ["ip", "-batch", "-"], lines(verb));
    network.command("a", `ip address del 192.0.2.100/32 dev ${where}`);
    tool.signal("SIGCONT");
    const repaired = await tool.untilRecord("vmac.repaired");
    assert.deepEqual(repaired.found, [`no 192.0.2.100/32 on ${where}`]);
    const { netlink_overruns: overruns = 0 } = await tool.counters();
    t.diagnostic(`${overruns} overruns`);
    assert.ok(overruns > 0, "it was overrun");
    tool.endInput();
    await tool.ended();
    assert.equal(tool.exitCode, 0, tool.errors());
  });
});

interface Way {
  readonly family: 4 | 6;
  readonly network: string;
  readonly vip: string;
  readonly client: string;
  /** What takes the NIC's address away with its route, and what brings it back. */
  readonly loss: string;
  readonly gain: string;
}

const WAYS: readonly Way[] = [
  {
    family: 4,
    network: "10.9.0.0/24",
    vip: "10.9.0.100/24",
    client: "10.9.0.2/24",
    loss: "ip address del 10.9.0.1/24 dev eth0",
    gain: "ip address add 10.9.0.1/24 dev eth0",
  },
  {
    family: 6,
    network: "2001:db8::/64",
    vip: "2001:db8::100/64",
    client: "2001:db8::9/64",
    loss: "ip link set eth0 down; sleep 0.3; ip link set eth0 up",
    gain: "ip address replace 2001:db8::1/64 dev eth0 nodad",
  },
];
for (const mode of MODES) {
  test(`S3 S9 a VIP brings the route to its network while the NIC has none: ${mode}`, needsRoot, async () => {
    await onStage(["a", "c"], async (network) => {
      for (const way of WAYS) await loseRoute(network, mode, way);
    });
  });
}

async function loseRoute(network: Network, mode: Form["mode"], way: Way): Promise<void> {
  const { family, vip, client } = way;
  const sh = (host: string, line: string): string => network.run(host, ["sh", "-c", line]).stdout;
  const routes = (): number =>
    sh("a", `ip -${family} route show ${way.network}`).trim().split("\n").filter(Boolean).length;
  sh("c", `ip address add ${client} dev eth0 ${family === 6 ? "nodad" : ""}`);
  network.setSysctl("a", "ipv6/conf/eth0/accept_dad", 0);
  // A link that was down once lists things in another order.
  sh("a", way.loss);
  sh("a", way.gain);
  await sleep(100);
  const before = dumpHost(network, "a");
  const tool = new FedTool(network, "a", ["vmac-ctl", "follow", "--mode", mode]);
  const vmac = family === 4 ? VMAC : VMAC6;
  const vips = family === 4 ? [vip] : ["fe80::100/128", vip];
  const story = new Told({ instance: `eth0/${family}/51`, vips, vmac });
  for (const record of [story.state("backup"), story.state("active"), story.lease(60_000)]) tool.say(record);
  await tool.untilRecord("vmac.up");
  assert.equal(routes(), 1, "the NIC's is enough");
  sh("a", way.loss);
  await tool.untilRecord("vmac.repaired");
  const ping = `ping -c 3 -i 0.3 -W 1 ${vip.split("/")[0]} | grep -o "bytes from"`;
  assert.notEqual(sh("c", ping), "", "it brings a route");
  assert.equal(routes(), 1);
  const repairs = ofType(tool.records(), "vmac.repaired").length;
  sh("a", way.gain);
  await tool.untilRecord("vmac.repaired", repairs);
  assert.equal(routes(), 1, "none competes with the NIC's");
  assert.notEqual(sh("c", ping), "", "it is served on");
  tool.endInput();
  await tool.ended();
  assert.equal(tool.exitCode, 0, tool.errors());
  const after = dumpHost(network, "a");
  assert.deepEqual(differences(before, after), [], differingLines(before, after).join("\n"));
}

test("S9 who cannot keep its address gives up its role, and says why", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    const { a, b } = await startPair(network, ADVERT_MS, { followArgs: "--repairs 3" });
    const { interface: where } = ofType(a.records(), "vmac.up").at(-1)!;
    for (let n = 0; n < 40 && !a.hasEnded; n++) {
      network.run("a", ["sh", "-c", `ip link del ${where} 2>/dev/null`]);
      await sleep(150);
    }
    await a.ended();
    const [error] = ofType(a.records(), "vmac.error");
    assert.match(error?.message ?? "", /again and again, last link vrrp4-2-51 is gone/);
    assert.equal(ofType(a.records(), "vmac.repaired").length, 3);
    await untilActive("b", b, ADVERT_MS);
    assert.equal(network.run("a", ["vmac-ctl", "status"]).code, 1, "nothing is left of it");
  });
});

test("S2 a fenced Backup stays mute whatever is taken away from it", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    const { a, b } = await startPair(network, ADVERT_MS, { followArgs: "--standby fenced" });
    network.portOff("a");
    await untilActive("b", b, ADVERT_MS);
    network.portOn("a");
    await waitFor("b to be Backup", 5000, () => b.isElected("backup") || undefined);
    const mute = (what: string): void => {
      const viaB = ["ip", "neigh", "replace", "192.0.2.100", "lladdr", "00:00:5e:00:01:33", "dev", "eth0"];
      network.run("c", viaB);
      assert.equal(network.learned("00:00:5e:00:01:33"), "a", what);
    };
    network.run("b", ["nft", "flush", "ruleset"]);
    mute("rules flushed");
    network.portOff("a");
    b.signal("vmac-ctl", "SIGKILL");
    await sleep(500);
    const asked = network.run("c", ["arping", "-b", "-I", "eth0", "-c", "3", "-w", "3", "192.0.2.100"]);
    assert.equal(asked.code, 1, `nobody answers: ${asked.stdout}`);
    const status = JSON.parse(network.run("b", ["vmac-ctl", "status"]).stdout);
    assert.deepEqual([status.owner, status.answers], ["dead", false]);
    assert.match(status.why[0], /muted/);
    assert.equal(network.run("b", ["vmac-ctl", "cleanup"]).code, 0);
    network.portOn("a");
    assert.equal(a.hasEnded, false);
  });
});
