/** Wrong input: a clear sentence, the documented exit code, and a host that is as it was before (S3). */
import assert from "node:assert/strict";
import test from "node:test";
import { differences, dumpHost } from "../lab/dump.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { PipeRouter } from "../lab/router.ts";
import { needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly input?: string;
  readonly code: number;
  /** What standard error has to say. */
  readonly says: RegExp;
  /** What standard output has to hold. */
  readonly writes?: RegExp;
}

const ELECT = ["vrrp-elect", "-I", "eth0", "--vrid", "51"];
/** Ends by itself even where it is not refused. */
const PROBE = ["vip-probe", "--for", "100ms", "--grace", "100ms"];
const WITHOUT_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
const FOLLOW = ["vmac-ctl", "follow", "--no-pass"];

const CASES: readonly Case[] = [
  {
    name: "unknown interface",
    argv: ["vrrp-elect", "-I", "nope", "--vrid", "51", VIP],
    code: 69,
    says: /no interface "nope"/,
  },
  {
    name: "unknown interface",
    argv: ["vmac-ctl", "up", "-I", "nope", "--vrid", "51", VIP],
    code: 69,
    says: /no interface "nope"/,
  },
  {
    name: "unknown interface",
    argv: ["vmac-ctl", "doctor", "-I", "nope"],
    code: 69,
    says: /no interface "nope"/,
  },
  {
    name: "an interface that is no Ethernet",
    argv: ["vmac-ctl", "doctor", "-I", "lo"],
    code: 64,
    says: /lo has no MAC address/,
  },
  {
    name: "a family beside an address of the other",
    argv: ["vmac-ctl", "doctor", "-I", "eth0", "--family", "6", VIP],
    code: 64,
    says: /--family is 6, and 192\.0\.2\.100 is not of it/,
  },
  {
    name: "this host in place of a neighbour",
    argv: ["vmac-ctl", "probe", "-I", "eth0", "--vrid", "51", "--target", "192.0.2.1"],
    code: 64,
    says: /--target is 192\.0\.2\.1, an address of this host/,
  },
  {
    name: "an interface that is no Ethernet",
    argv: ["vmac-ctl", "up", "-I", "lo", "--vrid", "51", VIP],
    code: 64,
    says: /lo has no MAC address/,
  },
  {
    name: "a group in place of a neighbour",
    argv: ["vmac-ctl", "probe", "-I", "eth0", "--vrid", "51", "--target", "224.0.0.18"],
    code: 64,
    says: /--target is 224\.0\.0\.18: needs the address of one neighbour/,
  },
  {
    name: "unknown interface",
    argv: ["garp-send", "-I", "nope", VIP],
    code: 69,
    says: /no interface "nope"/,
  },
  {
    name: "an end for what ends by itself",
    argv: ["arp-listen", "-r", "/dev/null", "--for", "1s"],
    code: 64,
    says: /--for is given beside -r/,
  },
  {
    name: "this host's table for a capture",
    argv: ["arp-listen", "-r", "/dev/null", "--kernel"],
    code: 64,
    says: /--kernel is given beside -r: this host's neighbour table is of now/,
  },
  {
    name: "an option of a single announcement",
    argv: ["garp-send", "--follow", "-q"],
    code: 64,
    says: /"quiet" is given beside --follow/,
  },
  { name: "unknown interface", argv: ["arp-listen", "-I", "nope"], code: 69, says: /no interface "nope"/ },
  {
    name: "an interface without an address",
    argv: ["vrrp-elect", "-I", "bare0", "--vrid", "51", VIP],
    code: 69,
    says: /no IPv4 address/,
  },
  {
    name: "V3-5.2.3-a VRID 0",
    argv: ["vrrp-elect", "-I", "eth0", "--vrid", "0", VIP],
    code: 64,
    says: /"0": needs a whole number from 1 to 255/,
  },
  {
    name: "V3-5.2.3-a VRID 256",
    argv: ["vrrp-elect", "-I", "eth0", "--vrid", "256", VIP],
    code: 64,
    says: /"256": needs/,
  },
  {
    name: "VRID 256",
    argv: ["vmac-ctl", "up", "-I", "eth0", "--vrid", "256", VIP],
    code: 64,
    says: /"256": needs/,
  },
  {
    name: "VRID 256",
    argv: ["garp-send", "-I", "eth0", "--mac", "vrid:256", VIP],
    code: 64,
    says: /VRID is 256/,
  },
  {
    name: "a VIP that is no address",
    argv: [...ELECT, "192.0.2.999"],
    code: 64,
    says: /"192\.0\.2\.999": needs four numbers/,
  },
  {
    name: "a VIP that is no address",
    argv: ["vmac-ctl", "up", "-I", "eth0", "--vrid", "51", "vip"],
    code: 64,
    says: /"vip": needs/,
  },
  {
    name: "a VIP that is no address",
    argv: ["garp-send", "-I", "eth0", "vip"],
    code: 64,
    says: /"vip": needs/,
  },
  {
    name: "IPv6 by ARP",
    argv: [...PROBE, "--kind", "arp", "-I", "eth0", VIP6],
    code: 64,
    says: /--kind arp asks for IPv4/,
  },
  {
    name: "IPv4 by neighbour discovery",
    argv: [...PROBE, "--kind", "nd", "-I", "eth0", VIP],
    code: 64,
    says: /--kind nd asks for IPv6/,
  },
  {
    name: "a link-local target on no link",
    argv: [...PROBE, "fe80::100"],
    code: 64,
    says: /link-local: -I says/,
  },
  {
    name: "a group as target",
    argv: [...PROBE, "-I", "eth0", "ff02::1"],
    code: 64,
    says: /ff02::1 is a group/,
  },
  {
    name: "solicitations from an interface without a link-local address",
    argv: [...PROBE, "--kind", "nd", "-I", "bare0", VIP6],
    code: 69,
    says: /bare0 has no IPv6 link-local address/,
  },
  {
    name: "an IPv6 address of another host",
    argv: ["garp-send", "-I", "eth0", VIP6],
    code: 64,
    says: /2001:db8::100 is not on this host/,
  },
  { name: "a VIP with a bad length", argv: [...ELECT, `${VIP}/33`], code: 64, says: /1 to 32/ },
  { name: "a VIP given twice", argv: [...ELECT, VIP, `${VIP}/24`], code: 64, says: /twice/ },
  { name: "V3-5.2.5-b no VIP", argv: ELECT, code: 64, says: /VIP is missing/ },
  {
    name: "VRRPv2 with a part of a second",
    argv: [...ELECT, "--vrrp-version", "2", "--advert-int", "100ms", VIP],
    code: 64,
    says: /whole seconds/,
  },
  {
    name: "an interval of 5 ms",
    argv: [...ELECT, "--advert-int", "5ms", VIP],
    code: 64,
    says: /10ms to 40\.95s/,
  },
  {
    name: "an interval of 41 s",
    argv: [...ELECT, "--advert-int", "41s", VIP],
    code: 64,
    says: /10ms to 40\.95s/,
  },
  {
    name: "V3-5.2.4-b V3-8.3.2-a the owner's priority for another's address",
    argv: [...ELECT, "--priority", "255", VIP],
    code: 64,
    says: /owner/,
  },
  {
    name: "V3-5.2.4-a another priority for one's own address",
    argv: [...ELECT, "192.0.2.1"],
    code: 64,
    says: /--priority 255/,
  },
  {
    name: "an unknown option",
    argv: [...ELECT, "--prio", "5", VIP],
    code: 64,
    says: /did you mean --priority/,
  },
  { name: "no arguments", argv: ["vrrp-elect"], code: 64, says: /usage: vrrp-elect/ },
  { name: "no root", argv: [...WITHOUT_CAPABILITIES, ...ELECT, VIP], code: 77, says: /CAP_NET_RAW/ },
  {
    name: "no root",
    argv: [...WITHOUT_CAPABILITIES, "vmac-ctl", "up", "-I", "eth0", "--vrid", "51", VIP],
    code: 77,
    says: /CAP_NET_ADMIN/,
  },
  {
    name: "no root",
    argv: [...WITHOUT_CAPABILITIES, "garp-send", "-I", "eth0", "--force", VIP],
    code: 77,
    says: /CAP_NET_RAW/,
  },
  {
    name: "no root",
    argv: [...WITHOUT_CAPABILITIES, "arp-listen", "-I", "eth0"],
    code: 77,
    says: /CAP_NET_RAW/,
  },
  {
    name: "an address of nobody here",
    argv: ["garp-send", "-I", "eth0", VIP],
    code: 64,
    says: /--mac.*--force/,
  },
  {
    name: "a file that is not there",
    argv: ["arp-listen", "-r", "/nope.pcap"],
    code: 66,
    says: /nope\.pcap/,
  },
  { name: "a file that is no capture", argv: ["arp-listen", "-r", "/etc/passwd"], code: 65, says: /passwd/ },
  {
    name: "lines that are no records",
    argv: FOLLOW,
    input: "garbage\n{}\n[1]\n",
    code: 0,
    says: /line 1 is not JSON[\s\S]*line 2 has no "v"[\s\S]*line 3 is no JSON object/,
    writes: /tool\.error/,
  },
  {
    name: "lines that are no records, strictly",
    argv: [...FOLLOW, "--strict"],
    input: "\ngarbage\n\n",
    code: 65,
    says: /line 2 is not JSON/,
  },
  {
    name: "lines that are no records",
    argv: ["garp-send", "--follow"],
    input: "garbage\n",
    code: 0,
    says: /line 1 is not JSON/,
    writes: /^garbage\n.*tool\.error/,
  },
  {
    name: "a line of 4 MB",
    argv: FOLLOW,
    input: `${"x".repeat(4 << 20)}\nrest\n`,
    code: 0,
    says: /line 1 is longer than 1048576[\s\S]*line 2 is not JSON/,
  },
  {
    name: "an address of the host itself",
    argv: ["vmac-ctl", "up", "-I", "eth0", "--vrid", "51", "192.0.2.1"],
    code: 75,
    says: /192\.0\.2\.1: eth0 has it already/,
  },
  {
    name: "addresses of both families",
    argv: ["vmac-ctl", "up", "-I", "eth0", "--vrid", "51", "192.0.2.60", "2001:db8::60"],
    code: 64,
    says: /both families/,
  },
  {
    name: "a network's broadcast address",
    argv: [...ELECT, "192.0.2.255/24"],
    code: 64,
    says: /broadcast/,
  },
  {
    name: "a folder that is not there",
    argv: [...ELECT, "--ack", "/nope/ack", VIP],
    code: 66,
    says: /Cannot watch for \/nope\/ack: ENOENT/,
  },
  {
    name: "a group's MAC",
    argv: ["garp-send", "-I", "eth0", "--mac", "01:00:5e:00:00:01", VIP],
    code: 64,
    says: /no single station/,
  },
  {
    name: "a last line that was cut",
    argv: ["vmac-ctl", "follow"],
    input: '{"v":1',
    code: 0,
    says: /line 1 is not JSON/,
    writes: /^\{"v":1\n\{.*tool\.error/,
  },
  { name: "an empty input", argv: FOLLOW, input: "", code: 0, says: /^$/ },
];

test("S3 wrong input changes nothing", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    network.run("a", ["ip", "link", "add", "bare0", "type", "veth"]);
    network.run("a", ["ip", "link", "set", "bare0", "up"]);
    for (const one of CASES) {
      await t.test(
        `${one.argv.find((word) => /^(vrrp|vmac|garp|arp|vip)-/.test(word))}: ${one.name} ends with ${one.code}`,
        () => tryOne(network, one),
      );
    }
  });
});

function tryOne(network: Network, { argv, input, code, says, writes }: Case): void {
  const before = dumpHost(network, "a");
  const outcome = network.run("a", argv, input);
  assert.equal(outcome.code, code, `${outcome.stderr}${outcome.stdout}`);
  assert.match(outcome.stderr, says);
  assert.doesNotMatch(outcome.stderr, /bug of ours|at .*\.js:/);
  if (writes !== undefined) assert.match(outcome.stdout, writes);
  assert.deepEqual(differences(before, dumpHost(network, "a")), [], "nothing is left on the host");
}

test(
  "a second owner of the same virtual router ends with 75, and the first one goes on",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const { a } = await startPair(network, 100);
      const before = dumpHost(network, "a");
      const up = network.run("a", ["vmac-ctl", "up", "-I", "eth0", "--vrid", "51", VIP]);
      assert.equal(up.code, 75);
      assert.match(up.stderr, /eth0\/4\/51 is in the hands of process \d+/);
      const down = network.run("a", ["vmac-ctl", "down", "-I", "eth0", "--vrid", "51"]);
      assert.equal(down.code, 75);
      const log = network.run("a", ["cat", a.logPath]).stdout;
      const second = network.run("a", ["vmac-ctl", "follow", "--no-pass"], log);
      assert.equal(second.code, 75, second.stderr);
      assert.match(second.stdout, /vmac\.error/);
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
      assert.equal(a.isActive(), true);
    });
  },
);

test(
  "S9 a host whose interface name is taken gives up its role, and does not touch the stranger",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const index = network.run("a", ["cat", "/sys/class/net/eth0/ifindex"]).stdout.trim();
      const name = `vrrp4-${index}-51`;
      network.run("a", ["ip", "link", "add", name, "type", "veth"]);
      const before = network.run("a", ["ip", "-d", "link", "show", name]).stdout;
      const a = new PipeRouter(network, "a", { priority: 150, advertMs: 100 });
      const b = new PipeRouter(network, "b", { priority: 100, advertMs: 100 });
      await Promise.all([a.ready(), b.ready()]);
      await a.ended();
      await untilActive("b", b, 100);
      assert.match(a.errors(), new RegExp(`Cannot make ${name}: a veth link without our mark has that name`));
      assert.equal(network.run("a", ["ip", "-d", "link", "show", name]).stdout, before);
      assert.ok(a.records().some((record) => record.type === "vmac.error" && record.code === "EEXIST"));
    });
  },
);
