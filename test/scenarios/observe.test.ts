/** The observer on a third host, beside real keepalived routers: what is wrong is named, and nothing is sent. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { readCaptureFile } from "@viptools/kernel";
import type { KnownRecord, RecordOf } from "@viptools/records";
import {
  decodeEthernet,
  EtherType,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6,
  encodeTagged,
  encodeVrrpV3,
  virtualMac,
  vrrpGroup,
  vrrpGroupMac,
} from "@viptools/wire";
import { startKeepalived } from "../lab/keepalived.ts";
import type { Network } from "../lab/network.ts";
import { ofType, readRecordLog } from "../lab/record-log.ts";
import { startSending } from "../lab/sending.ts";
import { end, type Outcome, sleep, waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, onStage } from "../lab/stage.ts";

/** Part of a keepalived.conf: one virtual router. */
interface Section {
  readonly vrid: number;
  readonly priority: number;
  readonly lines: readonly string[];
  readonly vips: readonly string[];
}

const SECRETS = ["s3cret-a", "s3cret-b"] as const;
const PATIENCE_MS = 20_000;
const ADVERT_EVERY_MS = 500;

function section(vrid: number, priority: number, lines: readonly string[], vips: readonly string[]): Section {
  return { vrid, priority, lines, vips };
}

function startSections(network: Network, host: string, sections: readonly Section[]): ChildProcess {
  const instances = sections.map(
    ({ vrid, priority, lines, vips }) => `vrrp_instance V${vrid} {
  state BACKUP
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${vips.map((vip) => `${vip}/32`).join("\n    ")}
  }
}`,
  );
  const text = `global_defs {\n  router_id ${host}\n}\n${instances.join("\n")}\n`;
  return startKeepalived(network, host, text).child;
}

/** `vrrp-elect --observe` on a host, until it is ended. */
class Watcher {
  readonly #log: string;
  readonly #child: ChildProcess;

  constructor(network: Network, host: string, options = "") {
    this.#log = join(network.folder, `observe-${host}-${Date.now()}.ndjson`);
    const command = `exec vrrp-elect --observe -I eth0 ${options} > ${this.#log} 2> ${this.#log}.err`;
    this.#child = network.start(host, ["bash", "-c", command], "ignore");
  }

  records(): KnownRecord[] {
    return readRecordLog(this.#log);
  }

  text(): string {
    return [this.#log, `${this.#log}.err`]
      .map((path) => (existsSync(path) ? readFileSync(path, "utf8") : ""))
      .join("");
  }

  conflicts(vrid: number): RecordOf<"vrrp.conflict">[] {
    return ofType(this.records(), "vrrp.conflict").filter(({ instance }) => instance.endsWith(`/4/${vrid}`));
  }

  async until<T extends KnownRecord["type"]>(
    type: T,
    isIt: (record: RecordOf<T>) => boolean,
  ): Promise<RecordOf<T>> {
    return await waitFor(`a ${type}`, PATIENCE_MS, () => ofType(this.records(), type).find(isIt));
  }

  async stop(): Promise<void> {
    await end(this.#child);
  }
}

const observe = (network: Network, host: string, ...argv: string[]): Outcome =>
  network.run(host, ["vrrp-elect", "--observe", "-I", "eth0", ...argv]);

const V3 = ["version 3", "advert_int 0.5"];
const V2 = ["version 2", "advert_int 1"];
const secret = (text: string): string => `authentication { auth_type PASS\n auth_pass ${text}\n }`;

/** What the two say differently, by VRID; both become Active. */
const QUARRELS: readonly (readonly [
  vrid: number,
  cause: RecordOf<"vrrp.conflict">["cause"],
  a: Section,
  b: Section,
])[] = [
  [51, "version_mismatch", section(51, 150, V2, ["192.0.2.151"]), section(51, 100, V3, ["192.0.2.151"])],
  [
    52,
    "auth_mismatch",
    section(52, 150, [...V2, secret(SECRETS[0])], ["192.0.2.152"]),
    section(52, 100, [...V2, secret(SECRETS[1])], ["192.0.2.152"]),
  ],
  [
    53,
    "interval_mismatch",
    section(53, 150, V2, ["192.0.2.153"]),
    section(53, 100, ["version 2", "advert_int 2"], ["192.0.2.153"]),
  ],
  [
    54,
    "vip_mismatch",
    section(54, 150, V3, ["192.0.2.154"]),
    section(54, 100, V3, ["192.0.2.154", "192.0.2.164"]),
  ],
  [55, "vrid_clash", section(55, 150, V3, ["192.0.2.155"]), section(55, 100, V3, ["192.0.2.165"])],
];

/** What may go with the causes above: both may be heard side by side, and VRID 51 differs in its interval as well. */
const BESIDE: readonly string[] = ["two_active", "interval_mismatch"];

test("two keepaliveds that disagree: each cause is named", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const watcher = new Watcher(network, "c");
    const a = startSections(
      network,
      "a",
      QUARRELS.map(([, , one]) => one),
    );
    const b = startSections(
      network,
      "b",
      QUARRELS.map(([, , , other]) => other),
    );
    for (const [vrid, cause] of QUARRELS) {
      const named = await watcher.until(
        "vrrp.conflict",
        (record) => record.instance === `eth0/4/${vrid}` && record.cause === cause,
      );
      t.diagnostic(`${vrid}: ${cause}: ${named.detail}`);
      assert.deepEqual([...named.peers].sort(), ["192.0.2.1", "192.0.2.2"]);
      for (const address of ["192.0.2.1", "192.0.2.2"])
        assert.ok(named.detail?.includes(address), named.detail);
    }
    await Promise.all([end(a), end(b)]);
    await watcher.until("vrrp.silent", ({ instance }) => instance === "eth0/4/55");
    await watcher.stop();
    for (const [vrid, cause] of QUARRELS) {
      const causes = watcher.conflicts(vrid).map((record) => record.cause);
      const rest = causes.filter((found) => found === cause || !BESIDE.includes(found));
      assert.deepEqual([...new Set(rest)], [cause], `VRID ${vrid}`);
    }
    for (const text of SECRETS) assert.ok(!watcher.text().includes(text), "no password is told");
  });
});

/** A router that owns nothing, with a password of its own. */
function startElector(network: Network, host: string, priority: number, password: string): ChildProcess {
  const file = join(network.folder, `password-${host}`);
  writeFileSync(file, password, { mode: 0o600 });
  const options = `-I eth0 --vrid 51 --priority ${priority} --vrrp-version 2 --auth-file ${file}`;
  const command = `exec vrrp-elect ${options} --on-reader-loss ignore 192.0.2.100 > /dev/null 2>&1 < /dev/null`;
  return network.start(host, ["bash", "-c", command], "ignore");
}

test("two Actives are named with the reason, and the end of it", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const watcher = new Watcher(network, "c");
    const a = startElector(network, "a", 150, SECRETS[0]);
    const b = startElector(network, "b", 100, SECRETS[1]);
    const named = await watcher.until("vrrp.conflict", ({ cause }) => cause === "two_active");
    t.diagnostic(named.detail ?? "");
    assert.match(
      named.detail ?? "",
      /192\.0\.2\.1 \(priority 150\) and 192\.0\.2\.2 \(priority 100\).*auth_mismatch/,
    );
    assert.equal(observe(network, "c", "--once").code, 1);
    await end(b);
    const healed = await watcher.until("vrrp.healed", () => true);
    assert.equal(healed.to, "192.0.2.1");
    await sleep(500);
    assert.equal(observe(network, "c", "--once").code, 0);
    await end(a);
    await watcher.until("vrrp.silent", () => true);
    await watcher.stop();
    const causes = watcher.conflicts(51).map(({ cause }) => cause);
    assert.deepEqual([...new Set(causes)].sort(), ["auth_mismatch", "two_active"]);
    for (const text of SECRETS) assert.ok(!watcher.text().includes(text), "no password is told");
  });
});

test("a failover is told with its reason and gap: planned, silent, and back", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const vips = ["192.0.2.100"];
    const watcher = new Watcher(network, "c");
    const startA = (): ChildProcess => startSections(network, "a", [section(51, 150, V3, vips)]);
    const b = startSections(network, "b", [section(51, 100, V3, vips)]);
    await watcher.until("vrrp.peer", ({ address }) => address === "192.0.2.2");
    let a = startA();
    const changes: RecordOf<"vrrp.changed">[] = [];
    const next = async (to: string): Promise<RecordOf<"vrrp.changed">> => {
      const count = changes.length;
      const found = await waitFor(`a change to ${to}`, PATIENCE_MS, () => {
        return ofType(watcher.records(), "vrrp.changed")[count];
      });
      changes.push(found);
      assert.equal(found.to, to);
      return found;
    };
    const tell = ({ from, to, reason, gap_ms }: RecordOf<"vrrp.changed">): void =>
      t.diagnostic(`${from} -> ${to}: ${reason}, ${gap_ms} ms`);
    tell(await next("192.0.2.1"));
    assert.equal(changes[0]!.reason, "higher_priority");

    await sleep(1200);
    await end(a);
    const resigned = await next("192.0.2.2");
    tell(resigned);
    assert.equal(resigned.reason, "resign");
    // Skew of priority 100: 156/256 of 500 ms.
    assert.ok(resigned.gap_ms > 250 && resigned.gap_ms < 450, `gap is ${resigned.gap_ms}`);

    a = startA();
    tell(await next("192.0.2.1"));
    await sleep(1200);
    network.portOff("a");
    const silent = await next("192.0.2.2");
    tell(silent);
    assert.equal(silent.reason, "silent");
    assert.ok(silent.gap_ms > 1700 && silent.gap_ms < 2100, `gap is ${silent.gap_ms}`);
    network.portOn("a");
    const back = await next("192.0.2.1");
    tell(back);
    assert.equal(back.reason, "higher_priority");
    await Promise.all([end(a), end(b)]);
    await watcher.until("vrrp.silent", ({ instance }) => instance === "eth0/4/51");
    await watcher.stop();
    assert.equal(ofType(watcher.records(), "vrrp.peer").length, 2, "each router is told of once");
    assert.deepEqual(watcher.conflicts(51), []);
  });
});

/** A router in VLANs, and one of IPv6: keepalived would need them on the host. */
function startTagged(network: Network, host: string): Promise<ChildProcess> {
  const four = { address: "198.51.100.1", vips: ["198.51.100.100"], type: EtherType.ipv4 };
  const six = { address: "fe80::1", vips: ["fe80::100", "2001:db8::100"], type: EtherType.ipv6 };
  const frames = [
    advertFrame(51, [100], four),
    advertFrame(9, [100, 200], four),
    advertFrame(51, [], six),
    advertFrame(51, [100, 200], six),
  ];
  return startSending(network, host, ADVERT_EVERY_MS, frames);
}

interface Speaker {
  readonly address: string;
  readonly vips: readonly string[];
  readonly type: number;
}

function advertFrame(vrid: number, vlans: readonly number[], { address, vips, type }: Speaker): Uint8Array {
  const family = type === EtherType.ipv4 ? 4 : 6;
  const group = vrrpGroup(family);
  const payload = encodeVrrpV3(
    { version: 3, vrid, priority: 150, intervalCs: 50, checksumForm: "pseudo-header", addresses: vips },
    address,
    group,
  );
  const common = { source: address, destination: group, payload };
  const packet =
    family === 4
      ? encodeIpv4({
          ...common,
          tos: 0,
          id: 0,
          fragment: 0,
          ttl: 255,
          protocol: 112,
          options: new Uint8Array(),
        })
      : encodeIpv6({ ...common, trafficClass: 0, flowLabel: 0, hopLimit: 255, nextHeader: 112 });
  const tags = vlans.map((vlan) => ({ tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan }));
  const carried = encodeTagged({ tags, etherType: type, payload: packet });
  return encodeEthernet({ destination: vrrpGroupMac(family), source: virtualMac(family, vrid), ...carried });
}

test("--once and --list-vrids answer, and say when they cannot", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    assert.equal(observe(network, "c", "--once", "--for", "1s").code, 1, "nobody");
    assert.equal(observe(network, "c", "--list-vrids", "--for", "1s").code, 1, "no VRID");
    assert.equal(network.run("c", ["vrrp-elect", "--observe", "-I", "nope0", "--once"]).code, 69);
    assert.equal(network.run("c", ["vrrp-elect", "--observe", "-r", "/nowhere.pcap"]).code, 66);
    assert.equal(network.run("c", ["vrrp-elect", "--observe"]).code, 64);
    const routers = [section(51, 150, V3, ["192.0.2.100"]), section(7, 150, V2, ["192.0.2.107"])];
    const a = startSections(network, "a", routers);
    const tagged = await startTagged(network, "b");
    await sleep(5000);
    assert.equal(observe(network, "c", "--once").code, 0);
    assert.equal(observe(network, "c", "--once", "--vrid", "51", "--for", "1500ms").code, 0);
    assert.equal(observe(network, "c", "--once", "--vrid", "7", "--family", "6", "--for", "1500ms").code, 1);
    assert.equal(observe(network, "c", "--once", "--vrid", "52", "--for", "1500ms").code, 1);
    const listed = observe(network, "c", "--list-vrids");
    assert.equal(listed.code, 0);
    const lines = listed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RecordOf<"vrrp.vrid">);
    const found = lines.filter(({ type }) => type === "vrrp.vrid");
    assert.deepEqual(
      found.map(({ instance, active, version, vips, free_vrids }) => [
        instance,
        active,
        version,
        vips,
        free_vrids,
      ]),
      [
        ["eth0/4/7", "192.0.2.1", 2, ["192.0.2.107/32"], 253],
        ["eth0/4/51", "192.0.2.1", 3, ["192.0.2.100/32"], 253],
        ["eth0/6/51", "fe80::1", 3, ["fe80::100/128", "2001:db8::100/128"], 253],
        ["eth0.100/4/51", "198.51.100.1", 3, ["198.51.100.100/32"], 254],
        ["eth0.100.200/4/9", "198.51.100.1", 3, ["198.51.100.100/32"], 253],
        ["eth0.100.200/6/51", "fe80::1", 3, ["fe80::100/128", "2001:db8::100/128"], 253],
      ],
    );
    network.linkDown("c");
    assert.equal(observe(network, "c", "--once").code, 69, "without a carrier there is no answer");
    await Promise.all([end(a), end(tagged)]);
  });
});

test("what the host drops is named, and what a macvlan hides is not", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const vips = ["192.0.2.100"];
    const a = startSections(network, "a", [section(51, 150, V3, vips)]);
    const foreign = { address: "198.51.100.1", vips: ["198.51.100.100"], type: EtherType.ipv4 };
    const six = { address: "fe80::1", vips: ["fe80::100"], type: EtherType.ipv6 };
    const others = await startSending(network, "a", ADVERT_EVERY_MS, [
      advertFrame(52, [], foreign),
      advertFrame(51, [], six),
    ]);
    const dropped = async (watcher: Watcher, instance: string): Promise<string> => {
      const isIt = (record: RecordOf<"vrrp.conflict">): boolean =>
        record.cause === "not_delivered" && record.instance === instance;
      const { detail = "" } = await watcher.until("vrrp.conflict", isIt);
      t.diagnostic(`${instance}: ${detail}`);
      return detail;
    };
    const clean = new Watcher(network, "c", "--check-delivery");
    await sleep(6000);
    await clean.stop();
    assert.equal(ofType(clean.records(), "vrrp.peer").length, 3);
    assert.deepEqual(ofType(clean.records(), "vrrp.conflict"), [], "nothing is dropped");

    const rpFilter = (value: number): void => {
      for (const name of ["all", "eth0"]) network.setSysctl("c", `ipv4/conf/${name}/rp_filter`, value);
    };
    rpFilter(1);
    const strict = new Watcher(network, "c", "--check-delivery");
    assert.match(await dropped(strict, "eth0/4/52"), /rp_filter=1/);
    await strict.stop();
    assert.equal(ofType(strict.records(), "vrrp.conflict").length, 1, "there is a route to the others");
    rpFilter(0);

    const rules = "table inet t { chain i { type filter hook input priority 0; meta l4proto 112 drop; }; }";
    for (const host of ["b", "c"]) assert.equal(network.run(host, ["nft", "-f", "-"], rules).code, 0);
    const deaf = new Watcher(network, "c", "--check-delivery");
    assert.match(await dropped(deaf, "eth0/4/51"), /nft list ruleset.*rp_filter=0/);
    assert.match(await dropped(deaf, "eth0/6/51"), /nft list ruleset/);
    await deaf.stop();
    await end(others);

    // A router of this host is a member already: nothing needs to be joined to see that it is deaf.
    const b = startSections(network, "b", [section(51, 100, V3, vips)]);
    const beside = new Watcher(network, "b");
    const seen = await beside.until("vrrp.conflict", ({ cause }) => cause === "not_delivered");
    assert.deepEqual([seen.instance, seen.peers], ["eth0/4/51", ["192.0.2.1"]]);
    await beside.until("vrrp.conflict", ({ cause }) => cause === "one_way");
    await beside.stop();
    await Promise.all([end(a), end(b)]);

    const [hidden, hiding] = [`use_vmac`, "vmac_xmit_base"];
    const withMac = startSections(network, "a", [section(51, 150, [...V3, hidden], vips)]);
    const other = startSections(network, "b", [section(51, 100, [...V3, hidden, hiding], vips)]);
    const excused = new Watcher(network, "b", "--check-delivery");
    await waitFor("the excuse", PATIENCE_MS, () =>
      excused.text().includes("cannot be told") ? true : undefined,
    );
    await sleep(3000);
    await excused.stop();
    t.diagnostic(excused.text().match(/.*cannot be told/)?.[0] ?? "");
    assert.ok(!excused.text().includes("not_delivered"));
    assert.equal(excused.text().match(/cannot be told/g)?.length, 1, "once");
    await Promise.all([end(withMac), end(other)]);
  });
});

test("an observer sends nothing that a silent host does not send too", inFull, async (t) => {
  await onStage(["a", "c", "d"], async (network) => {
    const a = startSections(network, "a", [section(51, 150, V3, ["192.0.2.100"])]);
    // Hosts that have come up ask for routers again and again, each at a time of its own.
    for (const host of ["c", "d"]) network.setSysctl(host, "ipv6/conf/eth0/router_solicitations", 0);
    await sleep(3000);
    const kinds = await tap(network, ["c", "d"], async () => {
      const watcher = new Watcher(network, "c");
      await watcher.until("vrrp.peer", () => true);
      assert.equal(observe(network, "c", "--once").code, 0);
      assert.equal(observe(network, "c", "--list-vrids", "--promiscuous").code, 0);
      await watcher.stop();
    });
    t.diagnostic(
      `observer: ${[...kinds.get("c")!].join(" ")}; silent host: ${[...kinds.get("d")!].join(" ")}`,
    );
    assert.deepEqual(
      [...kinds.get("c")!].filter((kind) => !kinds.get("d")!.has(kind)),
      [],
    );
    const joined = await tap(network, ["c"], async () => {
      const watcher = new Watcher(network, "c", "--check-delivery");
      await watcher.until("vrrp.peer", () => true);
      await sleep(1000);
      await watcher.stop();
    });
    assert.ok(joined.get("c")!.has("ipv4-2"), "with --check-delivery it does: IGMP");
    await end(a);
  });
});

/** What comes out of hosts while something is done, as protocol and, for ICMPv6, its type. */
async function tap(
  network: Network,
  hosts: readonly string[],
  act: () => Promise<void>,
): Promise<Map<string, Set<string>>> {
  const taps = hosts.map((host) => {
    const file = join(network.folder, `tap-${host}-${Date.now()}.pcap`);
    const port = network.host(host).port;
    const argv = ["tcpdump", "-Z", "root", "-i", port, "-Q", "in", "--immediate-mode", "-U", "-w", file];
    return { host, file, child: network.start("switch", argv, "ignore") };
  });
  await sleep(1000);
  await act();
  await sleep(500);
  const found = new Map<string, Set<string>>();
  for (const { host, file, child } of taps) {
    await end(child, "SIGINT");
    const kinds = new Set<string>();
    await readCaptureFile(file, "", ({ bytes }) => kinds.add(kindOf(bytes)));
    found.set(host, kinds);
  }
  return found;
}

function kindOf(bytes: Uint8Array): string {
  const { etherType, payload } = decodeEthernet(bytes);
  if (etherType === EtherType.ipv4) return `ipv4-${payload[9]}`;
  if (etherType === EtherType.ipv6 && payload[6] === 58) return `icmpv6-${payload[40]}`;
  if (etherType === EtherType.ipv6) return `ipv6-${payload[6]}`;
  return etherType.toString(16);
}
