/** A real keepalived.conf of ten instances, and what is made of it: both elect the same hosts under the same faults. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type Check, CheckRunner } from "../lab/check-runner.ts";
import { Elector } from "../lab/elector.ts";
import { startKeepalived } from "../lab/keepalived.ts";
import type { Network } from "../lab/network.ts";
import { attempt, end, waitFor } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage } from "../lab/stage.ts";

const INSTANCES = 10;
const HOSTS = ["a", "b"] as const;
type HostName = (typeof HOSTS)[number];

/** Instances 101 to 103 are a group, 104 and 105 another; some look at a service with a weight, the last two at one without. */
function configuration(folder: string): string {
  return `
! as people write them
global_defs {
  vrrp_version 3
  script_user root
  smtp_server 127.0.0.1
}

$UP=${folder}/service-
vrrp_script weighted {
  script "/usr/bin/test -e \${UP}\${_INSTANCE}"   # there while it works
  interval 1
  weight -80
}
vrrp_script needed {
  script "/usr/bin/test -e '${folder}/needed by \${_INSTANCE}'"
  interval 1
}

vrrp_sync_group G1 {
  group {
    VI_101
    VI_102
    VI_103
  }
  track_script { weighted }
}
vrrp_sync_group G2
{
  group { VI_104
    VI_105 }
}

$INSTANCE= \\
vrrp_instance VI_\${N} { \\
  state BACKUP \\
  interface eth0 \\
  virtual_router_id \${N} \\
  @a priority \${A} \\
  @^a priority \${B} \\
  advert_int 0.1 \\
  virtual_ipaddress { \\
    192.0.2.\${N}/32 \\
  } \\
  \${MORE} \\
}
$A=150
$B=100
$MORE=
${[1, 2, 3].map(instanceText).join("")}
$A=90
$B=140
${[4, 5, 6].map(instanceText).join("")}
$MORE=track_script { weighted }
$A=150
$B=100
${[7, 8].map(instanceText).join("")}
$MORE=track_script { needed }
${[9].map(instanceText).join("")}
$A=100
$B=150
${[10].map(instanceText).join("")}
include ${folder}/none*.conf
`;
}

const instanceText = (n: number): string => `$N=${n + 100}\n$INSTANCE\n`;
const vipOf = (n: number): string => `192.0.2.${n + 100}`;

/** Two routers of one make. */
interface Pair {
  start(host: HostName): void;
  stop(host: HostName): Promise<void>;
  /** By instance, which hosts are Active. */
  owners(): string[];
}

class KeepalivedPair implements Pair {
  readonly #network: Network;
  readonly #daemons = new Map<HostName, ChildProcess>();

  constructor(network: Network) {
    this.#network = network;
  }

  start(host: HostName): void {
    const text = configuration(this.#network.folder);
    this.#daemons.set(host, startKeepalived(this.#network, host, text, undefined, ["-i", host]).child);
  }

  async stop(host: HostName): Promise<void> {
    await end(this.#daemons.get(host)!);
  }

  owners(): string[] {
    const addresses = new Map(
      HOSTS.map((host) => [host, this.#network.run(host, ["ip", "-4", "-o", "address", "show"]).stdout]),
    );
    return ownersBy((host, n) => addresses.get(host)!.includes(` ${vipOf(n)}/`));
  }
}

class ImportedPair implements Pair {
  readonly #network: Network;
  readonly #electors = new Map<HostName, Elector>();
  readonly #runners = new Map<HostName, CheckRunner>();

  constructor(network: Network) {
    this.#network = network;
  }

  start(host: HostName): void {
    const folder = join(this.#network.folder, host);
    const path = join(this.#network.folder, "keepalived.conf");
    const { code, stderr } = attempt(["keepalived-import", "--config-id", host, "--output", folder, path]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /keepalived\.conf:6: smtp_server 127\.0\.0\.1: no mail is sent/);
    assert.match(stderr, /10 virtual routers, 2 checks; 1 statements are left out/);
    const { checks } = JSON.parse(readFileSync(join(folder, "track.json"), "utf8")) as { checks: Check[] };
    const elector = new Elector(this.#network, host, ["--config", join(folder, "elect.json")]);
    this.#electors.set(host, elector);
    this.#runners.set(host, new CheckRunner(this.#network, host, checks, elector));
  }

  async stop(host: HostName): Promise<void> {
    this.#runners.get(host)!.stop();
    await this.#electors.get(host)!.stop();
  }

  owners(): string[] {
    return ownersBy((host, n) => this.#electors.get(host)?.state(`eth0/4/${n + 100}`) === "active");
  }
}

function ownersBy(isActive: (host: HostName, n: number) => boolean): string[] {
  return Array.from({ length: INSTANCES }, (_, n) => HOSTS.filter((host) => isActive(host, n + 1)).join("+"));
}

const service = (network: Network, host: HostName): string => join(network.folder, `service-${host}`);
const needed = (network: Network, host: HostName): string => join(network.folder, `needed by ${host}`);

function startBoth(pair: Pair): void {
  for (const host of HOSTS) pair.start(host);
}

/** What is done, and who then is Active for each of the ten. */
type Step = readonly [
  name: string,
  act: (network: Network, pair: Pair) => void | Promise<void>,
  owners: string,
];
const STEPS_WHEN_FULL: readonly Step[] = [
  ["a's other one too", (network) => rmSync(needed(network, "a")), "a a a b b b a a b b"],
  ["b's other one too", (network) => rmSync(needed(network, "b")), "a a a b b b a a  "],
];
const STEPS: readonly Step[] = [
  ["both are there", (_, pair) => startBoth(pair), "a a a b b b a a a b"],
  ["a's service fails", (network) => rmSync(service(network, "a")), "b b b b b b b b a b"],
  ["b's service fails too", (network) => rmSync(service(network, "b")), "a a a b b b a a a b"],
  ...(IS_FULL ? STEPS_WHEN_FULL : []),
  [
    "all works again",
    (network) => {
      for (const host of HOSTS)
        for (const path of [service(network, host), needed(network, host)]) writeFileSync(path, "");
    },
    "a a a b b b a a a b",
  ],
  ["a's cable is pulled", (network) => network.linkDown("a"), "b b b b b b b b b b"],
  ["and plugged in", (network) => network.linkUp("a"), "a a a b b b a a a b"],
  ["b is stopped", (_, pair) => pair.stop("b"), "a a a a a a a a a a"],
];

async function playAll(make: (network: Network) => Pair): Promise<string[]> {
  const story: string[] = [];
  await onStage(HOSTS, async (network) => {
    writeFileSync(join(network.folder, "keepalived.conf"), configuration(network.folder));
    for (const host of HOSTS)
      for (const path of [service(network, host), needed(network, host)]) writeFileSync(path, "");
    const pair = make(network);
    for (const [name, act, expected] of STEPS) {
      await act(network, pair);
      const seen = await untilStable(name, pair, expected);
      story.push(`${name}: ${seen}`);
    }
    await pair.stop("a");
  });
  return story;
}

/** What is expected, three times in a row; what is there instead, if it does not come. */
async function untilStable(name: string, pair: Pair, expected: string): Promise<string> {
  let times = 0;
  let seen = "";
  await waitFor(`"${name}"`, 20_000, () => {
    seen = pair.owners().join(" ");
    times = seen === expected ? times + 1 : 0;
    return times >= 3 || undefined;
  }).catch(() => {});
  return seen;
}

test(
  "keepalived-import: ten instances, groups and scripts elect as with keepalived",
  needsRoot,
  async (t) => {
    const [theirs, own] = await Promise.all([
      playAll((network) => new KeepalivedPair(network)),
      playAll((network) => new ImportedPair(network)),
    ]);
    assert.deepEqual(own, theirs);
    assert.deepEqual(
      theirs,
      STEPS.map(([name, , owners]) => `${name}: ${owners}`),
    );
    t.diagnostic(theirs.join("; "));
  },
);

test("keepalived-import: a password is for its owner alone, and nothing is written over unasked", async (t) => {
  const folder = attempt(["mktemp", "-d"]).stdout.trim();
  t.after(() => rmSync(folder, { recursive: true }));
  const conf = join(folder, "k.conf");
  const out = join(folder, "out");
  writeFileSync(
    conf,
    "vrrp_instance V {\ninterface eth0\nvirtual_router_id 7\nauthentication {\nauth_type PASS\nauth_pass s3cret\n}\nvirtual_ipaddress { 192.0.2.7 }\n}\n",
  );
  const first = attempt(["keepalived-import", "--left-out", "--output", out, conf]);
  assert.deepEqual([first.code, first.stdout], [0, "[]\n"], first.stderr);
  assert.equal(statSync(join(out, "auth-eth0-4-7")).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(out, "auth-eth0-4-7"), "utf8"), "s3cret\n");
  assert.equal(`${first.stdout}${first.stderr}`.includes("s3cret"), false);
  const right = attempt(["vrrp-elect", "--config", join(out, "elect.json"), "--check-config"]);
  assert.equal(right.code, 0, right.stderr);
  const again = attempt(["keepalived-import", "--output", out, conf]);
  assert.equal(again.code, 75);
  assert.match(again.stderr, /elect\.json is there already: --force writes over it/);
  assert.equal(attempt(["keepalived-import", "--force", "--output", out, conf]).code, 0);
  mkdirSync(join(folder, "conf.d"));
  writeFileSync(join(folder, "conf.d", "x.conf"), "\n\nvrrp_instance {\n");
  writeFileSync(conf, "include conf.d/*.conf\n");
  const broken = attempt(["keepalived-import", conf]);
  assert.equal(broken.code, 65);
  assert.match(broken.stderr, /conf\.d\/x\.conf, line 3: the block of vrrp_instance is not closed/);
  assert.equal(attempt(["keepalived-import", join(folder, "none")]).code, 66);
  for (const text of ["", "global_defs {\n}\n", "vrrp_instance V {\ninterface eth0\n}\n"]) {
    writeFileSync(conf, text);
    const empty = attempt(["keepalived-import", "--output", join(folder, "empty"), conf]);
    assert.equal(empty.code, 65, text);
    assert.match(
      empty.stderr,
      /k\.conf: has no virtual router that can be carried over: needs a vrrp_instance/,
    );
    assert.equal(existsSync(join(folder, "empty")), false);
  }
});
