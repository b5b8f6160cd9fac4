/** The doctor names what is wrong, and that alone; where it says what mends it, that does. */
import assert from "node:assert/strict";
import test from "node:test";
import { codesOf, diagnose, mustBeClean } from "../lab/diagnosis.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { VMAC, VRID } from "../lab/router.ts";
import { waitFor } from "../lab/shell.ts";
import { needsRoot, onStage, startPair } from "../lab/stage.ts";

const ADVERT_MS = 100;
const VIPS = [VIP, VIP6];
const DOUBLE = "2001:db8::d";
const PATIENCE_MS = 10_000;
/** Nobody else is there to be heard. */
const ALONE_MS = 10;

/** Planted by programs of the system alone. */
interface Fault {
  readonly code: string;
  /** Written as for a shell on the host. */
  readonly plant: string | ((network: Network) => Promise<void> | void);
  /** What has to be done beside, or instead of, what the doctor says. */
  readonly mend?: string | ((network: Network) => Promise<void> | void);
  /** False: the command only shows who has to mend it. */
  readonly isMending?: boolean;
  readonly shows: RegExp;
}

const nft = (chain: string): string => `nft -f - <<'END'\ntable ${chain}\nEND`;
const hooked = (family: string, hook: string, rule: string): string =>
  nft(`${family} f {\n chain ${hook.split(" ")[0]} {\n  type filter hook ${hook}\n  ${rule}\n }\n}`);

const FAULTS: Readonly<Record<string, Fault>> = {
  "nft drops protocol 112": {
    code: "firewall_nft",
    plant: hooked("inet", "input priority 0;", "ip protocol 112 drop"),
    shows: /drops VRRP adverts .*keepalived/,
  },
  "nft drops what it does not know": {
    code: "firewall_nft",
    plant: hooked(
      "inet",
      "input priority 0; policy drop;",
      "ct state established,related accept\n meta l4proto ipv6-icmp accept",
    ),
    shows: /chain inet f input drops what no rule accepts/,
  },
  "nft drops ARP": {
    code: "firewall_nft",
    plant: hooked("netdev", "ingress device eth0 priority 0;", "ether type arp drop"),
    shows: /ARP questions/,
  },
  "nft drops adverts on their way out": {
    code: "firewall_nft",
    plant: hooked("netdev", "egress device eth0 priority 0;", "ip protocol 112 drop"),
    shows: /advertises in vain/,
  },
  "nft lets only the NIC's MAC out": {
    code: "firewall_nft",
    plant: hooked("netdev", "egress device eth0 priority 0;", "ether saddr != 02:00:00:00:00:01 drop"),
    shows: /drops VRRP adverts .* go out and ARP answers/,
  },
  "nft drops frames for the virtual MAC": {
    code: "firewall_nft",
    plant: hooked("netdev", "ingress device eth0 priority 0;", `ether daddr ${VMAC} drop`),
    shows: /frames for the virtual router's MAC/,
  },
  "rp_filter is strict in all": {
    code: "rp_filter_strict",
    plant: "sysctl -w net.ipv4.conf.all.rp_filter=1",
    shows: /rp_filter is 1/,
  },
  "arp_ignore in all": {
    code: "arp_ignore_all",
    plant: "sysctl -w net.ipv4.conf.all.arp_ignore=8",
    shows: /arp_ignore is 8/,
  },
  "a promiscuous parent": {
    code: "promiscuous_parent",
    plant: "ip link set eth0 promisc on",
    shows: /promiscuity 1/,
  },
  "a second macvlan with the virtual MAC": {
    code: "second_vmac_link",
    plant: `ip link add mv0 link eth0 address ${VMAC} type macvlan mode private`,
    shows: new RegExp(`mv0 .*${VMAC}`),
  },
  "the virtual MAC on the NIC itself": {
    code: "nic_has_vmac",
    plant: `ip link set eth0 address ${VMAC}`,
    mend: "ip link set eth0 address 02:00:00:00:00:01",
    isMending: false,
    shows: /^eth0 itself has the virtual MAC/,
  },
  "ARP off": { code: "arp_off", plant: "ip link set eth0 arp off", shows: /NOARP/ },
  "the VIP on the parent too": {
    code: "vip_on_parent",
    plant: `ip address add ${VIP}/24 dev eth0`,
    shows: /192\.0\.2\.100\/24 is on eth0/,
  },
  "the VIP in a /24 on lo": {
    code: "prefix_on_loopback",
    plant: `ip address add ${VIP}/24 dev lo`,
    mend: `ip address del ${VIP}/32 dev lo`,
    shows: /192\.0\.2\.100\/24 is on lo/,
  },
  "the link is down": { code: "link_down", plant: "ip link set eth0 down", shows: /eth0 is down/ },
  "no carrier": {
    code: "no_carrier",
    plant: (network) => network.linkDown("a"),
    mend: (network) => network.linkUp("a"),
    isMending: false,
    shows: /no carrier/,
  },
  "IPv6 is disabled": {
    code: "ipv6_disabled",
    plant: "sysctl -w net.ipv6.conf.eth0.disable_ipv6=1",
    shows: /disable_ipv6 is 1/,
  },
  "an address in DAD failure": {
    code: "address_duplicated",
    plant: async (network) => {
      network.command("b", `ip address add ${DOUBLE}/64 dev eth0 nodad`);
      network.setSysctl("a", "ipv6/conf/eth0/dad_transmits", 1);
      network.command("a", `ip address add ${DOUBLE}/64 dev eth0`);
      await waitFor("the address to fail", PATIENCE_MS, () => hasFailed(network) || undefined);
    },
    mend: (network) => network.command("b", `ip address del ${DOUBLE}/64 dev eth0`),
    shows: /2001:db8::d\/64 on eth0 has failed/,
  },
  "a port of a snooping bridge": {
    code: "bridge_port",
    plant:
      "ip link add br7 type bridge mcast_snooping 1 && ip link set br7 up && ip link set eth0 master br7",
    mend: "ip link delete br7",
    isMending: false,
    shows: /port of bridge br7, which snoops multicast/,
  },
};

function hasFailed(network: Network): boolean {
  return network.run("a", ["ip", "-6", "address", "show", "dev", "eth0"]).stdout.includes("dadfailed");
}

async function act(network: Network, what: NonNullable<Fault["mend"]>): Promise<void> {
  if (typeof what !== "string") return void (await what(network));
  const { code, stderr } = network.run("a", ["sh", "-c", what]);
  assert.equal(code, 0, `${what}: ${stderr}`);
}

async function untilHealthy(network: Network): Promise<void> {
  await waitFor("eth0 to run", PATIENCE_MS, () =>
    network.run("a", ["ip", "link", "show", "eth0"]).stdout.includes("state UP") ? true : undefined,
  );
}

async function playFault(network: Network, name: string, fault: Fault): Promise<void> {
  await act(network, fault.plant);
  const said = diagnose(network, "a", VIPS, ALONE_MS);
  const { code, records } = said;
  assert.deepEqual(codesOf(said), [fault.code], name);
  const { found, consequence, command } = records[0]!;
  assert.match(`${found} ${consequence}`, fault.shows);
  assert.equal(code, 1, name);
  // The cause first: what another host does is mended there.
  if (typeof fault.mend === "function") await fault.mend(network);
  if (fault.isMending !== false) await act(network, command);
  if (typeof fault.mend === "string") await act(network, fault.mend);
  await untilHealthy(network);
  mustBeClean(network, `after ${name} was mended by ${command}`, "a", VIPS, ALONE_MS);
}

test("doctor: names each planted fault and no other, and its command mends it", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    mustBeClean(network, "at first", "a", VIPS);
    for (const [name, fault] of Object.entries(FAULTS))
      await t.test(name, async () => await playFault(network, name, fault));
    await t.test(
      "iptables drops protocol 112",
      { skip: hasIptables(network) ? false : "no iptables here" },
      async () => {
        const plant = "iptables -A INPUT -p 112 -j DROP";
        await playFault(network, plant, { code: "firewall_iptables", plant, shows: /-p vrrp -j DROP/ });
      },
    );
  });
});

function hasIptables(network: Network): boolean {
  return network.run("a", ["iptables", "-S"]).code === 0;
}

interface Pair {
  readonly family: 4 | 6;
  readonly vips: readonly string[];
  readonly useVmac?: boolean;
  readonly followArgs?: string;
}

const PAIRS: Readonly<Record<string, Pair>> = {
  "IPv4, the Backup built and mute": { family: 4, vips: [VIP], followArgs: "--standby fenced" },
  "IPv4, on the NIC itself": { family: 4, vips: [VIP], useVmac: false },
  "IPv6, the Backup without a trace": { family: 6, vips: [VIP6_LL, VIP6] },
};

for (const [name, { vips, useVmac = true, ...more }] of Object.entries(PAIRS))
  test(`doctor: finds nothing on an Active and on a Backup: ${name}`, needsRoot, async () => {
    await onStage(["a", "b"], async (network) => {
      const { a, b } = await startPair(network, ADVERT_MS, { ...more, vips, useVmac });
      for (const host of ["a", "b"]) {
        mustBeClean(network, `${host} with addresses`, host, vips);
        mustBeClean(network, `${host} without`, host);
      }
      if (useVmac) {
        // A fault beside what it owns is found as before.
        network.command("a", `ip address add ${vips.at(-1)}/${more.family === 4 ? 24 : 64} dev eth0`);
        assert.deepEqual(codesOf(diagnose(network, "a")), ["vip_on_parent"]);
      }
      await Promise.all([a.stop(), b.stop()]);
    });
  });

test("doctor: says what it could not look at, and ends with 71", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    // A host without the program nft, before and after it has rules.
    const hidden = `mount -t tmpfs none /usr/sbin && exec vmac-ctl doctor -I eth0 --vrid ${VRID} --listen 10ms ${VIP}`;
    const doctor = () => network.run("a", ["unshare", "--mount", "sh", "-c", hidden]);
    assert.equal(doctor().code, 0);
    network.command("a", "nft add table inet f");
    const { code, stderr } = doctor();
    assert.match(stderr, /not looked at: Cannot read the rules of f: .*install nftables/);
    assert.equal(code, 71);
  });
});
