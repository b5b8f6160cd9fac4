/** Addresses that stand on no interface: answered for, announced, served, and handed from host to host. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { monotonicNs, monotonicUs } from "@viptools/kernel";
import { BROADCAST_MAC, EtherType, encodeArp, encodeEthernet, encodeTagged, ZERO_MAC } from "@viptools/wire";
import { answerers } from "../lab/answerers.ts";
import { ArpSpeaker } from "../lab/arp-speaker.ts";
import { believedMac } from "../lab/believers.ts";
import { differences, dumpHost } from "../lab/dump.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { Caller, offerService } from "../lab/redirected-service.ts";
import { VMAC } from "../lab/router.ts";
import { startSending } from "../lab/sending.ts";
import { attempt, end, sleep, TOP, waitFor } from "../lab/shell.ts";
import { longestOutageMs, needsRoot, onStage } from "../lab/stage.ts";

const ADVERT_MS = 200;
const VLAN = 10;

/** c asks in a VLAN who has the VIP, as hexadecimal digits. */
function taggedQuestion(network: Network): string {
  const { mac, address } = network.host("c");
  const targetMac = ZERO_MAC;
  const question = { operation: 1, senderMac: mac, senderIp: address, targetMac, targetIp: VIP };
  const tag = { tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan: VLAN };
  const tagged = encodeTagged({ tags: [tag], etherType: EtherType.arp, payload: encodeArp(question) });
  const frame = encodeEthernet({ destination: BROADCAST_MAC, source: mac, ...tagged });
  return Buffer.from(frame).toString("hex");
}

/** Two tools in one shell, as people type it. */
const pipe = (network: Network, host: string, command: string): FedTool =>
  new FedTool(network, host, ["bash", "-c", command]);

test(
  "ACD-2.5-a arp-listen and garp-send answer together for an address of no interface",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const { mac } = network.host("a");
      const answering = `garp-send -I eth0 --answer ${VIP}=auto ${VIP6}=auto`;
      const tool = pipe(network, "a", `arp-listen -I eth0 | ${answering}`);
      await waitFor("an answer", 5000, () => (answerers(network, VIP).length > 0 ? true : undefined));
      assert.deepEqual(answerers(network, VIP), [mac]);
      assert.equal(
        network.run("c", ["arping", "-D", "-I", "eth0", "-c", "2", "-w", "2", VIP]).code,
        1,
        "a probe too",
      );
      network.run("c", ["ping", "-c", "1", "-W", "1", VIP6]);
      assert.equal(believedMac(network, "c", VIP6), mac, "and by neighbour discovery");
      const heard = await Overheard.open(network, "c", "eth0", `vlan ${VLAN} and arp`);
      const sender = await startSending(network, "c", 100, [taggedQuestion(network)]);
      const reply = new RegExp(
        `^.* ${mac} > ${network.host("c").mac}, .*vlan ${VLAN}, .*Reply ${VIP} is-at ${mac}`,
      );
      await waitFor(
        "an answer in the VLAN",
        5000,
        () => heard.lines().some((line) => reply.test(line)) || undefined,
      );
      await end(sender);
      const answered = await tool.untilRecord("garp.answered");
      assert.deepEqual(
        [answered.ip, answered.asker, answered.form, answered.eth_src, answered.tha, answered.n],
        [VIP, network.host("c").address, "reply", mac, network.host("c").mac, 1],
      );
      assert.match(tool.errors(), /nobody on standard input speaks of a virtual router: answers always/);
      assert.equal(tool.errors().match(/answers always/g)?.length, 1, "said once");
    });
  },
);

/** What arp-listen says of a solicitation by c, heard now unless told otherwise. */
function solicited(network: Network, more: object = {}): Readonly<Record<string, unknown>> {
  const { mac, address6 } = network.host("c");
  const frame = { interface: "eth0", direction: "in", eth_src: mac, eth_dst: "33:33:ff:00:01:00", flags: [] };
  const packet = { kind: "solicitation", source: address6, target: VIP6, lladdr: mac };
  return { type: "ndp.seen", ...frame, ...packet, mono_ns: String(monotonicNs()), ...more };
}

test(
  "ND-7.2.4-a ND-7.2.4-d garp-send --answer answers solicitations, also of who wants the address",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const tool = new FedTool(network, "a", [
        "garp-send",
        "-I",
        "eth0",
        "--answer",
        `${VIP6}=auto`,
        "--no-pass",
      ]);
      network.start("c", ["ping", "-c", "5", "-i", "0.2", VIP6], "ignore");
      const incomplete = (): string => network.run("c", ["ip", "-6", "neigh", "show", VIP6]).stdout;
      await waitFor("c to ask", 5000, () => incomplete().includes("INCOMPLETE") || undefined);
      tool.say(solicited(network));
      await tool.untilRecord("garp.answered");
      assert.equal(believedMac(network, "c", VIP6), network.host("a").mac);
      network.setSysctl("c", "ipv6/conf/eth0/dad_transmits", 3);
      network.command("c", `ip -6 address add ${VIP6}/64 dev eth0`);
      tool.say(solicited(network, { kind: "dad", source: "::", lladdr: undefined }));
      await waitFor("c to find its address taken", 5000, () =>
        network.run("c", ["ip", "-6", "address", "show", "dev", "eth0", "dadfailed"]).stdout.includes(VIP6)
          ? true
          : undefined,
      );
      const stale = String(monotonicNs() - 1_500_000_000n);
      tool.say(solicited(network, { mono_ns: stale }));
      tool.say(solicited(network, { eth_dst: "02:00:00:00:00:99" }));
      tool.say(solicited(network, { flags: ["hop_limit"] }));
      const { answered, silent_stale, silent_to_another, silent_invalid } = await tool.counters();
      assert.deepEqual([answered, silent_stale, silent_to_another, silent_invalid], [2, 1, 1, 1]);
      tool.endInput();
      await tool.ended();
      assert.equal(tool.exitCode, 0, tool.errors());
    });
  },
);

type Departure = (speaker: ArpSpeaker) => void;
/** How the role leaves its holder. */
const STOP: Departure = (speaker) => speaker.signal("SIGTERM");
const LOSE_HOST: Departure = (speaker) => speaker.killAll();
const send =
  (tool: string, signal: NodeJS.Signals): Departure =>
  (speaker) =>
    speaker.signalTool(tool, signal);

interface Row {
  readonly name: string;
  readonly args: string;
  /** What a client believes while this host has the role. */
  readonly macOf: (network: Network, host: string) => string;
  readonly departures: readonly (readonly [name: string, leave: Departure])[];
}

const ROWS: readonly Row[] = [
  {
    name: "the NIC's MAC",
    args: "",
    macOf: (network, host) => network.host(host).mac,
    departures: [
      ["a stop", STOP],
      ["a freeze of garp-send", send("garp-send", "SIGSTOP")],
      ["kill -9 of arp-listen", send("arp-listen", "SIGKILL")],
      ["kill -9 of everything", LOSE_HOST],
    ],
  },
  {
    name: "the virtual MAC",
    args: "--virtual-mac",
    macOf: () => VMAC,
    departures: [
      ["a stop", STOP],
      ["kill -9 of garp-send", send("garp-send", "SIGKILL")],
      ["kill -9 of everything", LOSE_HOST],
    ],
  },
];

const start = (network: Network, host: string, { args }: Row): ArpSpeaker => {
  const more = args === "" ? "" : `${args} `;
  return new ArpSpeaker(network, host, `--vrid 51 --advert-int ${ADVERT_MS}ms ${more}${VIP}`);
};

/** S2: a Backup hears a question that is answered, and neither answers nor announces. */
async function staysSilent(network: Network, backup: ArpSpeaker): Promise<void> {
  const { code } = network.run("c", ["arping", "-b", "-I", "eth0", "-c", "1", "-w", "2", VIP]);
  assert.equal(code, 0, "somebody answers");
  await backup.untilRecord("arp.seen");
  await sleep(3 * ADVERT_MS);
  const spoken = backup.records().filter(({ type }) => type === "garp.answered" || type === "garp.sent");
  assert.deepEqual(spoken, [], "the Backup is silent");
}

async function play(t: TestContext, network: Network, row: Row): Promise<void> {
  const before = dumpHost(network, "a");
  for (const host of ["a", "b"]) await offerService(network, host);
  let [holder, other] = ["a", "b"];
  let speaker = start(network, holder, row);
  await speaker.untilElected("active");
  const caller = new Caller(network, "c");
  await caller.untilGreetedBy(holder, 0, 5000);
  assert.equal(believedMac(network, "c", VIP), row.macOf(network, holder));
  for (const [name, leave] of row.departures) {
    const next = start(network, other, row);
    await next.untilElected("backup");
    await staysSilent(network, next);
    const leftUs = monotonicUs();
    leave(speaker);
    const { atUs } = await caller.untilGreetedBy(other, leftUs, 10_000);
    t.diagnostic(`${name}: served by ${other} after ${((atUs - leftUs) / 1000).toFixed(0)} ms`);
    const limitMs = longestOutageMs(ADVERT_MS) + 1000;
    assert.ok(atUs - leftUs <= limitMs * 1000, `${name}: ${(atUs - leftUs) / 1000} ms of ${limitMs}`);
    assert.equal(believedMac(network, "c", VIP), row.macOf(network, other), name);
    await speaker.ended();
    assert.deepEqual([...speaker.tools().keys()], [], `${name}: nothing is left of it`);
    if (leave === STOP) assert.equal(speaker.exitCode, 0, speaker.errors());
    if (leave === LOSE_HOST) network.run(holder, ["vmac-ctl", "cleanup"]);
    speaker = next;
    [holder, other] = [other, holder];
  }
  await caller.stop();
  speaker.signal("SIGTERM");
  await speaker.ended();
  network.command("a", "nft delete table ip service");
  assert.deepEqual(differences(before, dumpHost(network, "a")), [], "S3: a is as it was");
}

for (const row of ROWS) {
  test(
    `S1 S9 arp-speaker on two hosts, one elected, serves by a redirect with ${row.name}`,
    needsRoot,
    async (t) => {
      await onStage(["a", "b", "c"], (network) => play(t, network, row));
    },
  );
}

const EARLY_MS = [5, 10, 15, 20, 30, 40, 60, 80];

test(
  "arp-speaker that is asked to stop while it starts its tools leaves none of them",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      const pids = (): string =>
        attempt(["ip", "netns", "pids", network.host("a").namespace])
          .stdout.trim()
          .replaceAll("\n", " ");
      for (const afterMs of EARLY_MS) {
        const speaker = new ArpSpeaker(network, "a", `--vrid 51 ${VIP}`);
        await sleep(afterMs);
        speaker.signal("SIGTERM");
        await speaker.ended();
        assert.equal(pids(), "", `${afterMs} ms: exit ${speaker.exitCode}: ${speaker.errors()}`);
        // Undefined: the signal came before the shell had read the script.
        assert.ok([0, undefined].includes(speaker.exitCode), `${afterMs} ms: exit ${speaker.exitCode}`);
      }
    });
  },
);

const SPEAKER = `${TOP}scripts/arp-speaker`;
const ANSWER = "garp-send -I eth0 --answer";
const WRONG: readonly (readonly [name: string, command: string, code: number, says: RegExp])[] = [
  ["no interface", `${SPEAKER} ${VIP}`, 64, /-I is missing/],
  ["no VIP", `${SPEAKER} -I eth0`, 64, /VIP is missing/],
  ["an option without its value", `${SPEAKER} -I eth0 ${VIP} --vrid`, 64, /--vrid needs a value/],
  ["an unknown option", `${SPEAKER} -I eth0 --fast ${VIP}`, 64, /--fast is unknown/],
  ["a virtual MAC of nobody", `${SPEAKER} -I eth0 --virtual-mac ${VIP}`, 64, /--virtual-mac needs --vrid/],
  [
    "a priority of nobody",
    `${SPEAKER} -I eth0 --priority 9 ${VIP}`,
    64,
    /--priority and --advert-int need --vrid/,
  ],
  ["an option for nobody", `${SPEAKER} -I eth0 ${VIP} -- --no-preempt`, 64, /--no-preempt is for vrrp-elect/],
  ["two MACs", `${SPEAKER} -I eth0 --vrid 51 --mac auto ${VIP}`, 64, /--mac is given beside --vrid/],
  ["an unknown interface", `${SPEAKER} -I nope ${VIP}`, 69, /no interface "nope"/],
  ["a VIP that is none", `${SPEAKER} -I eth0 vip`, 64, /"vip": needs/],
  ["a VRID that is none", `${SPEAKER} -I eth0 --vrid 256 ${VIP}`, 64, /"256": needs/],
  ["a VIP without a MAC", `${ANSWER} ${VIP}`, 64, /names no MAC: needs VIP=MAC/],
  ["a MAC of no station", `${ANSWER} ${VIP}=ff:ff:ff:ff:ff:ff`, 64, /belongs to no single station/],
  ["a VIP twice", `${ANSWER} ${VIP}=auto ${VIP}=vrid:51`, 64, /192\.0\.2\.100 is given twice/],
  ["a group", `${ANSWER} 224.0.0.18=auto`, 64, /is a group/],
  ["a question's option", `${ANSWER} ${VIP}=auto -c 3`, 64, /"count" is given beside --answer/],
  ["two announcers", `${ANSWER} ${VIP}=auto --follow --announce`, 64, /both announce: leave one of them out/],
  ["an answer's option", "garp-send --follow --gate none", 64, /"gate" is given beside --follow/],
  ["no interface", `garp-send --answer ${VIP}=auto`, 64, /--interface is missing/],
  ["an unknown gate", `${ANSWER} ${VIP}=auto --gate open`, 64, /needs auto, lease, none/],
];

test("wrong input to what answers is refused with a sentence, and changes nothing", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    for (const [name, command, code, says] of WRONG) {
      await t.test(`${name}: exit ${code}`, () => {
        const outcome = network.run("a", ["timeout", "10", ...command.split(" ")]);
        assert.equal(outcome.code, code, `${command}: ${outcome.stderr}`);
        assert.match(outcome.stderr, says);
        assert.equal(outcome.stdout.includes("garp.sent"), false);
      });
    }
    assert.deepEqual(differences(before, dumpHost(network, "a")), []);
  });
});
