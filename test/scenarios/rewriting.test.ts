/** The virtual MAC without a link of its own: who sees which MAC, what the NIC takes, and what it leaves as it was. */
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { answerers } from "../lab/answerers.ts";
import { codesOf, diagnose, mustBeClean } from "../lab/diagnosis.ts";
import { differences, differingLines, dumpHost } from "../lab/dump.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { macSaid, type Said } from "../lab/macs-said.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { PipeRouter, VMAC, VMAC6 } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";
import { Told } from "../lab/told.ts";

const ECHO = fileURLToPath(new URL("../lab/echo-service.js", import.meta.url));
const ECHO_PORT = 7007;
const ADVERT_MS = 100;
const OTHER_VIP = "192.0.2.101";
const LATER_VIP = "192.0.2.102";
const OTHER_VMAC = "00:00:5e:00:01:34";
const ROUTERS = [
  { interface: "eth0", vrid: 51, vips: [VIP] },
  { interface: "eth0", vrid: 52, vips: [OTHER_VIP] },
  { interface: "eth0", vrid: 51, vips: [VIP6_LL, VIP6] },
];
/** Whom each address has to be with, wherever a frame says so. */
const MACS: Readonly<Record<string, string>> = {
  [VIP]: VMAC,
  [OTHER_VIP]: OTHER_VMAC,
  [LATER_VIP]: VMAC,
  [VIP6]: VMAC6,
  [VIP6_LL]: VMAC6,
};

/** The elector has to know its own VIPs on the NIC when it reads its settings again. */
function withLater(routers: typeof ROUTERS): object[] {
  return routers.map((router) => ({
    ...router,
    vips: router.vips.includes(VIP) ? [...router.vips, LATER_VIP] : router.vips,
  }));
}

const words = (text: string): string[] => text.split(" ");
const up = (more: string): string[] => words(`vmac-ctl up -I eth0 --mode rewrite ${more}`);

function must(network: Network, host: string, argv: readonly string[]): string {
  const { code, stdout, stderr } = network.run(host, argv);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout;
}

/** c speaks to the VIPs in every way, and a speaks from them. */
function speak(network: Network): void {
  const { address, address6, linkLocal } = network.host("c");
  const say = (way: string, vip: string): string =>
    `exec 3<>/dev/${way}/${vip}/${ECHO_PORT}; echo hello >&3; [ "$(timeout 2 head -n 1 <&3)" = hello ]; exec 3>&-`;
  must(network, "c", words("ip neigh flush dev eth0"));
  for (const vip of [VIP, OTHER_VIP, VIP6]) {
    must(network, "c", ["ping", "-c", "2", "-i", "0.2", "-W", "1", vip]);
    for (const way of ["tcp", "udp"]) must(network, "c", ["bash", "-ec", say(way, vip)]);
  }
  must(network, "c", ["ping", "-c", "1", "-W", "1", `${VIP6_LL}%eth0`]);
  assert.deepEqual(answerers(network, VIP, "-b"), [VMAC]);
  must(network, "a", words("ip neigh flush dev eth0"));
  must(network, "a", words(`ping -c 1 -W 1 -I ${VIP} ${address}`));
  // The answer says the virtual MAC, and arping counts what says the NIC's.
  network.run("a", words(`arping -I eth0 -c 1 -w 1 -s ${VIP} ${address}`));
  must(network, "a", words("ip neigh flush dev eth0"));
  must(network, "a", words(`ping -c 1 -W 1 -I ${VIP6} ${address6}`));
  must(network, "a", words(`ping -c 1 -W 1 ${address}`));
  must(network, "a", words(`ping -c 1 -W 1 ${linkLocal}%eth0`));
}

function judgeMacs(said: readonly Said[], nic: string, own: readonly string[]): void {
  for (const { ip, etherSource, inside, kind } of said) {
    const mac = MACS[ip] ?? (own.includes(ip) ? nic : undefined);
    if (mac === undefined) continue;
    assert.equal(etherSource, mac, `${kind} of ${ip}`);
    if (inside !== undefined) assert.equal(inside, mac, `${kind} of ${ip} inside`);
  }
  const kinds = (ip: string): string =>
    [...new Set(said.filter((one) => one.ip === ip).map((one) => one.kind))].sort().join(" ");
  assert.equal(kinds(VIP), "arp icmp tcp udp");
  assert.equal(kinds(OTHER_VIP), "arp icmp tcp udp");
  assert.equal(kinds(VIP6), "icmp neighbour tcp udp");
  assert.equal(kinds(VIP6_LL), "icmp neighbour");
}

test(
  "a client sees virtual MACs alone: ping, TCP, UDP, ARP and discovery of two virtual routers and both families",
  needsRoot,
  async (t) => {
    await onStage(["a", "c"], async (network) => {
      const { mac: nic, address, address6, linkLocal } = network.host("a");
      const taps = new Taps(network);
      await taps.open(["a"]);
      const options = { priority: 150, advertMs: ADVERT_MS, routers: ROUTERS, followArgs: "--mode rewrite" };
      const a = new PipeRouter(network, "a", options);
      await untilActive("a", a, ADVERT_MS);
      await network.startService("a", ["node", ECHO, String(ECHO_PORT), VIP, OTHER_VIP, VIP6]);
      speak(network);
      for (const [vip, mac] of Object.entries(MACS).filter(([vip]) => vip !== LATER_VIP)) {
        const { stdout } = network.run("c", ["ip", "neigh", "show", vip]);
        assert.match(stdout, new RegExp(`lladdr ${mac} `), vip);
      }
      mustBeClean(network, "while it is Active");
      a.reload(withLater(ROUTERS));
      await waitFor("a VIP more to be announced", 10_000, () =>
        ofType(a.records(), "garp.sent").some(({ ip }) => ip === LATER_VIP) ? true : undefined,
      );
      assert.equal(network.run("c", ["ping", "-c", "1", "-W", "1", LATER_VIP]).code, 0);
      await a.stop();
      const frames = await taps.closeRaw();
      // An advertisement whose checksum is wrong is none, and the decoder says so.
      const said = frames.flatMap((frame) => macSaid(frame) ?? []);
      judgeMacs(said, nic, [address, address6, linkLocal]);
      const announced = ofType(a.records(), "garp.sent");
      assert.deepEqual(new Set(announced.map(({ ip }) => ip)), new Set(Object.keys(MACS)));
      t.diagnostic(`${said.length} frames, ${announced.length} announcements`);
    });
  },
);

test(
  "V3-2.4-a in rewrite mode the switch learns the virtual MACs at the Active's port alone, through each hand-over",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      const { a, b } = await startPair(network, ADVERT_MS, {
        routers: ROUTERS.filter(({ vrid }) => vrid === 51),
        followArgs: "--mode rewrite --standby fenced",
      });
      const moves = await Moves.open(network);
      const asked = network.start("c", words(`ping -i 0.005 ${VIP}`), "ignore");
      const asked6 = network.start("c", words(`ping -i 0.005 ${VIP6}`), "ignore");
      await sleep(300);
      a.say({ type: "elect.set", action: "resign" });
      await untilActive("b", b, ADVERT_MS);
      await sleep(5 * ADVERT_MS);
      await b.stop();
      await untilActive("a", a, ADVERT_MS);
      await sleep(5 * ADVERT_MS);
      for (const child of [asked, asked6]) child.kill("SIGTERM");
      const seen = await moves.close();
      for (const mac of [VMAC, VMAC6]) assert.deepEqual(seen(mac), ["p-b", "p-a"], mac);
    });
  },
);

/** Where the switch has learned MACs anew, as the kernel tells it (`bridge monitor fdb`). */
class Moves {
  readonly #told: string[] = [];
  readonly #end: () => void;

  private constructor(end: () => void) {
    this.#end = end;
  }

  static async open(network: Network): Promise<Moves> {
    const child = network.start("switch", words("bridge monitor fdb"), ["ignore", "pipe", "inherit"]);
    const moves = new Moves(() => child.kill("SIGTERM"));
    child.stdout!.on("data", (text: Buffer) => moves.#told.push(text.toString()));
    // It says nothing when it has begun to listen.
    await sleep(300);
    return moves;
  }

  async close(): Promise<(mac: string) => string[]> {
    await sleep(100);
    this.#end();
    const lines = this.#told.join("").split("\n");
    return (mac) => lines.flatMap((line) => new RegExp(`^${mac} dev (\\S+) `).exec(line)?.[1] ?? []);
  }
}

test(
  "S3 what the NIC takes frames for is as before: after down, a kill, and with an entry that was there",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      for (const foreign of [false, true]) {
        if (foreign) network.command("a", `bridge fdb add ${VMAC} dev eth0 self`);
        const before = dumpHost(network, "a");
        must(network, "a", up(`--vrid 51 ${VIP}`));
        must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
        assert.deepEqual(differingLines(before, dumpHost(network, "a")), []);
        const tool = new FedTool(network, "a", words("vmac-ctl follow --mode rewrite"));
        const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: VMAC });
        for (const record of [story.state("backup"), story.state("active"), story.lease(5000)])
          tool.say(record);
        await tool.untilRecord("vmac.up");
        assert.match(network.run("a", words("bridge fdb show dev eth0")).stdout, new RegExp(VMAC));
        tool.signal("SIGKILL");
        await tool.ended();
        assert.ok(
          differences(before, dumpHost(network, "a")).includes("addresses"),
          "a kill leaves something",
        );
        must(network, "a", words("vmac-ctl cleanup"));
        assert.deepEqual(differingLines(before, dumpHost(network, "a")), []);
      }
    });
  },
);

test(
  "beside a virtual router with a link of its own: both are reached, and either may go first",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const before = dumpHost(network, "a");
      const reached = (vip: string, mac: string): void => {
        network.run("c", words("ip neigh flush dev eth0"));
        must(network, "c", ["ping", "-c", "1", "-W", "1", vip]);
        assert.match(network.run("c", ["ip", "neigh", "show", vip]).stdout, new RegExp(`lladdr ${mac} `));
      };
      for (const first of [51, 52]) {
        must(network, "a", up(`--vrid 51 ${VIP}`));
        must(network, "a", words(`vmac-ctl up -I eth0 --vrid 52 ${OTHER_VIP}`));
        reached(VIP, VMAC);
        reached(OTHER_VIP, OTHER_VMAC);
        if (first === 51) assert.deepEqual(answerers(network, VIP, "-b"), [VMAC], "nobody else answers");
        must(network, "a", words(`vmac-ctl down -I eth0 --vrid ${first}`));
        if (first === 51) reached(OTHER_VIP, OTHER_VMAC);
        else reached(VIP, VMAC);
        must(network, "a", words(`vmac-ctl down -I eth0 --vrid ${first === 51 ? 52 : 51}`));
        assert.deepEqual(differingLines(before, dumpHost(network, "a")), []);
      }
    });
  },
);

test(
  "status and doctor know the mode: what is its own is no fault, what somebody else does is",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      must(network, "a", up(`--vrid 51 ${VIP}`));
      mustBeClean(network, "as it was made", "a", [], 10);
      network.command("a", "ip link set eth0 promisc on");
      network.command("a", `ip address add ${OTHER_VIP}/32 dev eth0`);
      assert.deepEqual(codesOf(diagnose(network, "a", [VIP, OTHER_VIP], 10)), [
        "promiscuous_parent",
        "vip_on_parent",
      ]);
      network.command("a", "ip link set eth0 promisc off");
      const why = (): string => {
        const [status] = must(network, "a", words("vmac-ctl status --json")).split("\n");
        const { answers, why: reasons } = JSON.parse(status!) as { answers: boolean; why: string[] };
        return `${answers} ${reasons.join("; ")}`;
      };
      assert.equal(why(), "true ");
      const damages = [
        [
          `bridge fdb del ${VMAC} dev eth0 self`,
          /^false eth0 takes no frames for 00:00:5e:00:01:33: bridge fdb add/,
        ],
        ["nft flush ruleset", /^false the rules that put 00:00:5e:00:01:33 on are gone/],
      ] as const;
      for (const [damage, says] of damages) {
        network.command("a", damage);
        assert.match(why(), says);
        must(network, "a", up(`--vrid 51 ${VIP}`));
        assert.equal(why(), "true ", "up makes it whole");
      }
      must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
    });
  },
);

test(
  "--no-address has the virtual MAC taken and rewritten, without a VIP; --fence none rewrites without leases",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const before = dumpHost(network, "a");
      must(network, "a", up("--vrid 51 --no-address --family 4"));
      assert.match(must(network, "a", words("bridge fdb show dev eth0")), new RegExp(VMAC));
      assert.deepEqual(differences(before, dumpHost(network, "a")).includes("addresses"), false);
      network.command("c", `ip neigh replace 192.0.2.1 lladdr ${VMAC} dev eth0`);
      must(network, "c", words("ping -c 1 -W 1 192.0.2.1"));
      must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
      assert.deepEqual(differingLines(before, dumpHost(network, "a")), []);

      const tool = new FedTool(network, "a", words("vmac-ctl follow --mode rewrite --fence none"));
      const story = new Told({ instance: "eth0/6/51", vips: [`${VIP6}/128`], vmac: VMAC6 });
      for (const record of [story.state("backup"), story.state("active"), story.lease(60_000)])
        tool.say(record);
      await tool.untilRecord("vmac.up");
      must(network, "c", ["ping", "-c", "1", "-W", "1", VIP6]);
      assert.match(network.run("c", ["ip", "neigh", "show", VIP6]).stdout, new RegExp(`lladdr ${VMAC6} `));
      must(network, "a", words("nft flush ruleset"));
      const repaired = await tool.untilRecord("vmac.repaired");
      assert.match(repaired.found.join(), /table vmac_eth0_6_51 was changed or is gone/);
      tool.endInput();
      await tool.ended();
      assert.equal(tool.exitCode, 0, tool.errors());
      assert.deepEqual(differingLines(before, dumpHost(network, "a")), []);
    });
  },
);

/** How it is started on a, what is prepared there, how it ends and what it says. */
const REFUSALS: readonly (readonly [
  fact: string,
  prepare: string,
  argv: string,
  code: number,
  says: RegExp,
])[] = [
  [
    "another link has the virtual MAC",
    `ip link add mv0 link eth0 address ${VMAC} type macvlan mode private`,
    `vmac-ctl up -I eth0 --vrid 51 --mode rewrite ${VIP}`,
    75,
    /link mv0 has it, remove that/,
  ],
  [
    "a link that takes no second MAC",
    "ip link add mv1 link eth0 type macvlan mode private && ip link set mv1 addrgenmode none && ip link set mv1 up",
    `vmac-ctl up -I mv1 --vrid 52 --mode rewrite ${VIP}`,
    71,
    /Cannot have mv1 take frames for 00:00:5e:00:01:34, its driver refuses: needs --mode macvlan/,
  ],
  [
    "a name for a link",
    "true",
    `vmac-ctl up -I eth0 --vrid 51 --mode rewrite --name x ${VIP}`,
    64,
    /--name is for a macvlan, and --mode is rewrite/,
  ],
  ["lifetimes", "true", "vmac-ctl follow --mode rewrite --fence lifetime", 64, /--mode rewrite needs it/],
];
test("rewrite mode refuses what it cannot do, with a sentence, and changes nothing", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    for (const [fact, prepare, argv, code, says] of REFUSALS) {
      must(network, "a", ["sh", "-c", prepare]);
      const before = dumpHost(network, "a");
      const outcome = network.run("a", words(argv));
      assert.equal(outcome.code, code, `${fact}: ${outcome.stderr}`);
      assert.match(outcome.stderr, says);
      assert.deepEqual(differences(before, dumpHost(network, "a")), [], fact);
    }
  });
});
