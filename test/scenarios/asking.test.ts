/** `garp-send -D`: who has an address; addresses on standard input; what is refused. */
import assert from "node:assert/strict";
import test from "node:test";
import { type KnownRecord, parseLine, type RecordOf } from "@viptools/records";
import { captureFrom } from "../lab/announced.ts";
import { differences, dumpHost } from "../lab/dump.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType, recordLine } from "../lab/record-log.ts";
import { startSending } from "../lab/sending.ts";
import { end, inNamespace, must, type Outcome } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const MAC = { a: "02:00:00:00:00:01", b: "02:00:00:00:00:02", c: "02:00:00:00:00:03" } as const;

function run(network: Network, host: string, command: string, input = ""): Outcome {
  return network.run(host, command.split(" "), input);
}

function prepare(network: Network, host: string, ...commands: readonly string[]): void {
  for (const command of commands) {
    const { code, stderr } = run(network, host, command);
    assert.equal(code, 0, `${command}: ${stderr}`);
  }
}

function recordsOf<T extends KnownRecord["type"]>({ stdout }: Outcome, type: T): RecordOf<T>[] {
  const lines = stdout.split("\n").map((line) => parseLine(line));
  return ofType(
    lines.flatMap((line) => (line.kind === "record" ? [line.record] : [])),
    type,
  );
}

/** `192.0.2.2 MAC MAC` for each address. */
const foundIn = (outcome: Outcome): string[] =>
  recordsOf(outcome, "garp.found").map(({ ip, owners }) => [ip, ...owners.map(({ mac }) => mac)].join(" "));

interface Asking {
  readonly name: string;
  readonly args: string;
  readonly input?: string;
  readonly code: 0 | 1;
  readonly found: readonly string[];
}

/** b and c both have 192.0.2.77 and 2001:db8::77. b ignores questions for 192.0.2.66 that have no source. */
const ASKINGS: readonly Asking[] = [
  { name: "a free address", args: "192.0.2.50", code: 0, found: ["192.0.2.50"] },
  { name: "a taken one", args: "192.0.2.2", code: 1, found: [`192.0.2.2 ${MAC.b}`] },
  { name: "a free one of IPv6", args: "2001:db8::50", code: 0, found: ["2001:db8::50"] },
  { name: "a taken one of IPv6", args: "2001:db8::2", code: 1, found: [`2001:db8::2 ${MAC.b}`] },
  {
    name: "two owners, of either family",
    args: "192.0.2.77 2001:db8::77",
    code: 1,
    found: [`192.0.2.77 ${MAC.b} ${MAC.c}`, `2001:db8::77 ${MAC.b} ${MAC.c}`],
  },
  {
    name: "many at once, free and taken",
    args: "192.0.2.50 192.0.2.2 2001:db8::50 192.0.2.3",
    code: 1,
    found: ["192.0.2.50", `192.0.2.2 ${MAC.b}`, "2001:db8::50", `192.0.2.3 ${MAC.c}`],
  },
  { name: "an own one", args: "192.0.2.1", code: 0, found: ["192.0.2.1"] },
  { name: "a host that ignores probes", args: "192.0.2.66", code: 0, found: ["192.0.2.66"] },
  {
    name: "the same, asked with a source",
    args: "-s 192.0.2.1 192.0.2.66",
    code: 1,
    found: [`192.0.2.66 ${MAC.b}`],
  },
  {
    name: "IPv6 with a source",
    args: "-s 2001:db8::1 2001:db8::2",
    code: 1,
    found: [`2001:db8::2 ${MAC.b}`],
  },
  {
    name: "one neighbour alone",
    args: `--to ${MAC.c} 192.0.2.77`,
    code: 1,
    found: [`192.0.2.77 ${MAC.c}`],
  },
  { name: "from a MAC of nobody", args: "--mac vrid:9 192.0.2.2", code: 1, found: [`192.0.2.2 ${MAC.b}`] },
  {
    name: "the letters of scripts",
    args: "-q -b -f -c 2 -w 3 192.0.2.2",
    code: 1,
    found: [],
  },
  {
    name: "addresses on standard input",
    args: "192.0.2.3 -",
    input: "192.0.2.2/24 192.0.2.50 # both\n\n# none\n2001:db8::2\n",
    code: 1,
    found: [`192.0.2.3 ${MAC.c}`, `192.0.2.2 ${MAC.b}`, "192.0.2.50", `2001:db8::2 ${MAC.b}`],
  },
];

/** In the order of answering, which is that of two hosts. */
const inOrder = (line: string): string => line.split(" ").toSorted().join(" ");

test("garp-send -D says who has an address", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    for (const host of ["b", "c"]) {
      prepare(network, host, "ip address add 192.0.2.77/24 dev eth0");
      prepare(network, host, "ip address add 2001:db8::77/64 dev eth0 nodad");
    }
    prepare(network, "b", "ip address add 192.0.2.66/24 dev eth0");
    const chain = "type filter hook input priority 0; arp saddr ip 0.0.0.0 arp daddr ip 192.0.2.66 drop";
    network.run("b", ["nft", "-f", "-"], `table arp deaf { chain in { ${chain}\n}\n}\n`);
    for (const { name, args, input, code, found } of ASKINGS) {
      await t.test(`${name}: garp-send -D -I eth0 ${args} ends with ${code}`, () => {
        const outcome = run(network, "a", `garp-send -D -I eth0 ${args}`, input);
        assert.equal(outcome.code, code, outcome.stderr);
        assert.deepEqual(foundIn(outcome).map(inOrder), found.map(inOrder));
      });
    }
    await t.test("this host itself is named, and so is another one with the same address", () => {
      prepare(network, "a", "ip address add 192.0.2.77/24 dev eth0");
      const [own] = recordsOf(run(network, "a", "garp-send -D -I eth0 192.0.2.1"), "garp.found");
      assert.equal(own!.own_interface, "eth0");
      const both = run(network, "a", `garp-send -D -I eth0 --to ${MAC.c} 192.0.2.77`);
      assert.equal(both.code, 1);
      const [found] = recordsOf(both, "garp.found");
      assert.deepEqual([found!.own_interface, found!.owners.map(({ mac }) => mac)], ["eth0", [MAC.c]]);
    });
    await t.test("-f ends at the first answer, without -f all are waited for", () => {
      const took = (option: string): number => {
        const startMs = performance.now();
        run(network, "a", `garp-send -D -I eth0 ${option}-w 4 192.0.2.2`);
        return performance.now() - startMs;
      };
      const [first, all] = [took("-f "), took("")];
      assert.ok(all >= 4000 && first < all / 2, `${first} ms, ${all} ms`);
    });
  });
});

test("garp-send -D asks for hundreds at once", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const has = (n: number): boolean => n % 2 === 0;
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    const address = (n: number): string => `10.7.${n >> 8}.${n & 255}`;
    const batch = numbers.filter(has).map((n) => `address add ${address(n)}/8 dev eth0`);
    network.run("b", ["ip", "-batch", "-"], `${batch.join("\n")}\n`);
    const outcome = run(network, "a", "garp-send -D -I eth0 -", `${numbers.map(address).join("\n")}\n`);
    assert.equal(outcome.code, 1, outcome.stderr);
    assert.deepEqual(
      foundIn(outcome),
      numbers.map((n) => (has(n) ? `${address(n)} ${MAC.b}` : address(n))),
    );
    assert.equal(recordsOf(outcome, "garp.probed").length, 3 * numbers.length);
  });
});

/** c says in VLAN 7, and to everybody, that it has 192.0.2.50. */
const TAGGED_CLAIM = `ffffffffffff 020000000003 8100 0007 0806 0001 0800 06 04 0002
  020000000003 c0000232 020000000003 c0000232`;

test("garp-send -D hears the VLAN that it asks in, and no other", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    const claimant = await startSending(network, "c", 50, [TAGGED_CLAIM.replaceAll(/\s/g, "")]);
    const found = (option: string): string[] =>
      foundIn(run(network, "a", `garp-send -D -I eth0${option} 192.0.2.50`));
    assert.deepEqual(found(" --vlan 7"), [`192.0.2.50 ${MAC.c}`]);
    assert.deepEqual(found(""), ["192.0.2.50"]);
    await end(claimant);
  });
});

const FENCE = `table netdev mute { chain out { type filter hook egress device "eth0" priority 0; ether type arp drop
}
}
`;
interface Unknown {
  readonly name: string;
  readonly prepare: (network: Network) => void;
  readonly code: number;
  readonly says: RegExp;
}
/** Each stays as it was made: the next one undoes it. */
const UNKNOWNS: readonly Unknown[] = [
  {
    name: "the interface is down",
    prepare: (network) => prepare(network, "a", "ip link set eth0 down"),
    code: 69,
    says: /eth0 is down: ip link set eth0 up/,
  },
  {
    name: "there is no carrier",
    prepare: (network) => {
      prepare(network, "a", "ip link set eth0 up");
      must(inNamespace(network.switchNamespace, ["ip", "link", "set", network.host("a").port, "down"]));
    },
    code: 69,
    says: /eth0 has no carrier/,
  },
  {
    name: "a fence mutes this host",
    prepare: (network) => {
      must(inNamespace(network.switchNamespace, ["ip", "link", "set", network.host("a").port, "up"]));
      assert.equal(network.run("a", ["nft", "-f", "-"], FENCE).code, 0);
    },
    code: 71,
    says: /did not leave: the interface is down, or a fence/,
  },
];

test("what garp-send cannot find out, and cannot say, ends with 64 and above", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    for (const { name, prepare: make, code, says } of UNKNOWNS) {
      make(network);
      for (const args of ["-D -I eth0 192.0.2.2", "-D -I eth0 192.0.2.50", "-I eth0 192.0.2.1"]) {
        await t.test(`${name}: garp-send ${args} ends with ${code}`, () => {
          const outcome = run(network, "a", `garp-send ${args}`);
          assert.equal(outcome.code, code, outcome.stdout);
          assert.match(outcome.stderr, says);
        });
      }
    }
  });
});

/** What asks or listens for longer than it is let. */
const INTERRUPTED: readonly (readonly [command: string, code: number, says: RegExp])[] = [
  ["garp-send -q -D -c 3 -i 5s -I eth0 192.0.2.50", 71, /asked to stop before all questions had left/],
  ["garp-send -q -D -c 1 -w 100ms -I eth0 192.0.2.50", 0, /^$/],
  [
    "arp-hide check --count 3 --every 5s -I eth0 192.0.2.50",
    71,
    /asked to stop before all questions had left/,
  ],
  ["vmac-ctl doctor --listen 9s -I eth0 --vrid 51", 71, /asked to stop before it had listened/],
  [
    "vmac-ctl probe --listen 9s -I eth0 --vrid 51 --target 192.0.2.2",
    71,
    /asked to stop before it had heard/,
  ],
];
test("what is asked to stop before its time does not say that it found nothing", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    const before = dumpHost(network, "a");
    for (const [command, code, says] of INTERRUPTED) {
      await t.test(`${command}: ${code}`, () => {
        const argv = ["timeout", "--preserve-status", "-s", "TERM", "1.5", ...command.split(" ")];
        const outcome = network.run("a", argv);
        assert.equal(outcome.code, code, outcome.stderr);
        assert.match(outcome.stderr, says);
      });
    }
    assert.deepEqual(differences(before, dumpHost(network, "a")), []);
  });
});

/** What is typed where `vip-verdict -I eth0` stands for V, when it is asked to stop, and what comes of it. */
const VERDICTS: readonly (readonly [name: string, line: string, code: number, says: RegExp])[] = [
  [
    "its input goes on",
    "sleep 3 | timeout --preserve-status -s TERM 0.5 V",
    71,
    /asked to stop before its input/,
  ],
  ["its input ends in time", "sleep 1 | timeout --preserve-status -s TERM 0.5 V", 65, /has no record/],
];
for (const [name, line, code, says] of VERDICTS)
  test(`vip-verdict that is asked to stop judges a whole input alone: ${name}`, needsRoot, async () => {
    await onStage(["a"], (network) => {
      const command = line.replace("V", "vip-verdict -I eth0 --vrid 51 192.0.2.100");
      const outcome = network.run("a", ["bash", "-c", `${command}; exit "\${PIPESTATUS[1]}"`]);
      assert.equal(outcome.code, code, `${outcome.stdout}${outcome.stderr}`);
      assert.match(outcome.stderr, says);
      return Promise.resolve();
    });
  });

const REFUSALS: readonly (readonly [args: string, code: number, says: RegExp, input?: string])[] = [
  ["-i eth0 192.0.2.1", 64, /did you mean -I eth0\? -i is the interval/],
  ["-I eth0 -i x 192.0.2.1", 64, /did you mean -I x\?/],
  ["-I eth0 -s 02:00:00:00:00:01 192.0.2.1", 64, /did you mean --mac 02:00:00:00:00:01\?/],
  ["-I eth0 -U -s 192.0.2.1 192.0.2.2", 64, /-s is 192\.0\.2\.1: the source .* itself, 192\.0\.2\.2/],
  ["-I eth0 192.0.2.77", 64, /not on this host: --mac .*, --force/],
  ["-I eth0 --dry-run 192.0.2.77", 64, /not on this host/],
  ["-I eth0 192.0.2.254", 64, /default gateway .* --force/],
  ["-I eth0 --mac vrid:51 192.0.2.254", 64, /default gateway .* --force/],
  ["-I eth0 --mac vrid6:51 fe80::254", 64, /default gateway .* --force/],
  ["-I lo --force 192.0.2.1", 64, /lo has no MAC address/],
  ["-I eth0 224.0.0.18", 64, /is a group/],
  ["-I eth0 --vlan 4095 192.0.2.1", 64, /--vlan is "4095": needs/],
  ["-I eth0 --rate 0 192.0.2.1", 64, /--rate is "0": needs/],
  ["-I eth0 --tha bcast 192.0.2.1", 64, /--tha: .*"bcast"/],
  ["-I eth0 --to ff:ff:ff:ff:ff:ff 192.0.2.1", 64, /no single station/],
  ["-I eth0 -U --form reply 192.0.2.1", 64, /--form is given beside -U/],
  ["-I eth0 --preset metallb -c 3 192.0.2.1", 64, /--count belongs to a run without --preset/],
  ["-I eth0 --preset cisco 192.0.2.1", 64, /needs keepalived, pacemaker, metallb, rfc9568/],
  ["-I eth0 --patient 192.0.2.1", 64, /--patient belongs to -D/],
  ["-D -I eth0 --tha ones 192.0.2.1", 64, /--tha belongs to announcing/],
  ["-D -I eth0 -s 192.0.2.9 192.0.2.2", 64, /-s is 192\.0\.2\.9, which is not on this host/],
  ["-D -I eth0 -w 1 -i 0 192.0.2.2", 64, /--interval is 0 and --count is missing/],
  ["-D -I nope 192.0.2.2", 69, /no interface "nope"/],
  ["-D -I eth0 -", 65, /standard input has no address/, "# nothing\n"],
  ["-I eth0 -", 65, /standard input, line 2: .*"192\.0\.2\.999"/, "192.0.2.1\n192.0.2.999\n"],
  ["-I eth0 --strict -", 65, /line 1 is not JSON/, "{\n192.0.2.1\n"],
  ["-I eth0 --gate lease 192.0.2.1", 64, /--gate belongs to --answer/],
  ["-I eth0 --refresh 1s 192.0.2.1", 64, /--refresh belongs to --follow/],
  ["-I eth0 --strict 192.0.2.1", 64, /--strict belongs to standard input/],
  ["-D -I eth0 --announce 192.0.2.2", 64, /--announce belongs to --answer/],
  ["-I eth0 --force 255.255.255.255", 64, /no address of a host/],
  ["--follow -D", 64, /"probe" is given beside --follow/],
];

test("garp-send refuses with a sentence, and sends nothing", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    prepare(network, "a", "ip route add default via 192.0.2.254");
    prepare(network, "a", "ip -6 route add default via fe80::254 dev eth0");
    const { frames } = await captureFrom(network, "a", "b", 0, async () => {
      for (const [args, code, says, input] of REFUSALS) {
        await t.test(`garp-send ${args} ends with ${code}`, () => {
          const outcome = run(network, "a", `garp-send ${args}`, input);
          assert.equal(outcome.code, code, `${outcome.stderr}${outcome.stdout}`);
          assert.match(outcome.stderr, says);
          assert.doesNotMatch(outcome.stderr, /bug of ours/);
        });
      }
    });
    assert.deepEqual(frames, []);
    const forced = run(network, "a", "garp-send -I eth0 --force --dry-run 192.0.2.254");
    assert.equal(forced.code, 0, forced.stderr);
  });
});

const PEER = {
  type: "vrrp.peer",
  instance: "eth0/4/51",
  address: "192.0.2.1",
  mac: MAC.a,
  priority: 150,
  version: 3,
  vips: [`${VIP}/32`],
};
const HEALED = { type: "vrrp.healed", instance: "eth0/4/51", to: "192.0.2.1" };

test("a healed split brain is announced by who has the address, and by nobody else", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    prepare(network, "a", `ip address add ${VIP}/32 dev eth0`);
    const input = [PEER, HEALED].map(recordLine).join("");
    const outcomes: Outcome[] = [];
    const { lines } = await captureFrom(network, "a", "b", 2, () => {
      outcomes.push(run(network, "a", "garp-send -I eth0 -", input));
    });
    assert.equal(outcomes[0]!.code, 0, outcomes[0]!.stderr);
    assert.ok(outcomes[0]!.stdout.startsWith(input), "what was read is passed on");
    assert.equal(recordsOf(outcomes[0]!, "garp.sent").length, 2);
    assert.deepEqual(
      lines.map((line) => / (Request|Reply) .*192\.0\.2\.100/.exec(line)?.[1]),
      ["Request", "Reply"],
    );
    const other = run(network, "b", "garp-send -I eth0 -", input);
    assert.deepEqual([other.code, recordsOf(other, "garp.sent").length], [0, 0]);
    assert.match(other.stderr, /1 times a record had an address that is not on this host/);
  });
});
