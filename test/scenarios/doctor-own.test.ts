/** The doctor names what `vmac-ctl status` knows of this host's own virtual routers, and its command mends it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { codesOf, diagnose, mustBeClean } from "../lab/diagnosis.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP } from "../lab/network.ts";
import { VMAC, VRID } from "../lab/router.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

/** Nobody else is there to be heard. */
const ALONE_MS = 10;
const MODES = { macvlan: "", rewrite: "--mode rewrite", address: "--mode address" } as const;
type Mode = keyof typeof MODES;

interface Damage {
  readonly mode: Mode;
  readonly plant: string;
  /** None for a healthy host. */
  readonly code?: string;
  /** What has to be done beside. */
  readonly mend?: string;
}

const SECOND_NIC =
  "ip link add eth1 type veth peer name far1 && ip link set far1 up && ip link set eth1 up && ip address add 192.0.2.200/24 dev eth1 noprefixroute";

const SETTINGS = ["arp_filter", "arp_ignore", "rp_filter"];
const sysctls = (value: number): string =>
  SETTINGS.map((name) => `sysctl -w net.ipv4.conf.all.${name}=${value}`).join(" && ");

const DAMAGES: Readonly<Record<string, Damage>> = {
  "settings of all that do not concern the NIC itself": {
    mode: "rewrite",
    plant: sysctls(1),
    mend: sysctls(0),
  },
  "strict rp_filter of all, and a macvlan with its own": {
    mode: "macvlan",
    plant: "sysctl -w net.ipv4.conf.all.rp_filter=1",
    mend: "sysctl -w net.ipv4.conf.all.rp_filter=0",
  },
  "the VIP on another interface too": {
    mode: "address",
    plant: `ip address add ${VIP}/32 dev lo`,
    code: "vip_elsewhere",
  },
  "another NIC in the same network": {
    mode: "macvlan",
    plant: SECOND_NIC,
    code: "arp_flux",
    mend: "ip link delete eth1",
  },
  "rules flushed": { mode: "rewrite", plant: "nft flush ruleset", code: "own_router_silent" },
  "forwarding entry deleted": {
    mode: "rewrite",
    plant: `bridge fdb del ${VMAC} dev eth0 self`,
    code: "own_router_silent",
  },
  "address flushed": {
    mode: "address",
    plant: `ip address del ${VIP}/32 dev eth0`,
    code: "own_router_silent",
  },
  "the macvlan is down": {
    mode: "macvlan",
    plant: "ip link set vrrp4-$(cat /sys/class/net/eth0/ifindex)-51 down",
    code: "own_router_silent",
  },
  "arp_ignore on the NIC": {
    mode: "rewrite",
    plant: "sysctl -w net.ipv4.conf.eth0.arp_ignore=8",
    code: "own_router_silent",
  },
};

async function play(network: Network, { mode, plant, code, mend }: Damage): Promise<void> {
  const doing = (what: string) => {
    const done = network.run("a", ["sh", "-c", what]);
    assert.equal(done.code, 0, `${what}: ${done.stderr}`);
  };
  doing(`vmac-ctl up -I eth0 --vrid ${VRID} ${MODES[mode]} ${VIP}`);
  mustBeClean(network, "after up", "a", [VIP], ALONE_MS);
  doing(plant);
  const said = diagnose(network, "a", [VIP], ALONE_MS);
  assert.deepEqual(codesOf(said), code === undefined ? [] : [code]);
  if (code !== undefined) doing(said.records[0]!.command);
  if (mend !== undefined) doing(mend);
  mustBeClean(network, "after it was mended", "a", [VIP], ALONE_MS);
  doing(`vmac-ctl down -I eth0 --vrid ${VRID}`);
}

test(
  "doctor: names what is wrong with an own virtual router, and its command mends it",
  needsRoot,
  async (t) => {
    await onStage(["a"], async (network) => {
      for (const [name, damage] of Object.entries(DAMAGES))
        await t.test(name, async () => await play(network, damage));
    });
  },
);

test("doctor: names a dead owner, and its command clears away what it left", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const path = join(network.folder, "owners.json");
    const instance = { name: "M", interface: "eth0", vrid: VRID, vips: [VIP] };
    writeFileSync(path, JSON.stringify({ instances: [instance] }));
    const tool = new FedTool(network, "a", ["vmac-ctl", "follow", "--mode", "rewrite", "--config", path]);
    tool.say({ type: "keepalived.state", kind: "INSTANCE", name: "M", state: "MASTER", priority: 1 });
    await tool.untilRecord("vmac.up");
    mustBeClean(network, "while it lives", "a", [VIP], ALONE_MS);
    tool.signal("SIGKILL");
    await tool.ended();
    const said = diagnose(network, "a", [VIP], ALONE_MS);
    assert.deepEqual(codesOf(said), ["dead_owner"]);
    network.command("a", said.records[0]!.command);
    mustBeClean(network, "after cleanup", "a", [VIP], ALONE_MS);
  });
});
