/** Which of `all` and the interface counts, by what a kernel does: each setting on and off at both places. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import test from "node:test";
import { fileURLToPath } from "node:url";
import type { EffectiveName, EffectiveSetting } from "@viptools/kernel";
import { FORMS, OLD_MAC } from "../announcing/forms.ts";
import type { Network } from "../lab/network.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const SENDER = fileURLToPath(new URL("../lab/send-lines.js", import.meta.url));
const READER = fileURLToPath(new URL("../lab/effective.js", import.meta.url));
const PATIENCE_MS = 5000;
/** What a kernel does at once, seen late by a busy machine. */
const AT_ONCE_MS = 150;
const [SILENT4, SILENT6] = ["192.0.2.200", "2001:db8::200"];
const STRANGER = "203.0.113.9";

/** a asks and announces, b is looked at. */
interface Scene {
  readonly network: Network;
  readonly sender: ChildProcess;
  /** What readEffective() says on b. */
  readonly said: (name: EffectiveName) => Promise<EffectiveSetting>;
}

/** A setting, and how one sees that it is on. */
interface Trial {
  readonly name: EffectiveName;
  readonly on: number;
  readonly isOn: (scene: Scene) => Promise<boolean>;
}

const words = (command: string): string[] => command.split(" ");
const entryOf = ({ network }: Scene, ip: string, host = "b"): string =>
  network.run(host, ["ip", "neigh", "show", ip, "dev", "eth0"]).stdout;

function announce({ sender }: Scene, ip: string): void {
  const form = FORMS.find(({ family }) => family === (ip.includes(":") ? 6 : 4))!;
  sender.stdin!.write(`${Buffer.from(form.frame(ip)).toString("hex")}\n`);
}

/** b knows the address at another MAC. @returns whether it still does after an announcement. */
async function keepsEntry(scene: Scene, ip: string): Promise<boolean> {
  scene.network.command("b", `ip neigh replace ${ip} lladdr ${OLD_MAC} nud stale dev eth0`);
  announce(scene, ip);
  await sleep(AT_ONCE_MS);
  return entryOf(scene, ip).includes(OLD_MAC);
}

async function losesEntry(scene: Scene, ip: string): Promise<boolean> {
  const { network } = scene;
  network.command("b", `ip neigh replace ${ip} lladdr ${OLD_MAC} nud reachable dev eth0`);
  network.linkDown("b");
  const hasCarrier = () => network.run("b", words("cat /sys/class/net/eth0/carrier")).stdout.startsWith("1");
  await waitFor("no carrier", PATIENCE_MS, () => !hasCarrier() || undefined);
  await sleep(AT_ONCE_MS);
  const isLost = !entryOf(scene, ip).includes(OLD_MAC);
  network.linkUp("b");
  await waitFor("a carrier", PATIENCE_MS, () => hasCarrier() || undefined);
  return isLost;
}

function countReversePathDrops({ network }: Scene): number {
  const { stdout } = network.run("b", ["sh", "-c", "grep ^TcpExt: /proc/net/netstat"]);
  const [names, values] = stdout.split("\n").map((line) => line.split(" "));
  return Number(values![names!.indexOf("IPReversePathFilter")]);
}

const TRIALS: readonly Trial[] = [
  {
    name: "ipv4/arp_accept",
    on: 1,
    isOn: async (scene) => {
      scene.network.run("b", words(`ip neigh del ${SILENT4} dev eth0`));
      announce(scene, SILENT4);
      await sleep(AT_ONCE_MS);
      return entryOf(scene, SILENT4).includes("lladdr");
    },
  },
  { name: "ipv4/drop_gratuitous_arp", on: 1, isOn: async (scene) => await keepsEntry(scene, SILENT4) },
  {
    name: "ipv4/arp_ignore",
    on: 8,
    isOn: async (scene) => {
      const { address } = scene.network.host("b");
      scene.network.run("a", words(`ip neigh flush dev eth0 to ${address}`));
      scene.network.run("a", ["bash", "-c", `echo > /dev/udp/${address}/9`]);
      await sleep(AT_ONCE_MS);
      return !entryOf(scene, address, "a").includes("lladdr");
    },
  },
  {
    name: "ipv4/rp_filter",
    on: 1,
    isOn: async (scene) => {
      const before = countReversePathDrops(scene);
      const { address, mac } = scene.network.host("b");
      // A question from there would not be answered, and no ping would leave.
      scene.network.command("a", `ip neigh replace ${address} lladdr ${mac} nud permanent dev eth0`);
      scene.network.run("a", words(`ping -c 1 -W 0.1 -I ${STRANGER} ${address}`));
      return countReversePathDrops(scene) > before;
    },
  },
  {
    name: "ipv4/promote_secondaries",
    on: 1,
    isOn: async ({ network }) => {
      for (const address of ["203.0.113.1/24", "203.0.113.2/24"])
        network.command("b", `ip address add ${address} dev eth0`);
      network.command("b", "ip address del 203.0.113.1/24 dev eth0");
      return network.run("b", words("ip address del 203.0.113.2/24 dev eth0")).code === 0;
    },
  },
  {
    name: "ipv4/arp_notify",
    on: 1,
    isOn: async (scene) => {
      const { network } = scene;
      const { address, mac } = network.host("b");
      network.command("a", `ip neigh replace ${address} lladdr ${OLD_MAC} nud stale dev eth0`);
      network.command("b", `ip link set eth0 address ${mac}`);
      await sleep(AT_ONCE_MS);
      return entryOf(scene, address, "a").includes(mac);
    },
  },
  { name: "ipv4/arp_evict_nocarrier", on: 1, isOn: async (scene) => await losesEntry(scene, SILENT4) },
  { name: "ipv6/ndisc_evict_nocarrier", on: 1, isOn: async (scene) => await losesEntry(scene, SILENT6) },
  { name: "ipv6/drop_unsolicited_na", on: 1, isOn: async (scene) => await keepsEntry(scene, SILENT6) },
];

function pathOf(name: EffectiveName, side: string): string {
  return name.replace("/", `/conf/${side}/`);
}

async function judge(scene: Scene, { name, on, isOn }: Trial): Promise<void> {
  const { network } = scene;
  const [all, own] = ["all", "eth0"].map((side) => pathOf(name, side)) as [string, string];
  const before = [all, own].map((path) => Number(network.run("b", ["cat", `/proc/sys/net/${path}`]).stdout));
  for (const [ofAll, ofOwn] of [
    [0, 0],
    [0, on],
    [on, 0],
    [on, on],
  ] as const) {
    network.setSysctl("b", all, ofAll);
    network.setSysctl("b", own, ofOwn);
    const said = await scene.said(name);
    const what = `${name} with ${ofAll} in all and ${ofOwn} on eth0`;
    assert.equal(said.value !== 0, await isOn(scene), `${what}: ${JSON.stringify(said)}`);
    assert.equal(said.path, `net/${said.decidedBy === "all" ? all : own}`);
  }
  network.setSysctl("b", all, before[0]!);
  network.setSysctl("b", own, before[1]!);
}

test("readEffective() says of each setting what the kernel goes by", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    network.command("a", `ip address add ${STRANGER}/32 dev eth0`);
    const sender = network.start("a", ["node", SENDER], ["pipe", "ignore", "inherit"]);
    const reader = network.start("b", ["node", READER], ["pipe", "pipe", "inherit"]);
    const lines = createInterface({ input: reader.stdout! })[Symbol.asyncIterator]();
    const said = async (name: EffectiveName): Promise<EffectiveSetting> => {
      reader.stdin!.write(`${name}\n`);
      return JSON.parse((await lines.next()).value as string) as EffectiveSetting;
    };
    for (const trial of TRIALS) await judge({ network, sender, said }, trial);
  });
});
