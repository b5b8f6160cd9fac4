/** Accept_Mode off: what is for the VIPs gets no answer, and whoever uses them as a gateway feels nothing of it. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { answerers } from "../lab/answerers.ts";
import { keepAsking, readNeighbour, solicitation } from "../lab/discovery.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { PipeRouter, VMAC, VMAC6 } from "../lab/router.ts";
import { needsRoot, onStage, untilActive } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";

/** The shortest of version 2. */
const ADVERT_MS = 1000;
/** Long enough for a few questions. */
const ASKED_MS = 1000;
const VIP_OF_VERSION_2 = "192.0.2.101";
const VMAC_OF_VERSION_2 = "00:00:5e:00:01:34";
/** Behind the router. */
const FAR = { 4: "198.51.100.4", 6: "2001:db8:1::4" } as const;

const ROUTERS = [
  { interface: "eth0", vrid: 51, vips: [VIP] },
  { interface: "eth0", vrid: 52, vips: [VIP_OF_VERSION_2], vrrp_version: 2 },
  { interface: "eth0", vrid: 51, vips: [VIP6_LL, VIP6] },
];

interface Row {
  readonly name: string;
  readonly family: 4 | 6;
  readonly vip: string;
  readonly mac: string;
}
const ROWS: readonly Row[] = [
  { name: "V3-6.1-f V3-6.4.3-g V3-8.1.2-b IPv4 in version 3", family: 4, vip: VIP, mac: VMAC },
  {
    name: "V2-6.4.3-b IPv4 in version 2, unless it is the owner",
    family: 4,
    vip: VIP_OF_VERSION_2,
    mac: VMAC_OF_VERSION_2,
  },
  { name: "V3-6.1-f V3-6.4.3-g IPv6", family: 6, vip: VIP6, mac: VMAC6 },
  { name: "V3-6.1-f V3-6.4.3-g IPv6, link-local", family: 6, vip: VIP6_LL, mac: VMAC6 },
];

const words = (command: string): string[] => command.split(" ");

const pings = (network: Network, address: string): boolean =>
  network.run("c", ["ping", "-c", "2", "-i", "0.2", "-W", "0.5", "-I", "eth0", address]).code === 0;

/** What c knows of an address: `… lladdr MAC …`, learned from answers alone. */
const neighbourOfC = (network: Network, address: string): string =>
  network.run("c", ["ip", "neigh", "show", address, "dev", "eth0"]).stdout;

/** a forwards between c and d. */
async function buildWay(network: Network): Promise<void> {
  network.command("d", "ip link set eth0 down");
  for (const [host, number] of [
    ["a", 1],
    ["d", 4],
  ] as const) {
    network.addInterface(host, "eth1", `198.51.100.${number}/24`, "br1");
    network.command(host, `ip address add 2001:db8:1::${number}/64 dev eth1 nodad`);
  }
  network.setSysctl("a", "ipv4/ip_forward", 1);
  network.setSysctl("a", "ipv6/conf/all/forwarding", 1);
  network.command("d", "ip route add 192.0.2.0/24 via 198.51.100.1");
  network.command("d", "ip route add 2001:db8::/64 via 2001:db8:1::1");
  await network.settle(["a", "d"], "eth1");
}

function refusesAndForwards(network: Network, { family, vip, mac }: Row): void {
  network.run("c", words("ip neigh flush dev eth0"));
  assert.equal(pings(network, vip), false, "what is for the VIP");
  assert.match(neighbourOfC(network, vip), new RegExp(`lladdr ${mac} `), "who asks for its MAC is answered");
  if (family === 4) assert.deepEqual(answerers(network, vip), [mac], "by nobody else");
  network.command("c", `ip route replace ${FAR[family]} via ${vip} dev eth0`);
  assert.equal(pings(network, FAR[family]), true, "what goes through it");
  network.command("c", `ip route del ${FAR[family]}`);
  const { address, address6 } = network.host("a");
  assert.equal(pings(network, family === 4 ? address : address6), true, "what is for the host's own address");
}

/** c asks the virtual MAC alone, as who has known it for a while does: such a question is sent to the VIP itself. */
async function answersWhoChecks(network: Network): Promise<void> {
  const { mac, linkLocal } = network.host("c");
  const taps = new Taps(network);
  await taps.open(["a"]);
  await keepAsking(network, "c", [solicitation({ mac, source: linkLocal }, VIP6, VMAC6)], ASKED_MS);
  const said = (await taps.closeRaw()).flatMap((frame) => readNeighbour(frame) ?? []);
  const answers = said.filter(({ destination }) => destination === linkLocal);
  assert.ok(
    answers.some(({ sourceMac, message }) => sourceMac === VMAC6 && message.target === VIP6),
    "a check is answered",
  );
}

/** The Active asks from its link-local VIP: the advertisement that answers is for the VIP. */
function takesAdvertisements(network: Network): void {
  const index = network.run("a", words("cat /sys/class/net/eth0/ifindex")).stdout.trim();
  const link = `vrrp6-${index}-51`;
  const { linkLocal, mac } = network.host("c");
  network.run("a", ["ip", "-6", "neigh", "flush", "dev", link]);
  const { code } = network.run("a", ["ping", "-c", "1", "-W", "0.5", "-I", link, linkLocal]);
  assert.notEqual(code, 0, "an echo to the VIP is refused");
  const known = network.run("a", ["ip", "-6", "neigh", "show", linkLocal, "dev", link]).stdout;
  assert.match(known, new RegExp(`lladdr ${mac} .*REACHABLE`));
}

async function play(t: TestContext, network: Network): Promise<void> {
  await buildWay(network);
  const options = { priority: 200, advertMs: ADVERT_MS, routers: ROUTERS };
  const a = new PipeRouter(network, "a", { ...options, followArgs: "--no-accept" });
  await untilActive("a", a, ADVERT_MS);
  for (const row of ROWS) {
    await t.test(`${row.name}: nothing for the VIP, and its MAC for who asks, and a way through`, () =>
      refusesAndForwards(network, row),
    );
  }
  await t.test(
    "V3-6.1-g solicitations for a VIP are answered, and advertisements for one are heard",
    async () => {
      await answersWhoChecks(network);
      takesAdvertisements(network);
    },
  );
}

test("--no-accept: an Active that takes in nothing for its VIPs", needsRoot, async (t) => {
  await onStage(["a", "c", "d"], (network) => play(t, network));
});
