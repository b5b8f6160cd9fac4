/** arp-hide: what others do to what is hidden, and what a crash leaves. */
import assert from "node:assert/strict";
import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { dumpHost, runFolder } from "../lab/dump.ts";
import {
  add,
  heard,
  MANY,
  HIDING_METHODS as METHODS,
  must,
  onHidingStage,
  REMOVE,
  STATUS,
  same,
  TUNNEL,
  words,
} from "../lab/hiding.ts";
import { VIP, VIP6 } from "../lab/network.ts";
import { ENVIRONMENT, hasEnded, waitFor } from "../lab/shell.ts";
import { IS_FULL, needsRoot } from "../lab/stage.ts";

/** What is killed, and how long after its note is there: arptables is at its rules for a second and more. */
const KILLS: readonly (readonly [way: string, delaysMs: readonly number[]])[] = [
  ["--method sysctl", [0, 2]],
  ["--method nft", [0, 2]],
  ["--method arptables", [100]],
  ["--method redirect", [0]],
  ["--tunnel-on vx0", [2]],
];
const KILLED_AFTER_MS = [0, 2, 100];
/** Addresses come at once: to be killed before the last one is there is worth something. */
const isQuick = (way: string): boolean => !/arptables|redirect/.test(way);

test("killed in the middle of add: remove leaves nothing", needsRoot, async () => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", ["sh", "-ec", TUNNEL]);
    const before = dumpHost(network, "a");
    const journal = join(runFolder(network, "a"), "hidden.json");
    let halves = 0;
    for (const [way, delaysMs] of KILLS)
      for (const delayMs of IS_FULL ? KILLED_AFTER_MS : delaysMs) {
        const child = network.start("a", [...add(way), ...MANY], ["ignore", "ignore", "inherit"]);
        for (const endMs = Date.now() + 10_000; !existsSync(journal) && Date.now() < endMs; );
        for (const atMs = performance.now() + delayMs; performance.now() < atMs; );
        process.kill(-child.pid!, "SIGKILL");
        await waitFor("arp-hide to be gone", 5000, () => hasEnded(child) || undefined);
        const { length } = must(network, "a", words("ip -o address show")).trim().split("\n");
        if (isQuick(way) && length <= MANY.length) halves += 1;
        must(network, "a", REMOVE);
        same(network, "a", before);
      }
    assert.ok(halves > 0, "at least one was killed before all addresses were there");
  });
});

const OWN_BACK = "ip address add 192.0.2.1/24 dev eth0";
/** What somebody does to what is hidden, what status says of it, what mends it beside add, and what is put back at last. */
type Damage = readonly [way: string, damage: string, says: RegExp, mend?: string, after?: string];
const DAMAGES: readonly Damage[] = [
  ["sysctl", `ip address del ${VIP}/32 dev lo`, /192\.0\.2\.100 is not on lo/],
  ["sysctl", "sysctl -w net.ipv4.conf.eth0.arp_ignore=0", /arp_ignore is 0: this host answers/],
  ["sysctl", "sysctl -w net.ipv4.conf.eth0.arp_announce=0", /arp_announce is 0/],
  ["nft", "nft flush ruleset", /table hide_eth0 is gone/],
  ["nft", `nft delete element netdev hide_eth0 vips { ${VIP} }`, /does not name 192\.0\.2\.100/],
  ["nft", "nft flush chain netdev hide_eth0 in", /hide_eth0: chain in lacks 2 of 2 rules/],
  ["nft", "nft insert rule netdev hide_eth0 in accept", /hide_eth0: chain in has 1 that somebody else put/],
  ["arptables", "arptables -F", /is not reached, or does not name 192\.0\.2\.100/],
  [
    "arptables",
    "arptables -I INPUT -j ACCEPT",
    /chain INPUT has "-j ACCEPT" before/,
    "true",
    "arptables -D INPUT -j ACCEPT",
  ],
  ["redirect", "nft flush ruleset", /table hide_eth0 is gone/],
  ["sysctl --tunnel-on vx0", "sysctl -qw net.ipv4.conf.vx0.rp_filter=1", /rp_filter drops/],
];
const MORE_DAMAGES: readonly Damage[] = [
  ["arptables", "arptables -D INPUT -i eth0 -j hide-eth0-in", /is not reached/],
  ["arptables", "arptables -F; arptables -X; nft flush ruleset", /chain hide-eth0-in or -out is gone/],
  ["redirect", `nft delete element inet hide_eth0 vips6 { ${VIP6} }`, /does not name 2001:db8::100/],
  [
    "redirect",
    `ip address add ${VIP}/32 dev lo`,
    /192\.0\.2\.100 is on lo too/,
    `ip address del ${VIP}/32 dev lo`,
  ],
  ["nft", "nft flush chain netdev hide_eth0 out", /hide_eth0: chain out lacks 1 of 1 rules/],
  ["nft", "nft flush chain netdev hide_eth0 in; nft delete chain netdev hide_eth0 in", /chain in is gone/],
  ["nft", "nft chain netdev hide_eth0 in '{ policy drop; }'", /chain in is hooked elsewhere/],
  ["redirect", "nft flush chain inet hide_eth0 rest", /hide_eth0: chain rest lacks 2 of 2 rules/],
  ["redirect", "nft insert rule inet hide_eth0 turn accept", /chain turn has 1 that somebody else put/],
  ["redirect", "nft add table inet hide_eth0 '{ flags dormant; }'", /hide_eth0: sleeps/],
  ["redirect", "ip -4 address flush dev eth0", /eth0 has no IPv4 address/, OWN_BACK],
  ["sysctl --tunnel-on vx0", "ip link set vx0 down", /vx0 is down/],
  ["sysctl --tunnel-on vx0", `ip address del ${VIP}/32 dev vx0`, /192\.0\.2\.100 is not on vx0/],
];
test("status: whole, or what is missing; add mends it, and remove leaves nothing", needsRoot, async (t) => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", ["sh", "-ec", TUNNEL]);
    const before = dumpHost(network, "a");
    assert.equal(network.run("a", STATUS).code, 1, "nothing is hidden");
    for (const [way, damage, says, mend = "true", after = "true"] of [
      ...DAMAGES,
      ...(IS_FULL ? MORE_DAMAGES : []),
    ]) {
      await t.test(damage, () => {
        must(network, "a", add(`--method ${way} ${VIP} ${VIP6}`));
        const whole = must(network, "a", STATUS);
        const { vips, method: told, why } = JSON.parse(whole) as RecordOf<"hide.status">;
        assert.deepEqual([vips, told, why], [[`${VIP}/32`, `${VIP6}/128`], way.split(" ")[0], []]);
        must(network, "a", ["sh", "-c", damage]);
        const { code, stdout } = network.run("a", STATUS);
        assert.equal(code, 1);
        const damaged = JSON.parse(stdout) as RecordOf<"hide.status">;
        assert.equal(damaged.is_whole, false);
        assert.match(damaged.why.join("; "), says);
        must(network, "a", ["sh", "-c", mend]);
        must(network, "a", add(`--method ${way} ${VIP} ${VIP6}`));
        must(network, "a", STATUS);
        must(network, "a", ["sh", "-c", after]);
        must(network, "a", REMOVE);
      });
    }
    same(network, "a", before);
  });
});

test("what the journal does not speak of: status names it, and remove takes it away", needsRoot, async () => {
  await onHidingStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    for (const method of METHODS) {
      must(network, "a", add(`--method ${method} ${VIP} ${VIP6}`));
      for (const note of ["hidden", "arptables"])
        rmSync(join(runFolder(network, "a"), `${note}.json`), { force: true });
      const { code, stderr } = network.run("a", STATUS);
      assert.equal(code, 1);
      for (const vip of [VIP, VIP6]) {
        const isNamed = stderr.includes(`not in the journal: address ${vip} on lo`);
        assert.equal(isNamed, method !== "redirect");
      }
      assert.equal(/journal: table netdev hide_eth0/.test(stderr), method === "nft");
      assert.equal(/journal: table inet hide_eth0/.test(stderr), method === "redirect");
      assert.equal(/journal: chains of arptables for eth0/.test(stderr), method === "arptables");
      must(network, "a", REMOVE);
      same(network, "a", before);
    }
  });
});

const LEGACY = "/usr/sbin/arptables-legacy";
const hasLegacy = { skip: existsSync(LEGACY) ? needsRoot.skip : `needs ${LEGACY}` };
test(
  "where arptables is the legacy one: hides, is mended after a flush, leaves nothing",
  hasLegacy,
  async () => {
    await onHidingStage(["a", "c"], async (network) => {
      symlinkSync(LEGACY, join(network.folder, "arptables"));
      const before = dumpHost(network, "a");
      const legacy = (argv: string[]): string[] => [
        ...["env", `PATH=${network.folder}:${ENVIRONMENT["PATH"]}`],
        ...argv,
      ];
      for (const damage of ["true", "arptables-legacy -F"]) {
        must(network, "a", ["sh", "-c", damage]);
        must(network, "a", legacy(add(`--method arptables ${VIP} ${VIP6}`)));
        must(network, "a", STATUS);
        assert.match(
          must(network, "a", [LEGACY, "-L", "-n"]),
          /-j mangle -s 192.0.2.100 --mangle-ip-s 192.0.2.1/,
        );
        assert.deepEqual(heard(network), { [VIP]: [], [VIP6]: [] });
      }
      rmSync(join(runFolder(network, "a"), "hidden.json"));
      rmSync(join(runFolder(network, "a"), "arptables.json"));
      assert.match(network.run("a", STATUS).stderr, /not in the journal: chains of arptables for eth0/);
      must(network, "a", REMOVE);
      same(network, "a", before);
    });
  },
);
