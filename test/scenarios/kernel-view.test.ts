/** `arp-listen --kernel` beside what docs/announcing.md has: several owners at once, other hosts' packets, a firewall. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";
import type { RecordOf } from "@viptools/records";
import {
  ArpOperation,
  type ArpPacket,
  BROADCAST_MAC,
  EtherType,
  encodeArp,
  encodeEthernet,
  type Mac,
  ZERO_MAC,
} from "@viptools/wire";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const SENDER = fileURLToPath(new URL("../lab/send-lines.js", import.meta.url));
const PATIENCE_MS = 10_000;
const [A, B, OLD, OTHER] = [1, 2, 3, 4].map((n) => `02:00:00:00:01:0${n}`) as [Mac, Mac, Mac, Mac];
/** From the first to the last thing that a listener opens. */
const OPENING_MS = 200;
const WARM_UP_ADDRESS = "192.0.2.99";

function frameOf(
  senderMac: Mac,
  senderIp: string,
  more: Partial<ArpPacket> = {},
  destination = BROADCAST_MAC,
) {
  const packet = {
    operation: ArpOperation.request,
    senderMac,
    senderIp,
    targetMac: ZERO_MAC,
    targetIp: senderIp,
    ...more,
  };
  return encodeEthernet({
    destination,
    source: senderMac,
    etherType: EtherType.arp,
    payload: encodeArp(packet),
  });
}

interface Story {
  readonly name: string;
  /** On the client, beforehand. */
  readonly commands?: readonly string[];
  readonly frames: readonly Uint8Array[];
  /** One for each frame: verdict, the kernel's MAC, reason. */
  readonly says: readonly (readonly [verdict: string, kernelMac: Mac | null, because: string])[];
}

const knows = (ip: string): string => `ip neigh replace ${ip} lladdr ${OLD} nud reachable dev eth0`;
const GRATUITOUS = "it is gratuitous: locktime does not hold it off";
const differs = (kernel: Mac, wire: Mac): string => `the entry says ${kernel}, the wire says ${wire}`;

const STORIES: readonly Story[] = [
  {
    name: "two owners at once: each change belongs to its packet",
    commands: [knows(VIP)],
    frames: [A, B, A, B, B].map((mac) => frameOf(mac, VIP)),
    says: [
      ["learned", A, GRATUITOUS],
      ["learned", B, GRATUITOUS],
      ["learned", A, GRATUITOUS],
      ["learned", B, GRATUITOUS],
      ["known", B, "the entry says so already"],
    ],
  },
  {
    name: "an answer for another host tells that the entry is wrong",
    commands: [knows("192.0.2.101")],
    frames: [
      frameOf(
        A,
        "192.0.2.101",
        { operation: ArpOperation.reply, targetMac: OTHER, targetIp: "192.0.2.9" },
        OTHER,
      ),
    ],
    says: [["stale", OLD, `${differs(OLD, A)}; it is for ${OTHER} alone`]],
  },
  {
    name: "somebody claims this host's own address",
    frames: [frameOf(A, "192.0.2.2")],
    says: [["ignored", null, "192.0.2.2 is an address of this host"]],
  },
  {
    name: "an address of a foreign network where only own ones are taken",
    commands: ["sysctl -qw net.ipv4.conf.all.arp_accept=2"],
    frames: [frameOf(A, "203.0.113.9"), frameOf(A, "192.0.2.103")],
    says: [
      ["ignored", null, "arp_accept=2 (all), no entry, and 203.0.113.9 is in no network of this interface"],
      ["learned", A, "arp_accept=2 (all)"],
    ],
  },
  {
    name: "a question that is not answered",
    commands: ["sysctl -qw net.ipv4.conf.eth0.arp_ignore=8"],
    frames: [frameOf(A, "192.0.2.104", { targetIp: "192.0.2.2" })],
    says: [["ignored", null, "arp_ignore=8: a question that is not answered teaches nothing"]],
  },
  {
    name: "a firewall that drops what was heard",
    commands: [
      knows("192.0.2.105"),
      "nft add table arp t",
      "nft add chain arp t in { type filter hook input priority 0; policy drop; }",
    ],
    frames: [frameOf(A, "192.0.2.105")],
    says: [
      [
        "stale",
        OLD,
        `${differs(OLD, A)}, and nothing that was looked at says why: a firewall may have dropped it`,
      ],
    ],
  },
];

function say(sender: ChildProcess, frames: readonly Uint8Array[]): void {
  for (const frame of frames) sender.stdin!.write(`${Buffer.from(frame).toString("hex")}\n`);
}

function heardBy(tool: FedTool): RecordOf<"arp.kernel">[] {
  return ofType(tool.records(), "arp.kernel").filter(({ ip }) => ip !== WARM_UP_ADDRESS);
}

async function startListening(network: Network, sender: ChildProcess): Promise<FedTool> {
  const tool = new FedTool(network, "client", ["arp-listen", "-I", "eth0", "--kernel", "--json"]);
  await waitFor("the listener", PATIENCE_MS, () => {
    say(sender, [frameOf(A, WARM_UP_ADDRESS)]);
    return ofType(tool.records(), "arp.kernel").length > 0 || undefined;
  });
  return tool;
}

test("arp-listen --kernel says what the kernel made of each packet, and why", needsRoot, async (t) => {
  await onStage(["sender", "client"], async (network) => {
    const sender = network.start("sender", ["node", SENDER], ["pipe", "ignore", "inherit"]);
    const tool = await startListening(network, sender);
    for (const { name, commands = [], frames, says } of STORIES) {
      await t.test(name, async () => {
        for (const command of commands) network.command("client", command);
        const before = heardBy(tool).length;
        say(sender, frames);
        const heard = await waitFor(`${frames.length} verdicts`, PATIENCE_MS, () => {
          const all = heardBy(tool).slice(before);
          return all.length >= frames.length ? all : undefined;
        });
        assert.deepEqual(
          heard.map(({ verdict, kernel_mac, because }) => [verdict, kernel_mac, because]),
          says,
        );
      });
    }
  });
});

test("arp-listen --kernel judges the last packet too, and none that this host sends", needsRoot, async () => {
  await onStage(["sender", "client"], async (network) => {
    const tool = new FedTool(network, "client", [
      "arp-listen",
      "-I",
      "eth0",
      "--kernel",
      "--json",
      "--kind",
      "arp",
      "-c",
      "2",
    ]);
    const { address } = network.host("sender");
    await waitFor("a packet socket", PATIENCE_MS, () => {
      const [, socket] = network.run("client", ["cat", "/proc/net/packet"]).stdout.split("\n");
      return socket || undefined;
    });
    await sleep(OPENING_MS);
    network.run("client", ["bash", "-c", `echo > /dev/udp/${address}/9`]);
    await tool.ended();
    assert.equal(tool.exitCode, 0);
    const seen = ofType(tool.records(), "arp.seen").map(({ kind, direction }) => [kind, direction]);
    assert.deepEqual(seen, [
      ["request", "out"],
      ["reply", "in"],
    ]);
    const [judged, ...others] = ofType(tool.records(), "arp.kernel");
    assert.deepEqual(others, []);
    assert.deepEqual(
      [judged?.ip, judged?.verdict, judged?.because],
      [address, "learned", "the kernel was asking for it"],
    );
  });
});
