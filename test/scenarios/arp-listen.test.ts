/** What arp-listen tells of real traffic, and that it keeps its place: beside the kernel's own ARP and neighbour discovery. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { parseLine, type RecordOf } from "@viptools/records";
import {
  ALL_NODES_GROUP,
  BROADCAST_MAC,
  EtherType,
  encodeArp,
  encodeArpBroadcast,
  encodeEthernet,
  encodeIpv6,
  encodeIpv6Frame,
  encodeNeighbour,
  encodeTagged,
  LinkType,
  NeighbourType,
  PcapBatch,
  type VlanTag,
  ZERO_MAC,
} from "@viptools/wire";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { startSending } from "../lab/sending.ts";
import { attempt, end, sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const FLOOD = fileURLToPath(new URL("../lab/arp-flood.js", import.meta.url));
const PATIENCE_MS = 5000;
const ALL = "0003";

/** The sockets for all protocols that a process's namespace has. */
function listeners(pid: number): number {
  try {
    const table = readFileSync(`/proc/${pid}/net/packet`, "utf8").split("\n").slice(1);
    return table.filter((line) => line.split(/\s+/)[3] === ALL).length;
  } catch {
    return 0;
  }
}

/** arp-listen on a host, once it hears. @param count sockets that listen there then, others' among them. */
async function listen(network: Network, host: string, options: string, count = 1): Promise<FedTool> {
  const tool = new FedTool(network, host, ["arp-listen", ...options.split(" ")]);
  await waitFor("arp-listen to hear", PATIENCE_MS, () => {
    assert.equal(tool.exitCode, undefined, tool.errors());
    return listeners(tool.pid) >= count || undefined;
  });
  return tool;
}

async function until<T>(what: string, ask: () => T | undefined): Promise<T> {
  return await waitFor(what, PATIENCE_MS, ask);
}

const arps = (tool: FedTool): RecordOf<"arp.seen">[] => ofType(tool.records(), "arp.seen");
const ndps = (tool: FedTool): RecordOf<"ndp.seen">[] => ofType(tool.records(), "ndp.seen");

async function stop(tool: FedTool): Promise<number> {
  tool.signal("SIGINT");
  await tool.ended();
  return tool.exitCode!;
}

/** By what is typed on c: the kinds that arp-listen on a tells of it, with their directions. */
const HEARD: readonly (readonly [command: string, told: string[]])[] = [
  ["ping -c 1 -W 2 192.0.2.1", ["in request", "out reply"]],
  ["arping -q -U -c 1 -I eth0 192.0.2.2", ["in gratuitous_request"]],
  ["arping -q -A -c 1 -I eth0 192.0.2.2", ["in gratuitous_reply"]],
  ["arping -q -D -c 1 -w 1 -I eth0 192.0.2.77", ["in probe"]],
  ["ping -c 1 -W 2 2001:db8::1", ["in solicitation", "out advertisement"]],
  ["ip -6 address add 2001:db8::77/64 dev eth0", ["in dad"]],
];

test("arp-listen names what Linux and arping send, and which way it went", needsRoot, async (t) => {
  await onStage(["a", "c"], async (network) => {
    network.setSysctl("c", "ipv6/conf/eth0/dad_transmits", 1);
    const { mac } = network.host("c");
    for (const [command, told] of HEARD) {
      await t.test(`${command}: ${told.join(", ")}`, async () => {
        network.run("c", ["ip", "neigh", "flush", "dev", "eth0"]);
        network.run("a", ["ip", "neigh", "flush", "dev", "eth0"]);
        const tool = await listen(network, "a", "-I eth0");
        network.run("c", command.split(" "));
        const found = await until("all kinds", () => {
          // The switch's own ports check their link-local addresses too.
          const all = [...arps(tool), ...ndps(tool)].filter(
            (r) => r.direction === "out" || r.eth_src === mac,
          );
          const has = (kind: string): boolean => all.some((r) => `${r.direction} ${r.kind}` === kind);
          return told.every(has) ? all : undefined;
        });
        for (const record of found) assert.deepEqual(record.flags, [], JSON.stringify(record));
        assert.equal(await stop(tool), 0, tool.errors());
        assert.equal(tool.errors(), "");
      });
    }
  });
});

const C_MAC = "02:00:00:00:00:02";
const QUESTION = encodeArp({
  operation: 1,
  senderMac: C_MAC,
  senderIp: "192.0.2.2",
  targetMac: ZERO_MAC,
  targetIp: "192.0.2.9",
});
const tag = (tpid: number, vlan: number) => ({ tpid, priority: 0, dropEligible: false, vlan });

function framed(tags: readonly VlanTag[], etherType: number, payload: Uint8Array): Uint8Array {
  const tagged = encodeTagged({ tags, etherType, payload });
  return encodeEthernet({ destination: BROADCAST_MAC, source: C_MAC, ...tagged });
}

/** A question that came over a router, as its hop limit says. */
function distantQuestion(): Uint8Array {
  const message = { type: NeighbourType.solicitation, target: "2001:db8::9", linkLayer: C_MAC } as const;
  const packet = encodeNeighbour(message, "2001:db8::2", "ff02::1:ff00:9");
  return framed([], EtherType.ipv6, encodeIpv6({ ...packet, hopLimit: 254 }));
}

/** What Linux does not send by itself, and what arp-listen tells of it: kind, VLAN, flags. */
const ODD: readonly (readonly [what: string, frame: Uint8Array, told: string])[] = [
  ["a tag", framed([tag(EtherType.vlan, 7)], EtherType.arp, QUESTION), "request 7 []"],
  [
    "two tags",
    framed([tag(EtherType.qinq, 100), tag(EtherType.vlan, 7)], EtherType.arp, QUESTION),
    "request 100 [stacked_vlan]",
  ],
  ["a priority", framed([tag(EtherType.vlan, 0)], EtherType.arp, QUESTION), "request - []"],
  [
    "LLC/SNAP",
    framed([], 36, Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0, 8, 6, ...QUESTION)),
    "request - [llc_snap]",
  ],
  [
    "LLC/SNAP in a VLAN",
    framed([tag(EtherType.vlan, 8)], 36, Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0, 8, 6, ...QUESTION)),
    "request 8 [llc_snap]",
  ],
  ["20 octets", framed([], EtherType.arp, QUESTION.subarray(0, 20)), "malformed - [truncated]"],
  ["Token Ring", framed([], EtherType.arp, QUESTION.with(1, 4)), "request - [unknown_hardware]"],
  ["a hop limit of 254", distantQuestion(), "solicitation - [hop_limit]"],
  [
    "the same in a VLAN",
    framed([tag(EtherType.vlan, 9)], EtherType.ipv6, distantQuestion().subarray(14)),
    "solicitation 9 [hop_limit]",
  ],
];

/** Kind, VLAN and flags of what came in from c. */
const oddities = (tool: FedTool): string[] =>
  tool.records().flatMap((record) => {
    if (!("flags" in record) || !("eth_src" in record) || record.eth_src !== C_MAC) return [];
    const kind = "kind" in record ? record.kind : record.type.slice(4);
    return [`${kind} ${record.vlan ?? "-"} [${record.flags.join(" ")}]`];
  });

test("arp-listen hears what Linux does not send: tags, SNAP, and what is wrong", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    const all = await listen(network, "a", "-I eth0");
    const tagged = await listen(network, "a", "-I eth0 --vlan 7", 2);
    const sender = await startSending(
      network,
      "c",
      1000,
      ODD.map(([, frame]) => frame),
    );
    await until("all of them", () => oddities(all).length >= ODD.length || undefined);
    await end(sender);
    for (const [n, [what, , told]] of ODD.entries()) assert.equal(oddities(all)[n], told, what);
    assert.ok(oddities(tagged).length >= 1);
    assert.ok(oddities(tagged).every((told) => told === "request 7 []"));
    for (const tool of [all, tagged]) assert.equal(await stop(tool), 0, tool.errors());
  });
});

test("arp-listen on two interfaces says where each packet was", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    network.addInterface("a", "eth1", "198.51.100.1/24", "br1");
    network.addInterface("c", "eth1", "198.51.100.2/24", "br1");
    const tool = await listen(network, "a", "-I eth0 -I eth1 --kind request", 2);
    network.command("c", "ping -c 1 -W 2 192.0.2.1");
    network.command("c", "ping -c 1 -W 2 198.51.100.1");
    const places = (): string => [...new Set(arps(tool).map((r) => `${r.interface} ${r.tpa}`))].sort().join();
    await until("both", () => places() === "eth0 192.0.2.1,eth1 198.51.100.1" || undefined);
    assert.equal(await stop(tool), 0, tool.errors());
  });
});

test(
  "arp-listen keeps its place when its interface goes down and up, is deleted and made again",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const make = (): void => network.addInterface("a", "eth1", "198.51.100.1/24", "br1");
      network.addInterface("c", "eth1", "198.51.100.2/24", "br1");
      make();
      const tool = await listen(network, "a", "-I eth1 --kind request");
      const isHeard = async (what: string): Promise<void> => {
        const before = arps(tool).length;
        await until(what, () => {
          network.run("c", ["ip", "neigh", "flush", "dev", "eth1"]);
          network.run("c", ["ping", "-c", "1", "-W", "1", "198.51.100.1"]);
          return arps(tool).length > before || undefined;
        });
      };
      await isHeard("a question");
      network.command("a", "ip link set eth1 down");
      await until("the sentence", () => tool.errors().includes("eth1 is down") || undefined);
      network.command("a", "ip link set eth1 up");
      await isHeard("a question after the flap");
      network.command("a", "ip link delete eth1");
      await until("the sentence", () => tool.errors().includes("eth1 is gone") || undefined);
      make();
      await isHeard("a question on the new interface");
      for (const command of ["set eth1 down", "set eth1 name eth9", "set eth9 name eth1", "set eth1 up"]) {
        network.command("a", `ip link ${command}`);
        if (command.endsWith("eth9"))
          await until("the rename", () => tool.errors().split("is gone").length > 2 || undefined);
      }
      network.command("a", "ip address replace 198.51.100.1/24 dev eth1");
      await isHeard("a question after two renames");
      const { interface_down, interface_deleted, capture_dropped } = await tool.counters();
      assert.equal(interface_deleted, 2);
      assert.ok(interface_down! >= 1);
      assert.equal(capture_dropped, 0);
      assert.equal(await stop(tool), 0);
      const said = tool.errors().trim().split("\n");
      assert.equal(said.filter((line) => line.includes("is gone")).length, 2, tool.errors());
      assert.equal(said.filter((line) => line.includes("is there again")).length, 2, tool.errors());
      assert.ok(said.length <= 12, tool.errors());
    });
  },
);

/** A host takes an address by hand and tells everybody. */
function take(network: Network, host: string, address: string): void {
  const length = address === VIP6 ? 64 : 24;
  network.command(host, `ip address add ${address}/${length} dev eth0 nodad`);
  network.command(host, `garp-send -I eth0 ${address}`);
}

/** An announcement of the address, from the MAC of a host. */
function announcementOf(address: string, mac: string): string {
  if (address === VIP) {
    const packet = { operation: 1, senderMac: mac, senderIp: VIP, targetMac: ZERO_MAC, targetIp: VIP };
    return Buffer.from(encodeArpBroadcast(packet)).toString("hex");
  }
  const message = {
    type: NeighbourType.advertisement,
    isRouter: false,
    isSolicited: false,
    isOverride: true,
  } as const;
  const packet = encodeNeighbour({ ...message, target: address, linkLayer: mac }, address, ALL_NODES_GROUP);
  return Buffer.from(encodeIpv6Frame(packet, mac)).toString("hex");
}

/** What a sensor tells, in its order. */
const story = (tool: FedTool, network: Network): string[] =>
  tool.records().flatMap((record) => {
    const nameOf = (mac: string): string => network.hosts.find((host) => host.mac === mac)?.name ?? mac;
    switch (record.type) {
      case "arp.seen":
      case "ndp.seen":
        return [`seen ${nameOf(record.eth_src!)}`];
      case "arp.changed":
      case "arp.conflict":
      case "arp.flip_flop":
        return [`${record.type.slice(4)} ${record.owners.map(({ mac }) => nameOf(mac)).join("")}`];
      default:
        return [];
    }
  });

/** Both say it is theirs, twenty times a second each. */
const FIGHT_EVERY_MS = 50;
const FIGHT_MS = 2500;

for (const address of [VIP, VIP6]) {
  test(
    `arp-listen --watch ${address} tells its first owner, its move, and a fight over it, and nothing else`,
    needsRoot,
    async () => {
      await onStage(["a", "b", "c"], async (network) => {
        const [a, b] = [network.host("a").mac, network.host("b").mac];
        const open = await listen(network, "c", `-I eth0 --watch ${address}`);
        const strict = await listen(network, "c", `-I eth0 --watch ${address}=${a}`, 2);
        const told = async (tool: FedTool, expected: string[]): Promise<void> => {
          const isTold = (): true | undefined => story(tool, network).length >= expected.length || undefined;
          await until(`${expected}, not ${story(tool, network)}`, isTold);
          assert.deepEqual(story(tool, network), expected);
        };
        network.command("c", "ping -c 1 -W 2 192.0.2.1");
        take(network, "a", address);
        network.command("a", `garp-send -I eth0 ${address}`);
        await told(open, ["seen a"]);
        await told(strict, ["seen a"]);
        take(network, "b", address);
        await told(open, ["seen a", "changed ab"]);
        await told(strict, ["seen a", "conflict ab"]);
        const frames = [a, b].map((mac) => announcementOf(address, mac));
        const sender = await startSending(network, "a", FIGHT_EVERY_MS, frames);
        await until("the fight", () => story(open, network).includes("conflict ab") || undefined);
        await sleep(FIGHT_MS);
        await end(sender);
        for (const tool of [open, strict]) {
          assert.equal(await stop(tool), 0, tool.errors());
          const events = story(tool, network);
          const { owner_events, seen } = ofType(tool.records(), "tool.stats").at(-1)!.counters;
          assert.equal(owner_events, events.length - 1);
          assert.ok(events.length < seen! / 4, `${events.length} of ${seen} claims are told`);
          assert.match(events.at(-1)!, / (ab|ba)$/);
          for (const line of readFileSync(tool.path, "utf8").split("\n"))
            assert.ok(Buffer.byteLength(line) < 4096, line);
        }
        assert.ok(story(strict, network).includes("changed ba"), story(strict, network).join());
      });
    },
  );
}

test("a virtual MAC that moves from a to b with its address is no change of owner", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    const tool = await listen(network, "c", `-I eth0 --watch ${VIP}=00:00:5e:00:01:33 -c 4`);
    for (const host of ["a", "b"]) network.command(host, `garp-send -I eth0 --mac vrid:51 ${VIP}`);
    await tool.ended();
    assert.equal(tool.exitCode, 0);
    assert.equal(tool.records().filter(({ type }) => type.startsWith("arp.")).length, 1);
    assert.equal(ofType(tool.records(), "tool.stats")[0]!.counters["owner_events"], 0);
  });
});

test(
  "arp-listen --until ends with 0 when it was seen, and with 1 when --for is over",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const found = await listen(network, "a", `-I eth0 --ip ${VIP} --until gratuitous --for 20s`);
      const missed = await listen(network, "a", `-I eth0 --ip 192.0.2.99 --until gratuitous --for 1s`, 2);
      const moved = await listen(network, "a", `-I eth0 --until changed --for 20s`, 3);
      network.command("c", `garp-send -I eth0 --force ${VIP}`);
      await found.ended();
      assert.equal(found.exitCode, 0, found.errors());
      assert.equal(arps(found).length, 1);
      network.command("c", `garp-send -I eth0 --mac vrid:51 ${VIP}`);
      await moved.ended();
      assert.equal(moved.exitCode, 0, moved.errors());
      await missed.ended();
      assert.equal(missed.exitCode, 1, missed.errors());
    });
  },
);

/** What the hosts' kernels say by themselves meanwhile: nobody knows of a dropped packet what it was. */
const OTHERS_MAX = 50;

function assertAll(sent: number, seen: number, dropped: number): void {
  const unknown = seen + dropped - sent;
  assert.ok(
    unknown >= 0 && unknown <= (dropped === 0 ? 0 : OTHERS_MAX),
    `${sent} sent, ${seen} told, ${dropped} dropped`,
  );
}

const FRAMES = 50_000;
test(
  `arp-listen tells ${FRAMES} questions at 100,000 a second, or says how many it could not`,
  needsRoot,
  async (t) => {
    await onStage(["a", "c"], async (network) => {
      const tool = await listen(network, "a", "-I eth0 --ip 10.255.255.255");
      const { stdout } = network.run("c", ["node", FLOOD, "100000", String(FRAMES), "500"]);
      const [sent, tookMs] = stdout.split(" ").map(Number);
      await until("all to be read", () => {
        const status = readFileSync(`/proc/${tool.pid}/net/packet`, "utf8");
        return (
          status
            .split("\n")
            .slice(1)
            .every((line) => (line.split(/\s+/)[6] ?? "0") === "0") || undefined
        );
      });
      assert.equal(await stop(tool), 0);
      // All of it as text: judging so many records takes longer than the scene.
      const lines = readFileSync(tool.path, "utf8").trimEnd().split("\n");
      const stats = parseLine(lines.at(-1)!);
      assert.ok(stats.kind === "record" && stats.record.type === "tool.stats");
      const { seen, capture_dropped: dropped, output_dropped: unsaid } = stats.record.counters;
      t.diagnostic(`${sent} sent in ${tookMs} ms, ${seen} told, ${dropped} dropped by the kernel`);
      assertAll(sent!, seen!, dropped!);
      assert.equal(lines.filter((line) => line.includes('"arp.seen"')).length + unsaid!, seen);
      assert.equal(tool.errors().includes("not told"), dropped! > 0, tool.errors());
      const numbers = lines.map((line) => Number(/"seq":(\d+)/.exec(line)?.[1]));
      assert.ok(
        numbers.every((seq, n) => n === 0 || seq > numbers[n - 1]!),
        "numbers only grow",
      );
    });
  },
);

/** Without it, the kernel keeps no more for a socket than net.core.rmem_max says. */
const SMALL_BUFFER = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"];
test("S8 arp-listen says how many questions the kernel dropped while it was held up", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    const tool = new FedTool(network, "a", [
      ...SMALL_BUFFER,
      "arp-listen",
      "-I",
      "eth0",
      "--ip",
      "10.255.255.255",
    ]);
    await until("arp-listen to hear", () => listeners(tool.pid) > 0 || undefined);
    tool.signal("SIGSTOP");
    const { stdout } = network.run("c", ["node", FLOOD, "100000", "20000", "500"]);
    tool.signal("SIGCONT");
    await until("the sentence", () => tool.errors().includes("the kernel dropped") || undefined);
    assert.equal(await stop(tool), 0);
    const { seen, capture_dropped: dropped } = ofType(tool.records(), "tool.stats").at(-1)!.counters;
    assertAll(Number(stdout.split(" ")[0]), seen!, dropped!);
    assert.ok(dropped! > 1000, `${dropped} were dropped`);
    assert.match(tool.errors(), new RegExp(`${dropped} packets are not told`));
    assert.equal(tool.errors().split("the kernel dropped").length, 2, "said once");
  });
});

test(
  "arp-listen --live draws a table in place, and gives the terminal back at Ctrl-C",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const log = join(network.folder, "terminal");
      const command = "stty rows 20 cols 100; exec arp-listen -I eth0 --live";
      const argv = ["script", "-qfec", command, log];
      const tool = new FedTool(network, "a", argv);
      const screen = (): string => {
        try {
          return readFileSync(log, "utf8");
        } catch {
          return "";
        }
      };
      await until("the table", () => screen().includes("ADDRESS") || undefined);
      network.command("c", "ping -c 1 -W 2 192.0.2.1");
      await until("c in it", () => /192\.0\.2\.2 +02:00:00:00:00:02 +eth0/.test(screen()) || undefined);
      tool.type("\x03");
      await tool.ended();
      const drawn = screen();
      const [enter, leave] = ["\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"];
      assert.equal(drawn.split(enter).length, 2);
      assert.equal(drawn.split(leave).length, 2);
      const after = drawn.slice(drawn.indexOf(leave) + leave.length);
      assert.match(after, /192\.0\.2\.2 +02:00:00:00:00:02 +eth0/);
      assert.ok(!after.slice(0, after.indexOf("Script done")).includes("\x1b"), "nothing is drawn any more");
    });
  },
);

const WRONG: readonly (readonly [argv: string, code: number, says: RegExp])[] = [
  ["-I any", 64, /"any" is no interface: name each/],
  ["-I lo -r x", 64, /-I and -r are both given/],
  ["-c 1", 64, /needs one of -I IF and -r FILE/],
  ["-I lo --until garp", 64, /--until is "garp": needs one of request, .*gratuitous/],
  ["-I lo --kind changed", 64, /--kind is "changed": needs one of/],
  ["-I lo --ip 192.0.2", 64, /--ip: Cannot read IPv4 address "192.0.2"/],
  ["-I lo --mac 02:00", 64, /--mac: Cannot read MAC address/],
  ["-I lo --vlan 4095", 64, /whole number from 1 to 4094/],
  ["-I lo --watch 192.0.2.1=x", 64, /--watch: Cannot read MAC address "x"/],
  ["-I lo --fields ts,ip_src", 64, /--fields: "ip_src" is no field: needs some of v,type,.*spa/],
  ["-I lo --live", 64, /--live draws on a terminal/],
  ["-I lo --live --json", 64, /--json and --fields are not for it/],
];
for (const [argv, code, says] of WRONG) {
  test(`arp-listen ${argv} ends with ${code}`, () => {
    const outcome = attempt(["arp-listen", ...argv.split(" ")]);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, says);
    assert.equal(outcome.stdout, "");
  });
}

test("arp-listen --fields prints those fields with tabs between, and nothing else", () => {
  const path = fileURLToPath(new URL("../../vectors/live/arping-tools.pcap", import.meta.url));
  const fields = ["ts", "kind", "spa", "sha", "flags"] as const;
  const { stdout } = attempt(["arp-listen", "-r", path, "--fields", fields.join()]);
  const records = attempt(["arp-listen", "-r", path])
    .stdout.split("\n")
    .flatMap((text) => {
      const line = parseLine(text);
      return line.kind === "record" && line.record.type === "arp.seen" ? [line.record] : [];
    });
  assert.ok(records.length > 10);
  assert.equal(
    stdout,
    records.map((record) => `${fields.map((name) => record[name]).join("\t")}\n`).join(""),
  );
});

const MANY = 20_000;
/** A capture of so many questions, one a microsecond. */
function writeCapture(path: string): void {
  const bytes = encodeArpBroadcast({
    operation: 1,
    senderMac: C_MAC,
    senderIp: "192.0.2.2",
    targetMac: ZERO_MAC,
    targetIp: "192.0.2.9",
  });
  const batch = new PcapBatch(MANY * 64 + 64);
  batch.begin(LinkType.ethernet);
  for (let n = 0; n < MANY; n++) batch.add(bytes, 1, n * 1000, bytes.length);
  writeFileSync(path, batch.written);
}

/** What becomes of a reader of records, and how arp-listen ends then. */
const READERS: readonly (readonly [reader: string, code: number, lines: number])[] = [
  ["sleep 1; wc -l", 0, MANY + 1],
  ["head -n 1 | wc -l", 74, 1],
  ["exec <&-; sleep 0.5; echo 0", 74, 0],
];
test("arp-listen -r gives a slow reader every record, and does not wait for one that is gone", () => {
  const folder = mkdtempSync(join(tmpdir(), "viptools-listen-"));
  try {
    const path = join(folder, "many.pcap");
    writeCapture(path);
    for (const [reader, code, lines] of READERS) {
      const script = `(arp-listen -r ${path}; echo $? >&2) | (${reader})`;
      const { stdout, stderr } = attempt(["sh", "-c", script]);
      assert.equal(stderr.trim(), String(code), reader);
      assert.equal(stdout.trim(), String(lines), reader);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
