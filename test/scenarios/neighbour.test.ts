/** IPv6 addresses that stand on the hosts' own interfaces and move by hand: announced, asked for, pinged. */
import assert from "node:assert/strict";
import { openSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { monotonicNs, readBootId } from "@viptools/kernel";
import {
  ALL_NODES_GROUP,
  EtherType,
  encodeEthernet,
  encodeIpv6,
  internetChecksum,
  ipv6GroupMac,
  macToBytes,
  pseudoHeaderSum,
} from "@viptools/wire";
import { ASK_EVERY_MS, Client, type ClientKind } from "../lab/client.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType, readRecordLog } from "../lab/record-log.ts";
import { VMAC6 } from "../lab/router.ts";
import { startSending } from "../lab/sending.ts";
import { end, sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const PATIENCE_MS = 5000;

const words = (command: string): string[] => command.split(" ");

function run(network: Network, host: string, command: string): string {
  const { code, stdout, stderr } = network.run(host, words(command));
  assert.equal(code, 0, `${command}: ${stderr}`);
  return stdout;
}

function addVip(network: Network, host: string, address: string): void {
  run(network, host, `ip -6 address add ${address}/64 dev eth0 nodad`);
}

function removeVip(network: Network, host: string, address: string): void {
  run(network, host, `ip -6 address del ${address}/64 dev eth0`);
}

/** What c knows of an address: `lladdr MAC [router] STATE`. */
const neighbourOf = (network: Network, address: string): string =>
  run(network, "c", `ip -6 neigh show ${address} dev eth0`);

const gatewaysOf = (network: Network): string => run(network, "c", "ip -6 route show default");

/** What makes a host a default router of c (RFC 4861 §4.2): 30 minutes, from the link-local VIP at a's MAC. */
function routerAdvertisement(mac: string): string {
  const payload = Uint8Array.of(134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, ...macToBytes(mac));
  const start = pseudoHeaderSum(VIP6_LL, ALL_NODES_GROUP, 58, payload.length);
  new DataView(payload.buffer).setUint16(2, internetChecksum(payload, start));
  const packet = encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: 255,
    nextHeader: 58,
    source: VIP6_LL,
    destination: ALL_NODES_GROUP,
    payload,
  });
  const destination = ipv6GroupMac(ALL_NODES_GROUP);
  const frame = encodeEthernet({ destination, source: mac, etherType: EtherType.ipv6, payload: packet });
  return Buffer.from(frame).toString("hex");
}

/** a has both addresses, and is the gateway of c, which has just talked to both. */
async function startAtA(network: Network): Promise<void> {
  for (const address of [VIP6_LL, VIP6]) addVip(network, "a", address);
  const frame = routerAdvertisement(network.host("a").mac);
  const sender = await startSending(network, "a", 100, [frame]);
  await waitFor(
    "the gateway",
    PATIENCE_MS,
    () => gatewaysOf(network).includes(`via ${VIP6_LL}`) || undefined,
  );
  await end(sender);
  for (const address of [`${VIP6_LL}%eth0`, VIP6]) run(network, "c", `ping -c 1 -W 2 ${address}`);
  for (const address of [VIP6_LL, VIP6])
    assert.match(neighbourOf(network, address), new RegExp(`lladdr ${network.host("a").mac} `));
  assert.match(neighbourOf(network, VIP6_LL), / router /);
}

/** Nobody tells c by itself: addresses that are set by hand are not announced by the kernel. */
function moveToB(network: Network): void {
  for (const address of [VIP6_LL, VIP6]) {
    removeVip(network, "a", address);
    addVip(network, "b", address);
  }
  assert.match(neighbourOf(network, VIP6), new RegExp(`lladdr ${network.host("a").mac} `));
}

const ROUTERS: readonly (readonly [name: string, forwarding: 0 | 1, option: string, isKept: boolean])[] = [
  ["ND-7.2.6-e a router that forwards stays the gateway", 1, "", true],
  ["a host that is called a router stays the gateway", 0, " --router", true],
  ["control: a host that does not forward is no gateway any more", 0, "", false],
];
for (const [name, forwarding, option, isKept] of ROUTERS) {
  test(`an announced IPv6 address is found at its new host: ${name}`, needsRoot, async () => {
    await onStage(["a", "b", "c"], async (network) => {
      network.setSysctl("b", "ipv6/conf/eth0/forwarding", forwarding);
      await startAtA(network);
      moveToB(network);
      run(network, "b", `garp-send -I eth0${option} ${VIP6_LL} ${VIP6}`);
      const { mac } = network.host("b");
      for (const address of [VIP6_LL, VIP6])
        await waitFor(
          `${address} at b`,
          PATIENCE_MS,
          () => neighbourOf(network, address).includes(`lladdr ${mac} `) || undefined,
        );
      assert.equal(neighbourOf(network, VIP6_LL).includes(" router "), isKept);
      assert.equal(gatewaysOf(network).includes(`via ${VIP6_LL}`), isKept);
      run(network, "c", `ping -c 1 -W 2 ${VIP6}`);
    });
  });
}

/** What `vmac-ctl follow` says when b has taken the addresses. */
const TAKEN = JSON.stringify({
  v: 1,
  type: "vmac.up",
  tool: "vmac-ctl",
  host: "b",
  pid: 1,
  ts: "2026-11-25T00:00:00.000000000Z",
  seq: 1,
  instance: "eth0/6/51",
  epoch: 1,
  mode: "macvlan",
  interface: "eth0",
  parent: "eth0",
  mac: VMAC6,
  vips: [`${VIP6_LL}/128`, `${VIP}/32`, `${VIP6}/64`],
  took_us: 1,
  changes: [],
});

test(
  "garp-send --follow announces each IPv6 address once a round, with the virtual MAC",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      network.setSysctl("b", "ipv6/conf/eth0/forwarding", 1);
      await startAtA(network);
      const log = join(network.folder, "b.ndjson");
      const argv = ["garp-send", "--follow", "--no-pass", "--again-after", "1500ms"];
      const herald = network.start("b", argv, ["pipe", openSync(log, "w"), "inherit"]);
      herald.stdin!.write(`${TAKEN}\n`);
      const rounds = (): number => ofType(readRecordLog(log), "garp.round").length;
      await waitFor("three rounds", PATIENCE_MS, () => rounds() === 3 || undefined);
      herald.stdin!.end();
      const sent = ofType(readRecordLog(log), "garp.sent");
      const forms = (address: string): string[] =>
        sent.filter(({ ip }) => ip === address).map(({ n, form, is_router }) => `${n} ${form} ${is_router}`);
      const advertised = [1, 2, 3].map((n) => `${n} advertisement true`);
      assert.deepEqual([forms(VIP6_LL), forms(VIP6)], [advertised, advertised]);
      assert.deepEqual(
        forms(VIP),
        ["1 request", "2 reply", "3 request", "3 reply"].map((form) => `${form} undefined`),
      );
      assert.match(neighbourOf(network, VIP6), new RegExp(`lladdr ${VMAC6} `));
      assert.match(neighbourOf(network, VIP6_LL), new RegExp(`lladdr ${VMAC6} router `));
      assert.equal(network.learned(VMAC6), "b");
    });
  },
);

test(
  "S1 garp-send --follow withholds what is due without a lease, and sends it with the next one",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      const herald = new FedTool(network, "a", ["garp-send", "--follow", "--again-after", "0"]);
      const { instance, epoch } = JSON.parse(TAKEN) as { instance: string; epoch: number };
      const lease = (validMs: number, ageMs: number): void => {
        const mono_ns = String(monotonicNs() - BigInt(ageMs) * 1_000_000n);
        const more = { instances: [instance], epoch: [epoch], valid_ms: validMs, boot_id: readBootId() };
        herald.say({ type: "vrrp.lease", mono_ns, ...more });
      };
      lease(200, 300);
      herald.say(JSON.parse(TAKEN));
      await herald.untilRecord("vmac.up");
      assert.equal((await herald.counters())["withheld"], 1);
      assert.equal(ofType(herald.records(), "garp.round").length, 0, "not without a lease");
      lease(5000, 0);
      assert.equal((await herald.untilRecord("garp.round")).n, 1);
      assert.equal((await herald.untilRecord("garp.round", 1)).n, 2);
      herald.endInput();
      await herald.ended();
    });
  },
);

/** Long enough for four clients to start on a busy machine. */
const BEFORE_MS = 2500;
const OFF_MS = 400;
const KINDS: readonly (readonly [ClientKind, string | undefined])[] = [
  ["nd", undefined],
  ["icmp6", undefined],
  ["arp", "192.0.2.1"],
  ["icmp", "192.0.2.1"],
];
test("vip-probe counts the asks of a port that is off for a while, by each kind", needsRoot, async (t) => {
  await onStage(["a", "c"], async (network) => {
    addVip(network, "a", VIP6);
    const clients = KINDS.map(([kind, target]) => new Client(network, "c", kind, target));
    await sleep(BEFORE_MS);
    network.portOff("a");
    await sleep(OFF_MS);
    network.portOn("a");
    await sleep(1000);
    const stories = await Promise.all(clients.map((client) => client.stop()));
    stories.forEach(({ asked, lost, outages, isAway }, n) => {
      const kind = KINDS[n]![0];
      const longest = outages.toSorted((a, b) => b.outageMs - a.outageMs)[0];
      t.diagnostic(`${kind}: ${asked} asked, ${lost} lost, ${longest?.outageMs.toFixed(0)} ms away`);
      assert.ok(longest !== undefined && longest.outageMs >= OFF_MS, `${kind} misses the outage`);
      assert.ok(longest.outageMs < OFF_MS + 1500, `${kind} was away for ${longest.outageMs} ms`);
      const most = longest.outageMs / ASK_EVERY_MS + 1;
      assert.ok(longest.lost > most / 2 && longest.lost <= most, `${kind} lost ${longest.lost} of ${most}`);
      assert.ok(
        asked - lost > asked / 3,
        `${kind}: most other asks were answered: ${asked - lost} of ${asked}`,
      );
      assert.equal(isAway, false);
    });
  });
});

/** a routes from c to b, which has no other way back. */
function routeToB(network: Network): void {
  network.addInterface("a", "eth1", "198.51.100.1/24", "br1");
  network.addInterface("b", "eth1", "198.51.100.4/24", "br1");
  network.setSysctl("a", "ipv4/ip_forward", 1);
  network.setSysctl("a", "ipv6/conf/all/forwarding", 1);
  run(network, "a", "ip -6 address add 2001:db8:1::1/64 dev eth1 nodad");
  run(network, "b", "ip -6 address add 2001:db8:1::4/64 dev eth1 nodad");
  run(network, "b", "ip link set eth0 down");
  run(network, "b", "ip route add 192.0.2.0/24 via 198.51.100.1");
  run(network, "b", "ip -6 route add 2001:db8::/64 via 2001:db8:1::1");
  run(network, "c", "ip route add 198.51.100.0/24 via 192.0.2.1");
  run(network, "c", "ip -6 route add 2001:db8:1::/64 via 2001:db8::1");
}

test(
  "vip-probe reaches an address behind a gateway, a link-local one, and none that is not there",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      routeToB(network);
      const { linkLocal } = network.host("a");
      const ASKED: readonly (readonly [question: string, isThere: boolean])[] = [
        ["198.51.100.4", true],
        ["2001:db8:1::4", true],
        [`-I eth0 ${linkLocal}`, true],
        [`--kind nd -I eth0 ${linkLocal}`, true],
        ["198.51.100.5", false],
        ["2001:db8:1::5", false],
        ["-I lo 2001:db8:1::4", false],
        ["--kind nd -I eth0 2001:db8:1::4", false],
      ];
      for (const [question, isThere] of ASKED) {
        await t.test(question, () => {
          const argv = words(`vip-probe --every 10ms --for 200ms ${question}`);
          const { code, stdout, stderr } = network.run("c", argv);
          const summary = stdout.split("\n").find((line) => line.includes("probe.summary"));
          const { asked, lost } = JSON.parse(summary ?? `{"stderr":${JSON.stringify(stderr)}}`);
          // The way has to be found first, and a busy machine takes its time.
          if (isThere) assert.ok(lost <= asked / 2 && code === (lost === 0 ? 0 : 1), stdout);
          else assert.deepEqual([code, lost], [1, asked], stdout);
          assert.ok(asked >= 5, `${asked} asked`);
        });
      }
    });
  },
);
