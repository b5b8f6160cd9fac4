/** Duties of an Active and a Backup of an IPv6 virtual router: what is said at the switch, by whom, and after what. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { ALL_NODES_GROUP, NeighbourType } from "@viptools/wire";
import { answerers } from "../lab/answerers.ts";
import { formOf, type HeardNeighbour, keepAsking, readNeighbour, solicitation } from "../lab/discovery.ts";
import type { Form } from "../lab/form.ts";
import { type Network, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { PipeRouter, VMAC6 } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { groupDigits, groupsOf } from "../lab/solicited-groups.ts";
import { inFull, needsRoot, onStage, untilActive } from "../lab/stage.ts";
import { describe, Taps } from "../lab/taps.ts";

const ADVERT_MS = 100;
const PATIENCE_MS = 5000;
/** Long enough for a dozen questions of each kind, and for one on a busy machine. */
const ASKED_MS = 1500;
const VIPS = [VIP6_LL, VIP6];
/** Of another solicited-node group than the others. */
const LATER_VIP = "2001:db8::1:201";

const words = (command: string): string[] => command.split(" ");

/** One virtual router, as an entry of a configuration file. */
const router = (...vips: string[]): object[] => [{ interface: "eth0", vrid: 51, vips }];

/** How the virtual MAC is worn. */
type Wearing = Extract<Form["mode"], "macvlan" | "rewrite">;

function startRouter(
  network: Network,
  host: string,
  priority: number,
  mode: Wearing,
  followArgs = "",
): PipeRouter {
  return new PipeRouter(network, host, {
    priority,
    advertMs: ADVERT_MS,
    routers: router(...VIPS),
    followArgs: `--mode ${mode} ${followArgs}`.trim(),
  });
}

/** Where the VIPs are. */
function nameOfLink(network: Network, host: string, mode: Wearing): string {
  if (mode === "rewrite") return "eth0";
  const index = network.run(host, words("cat /sys/class/net/eth0/ifindex")).stdout.trim();
  return `vrrp6-${index}-51`;
}

const isAdvertised = ({ message }: HeardNeighbour, vip: string): boolean =>
  message.type === NeighbourType.advertisement && message.target === vip;

/** What RFC 9568 §6.4.1 has an Active say to all about one VIP. */
const unsolicitedForm = (vip: string): string =>
  `${VMAC6} ${vip} > ${ALL_NODES_GROUP} R-O ${vip} at ${VMAC6}`;

const distinct = (lines: readonly string[]): string[] => [...new Set(lines)].sort();

/** Advertisements of an address to all that a router's announcer has told of. */
const announcedBy = (one: PipeRouter, vip: string): number =>
  ofType(one.records(), "garp.sent").filter(({ ip }) => ip === vip).length;

async function untilAnnounced(one: PipeRouter, vip: string): Promise<void> {
  await waitFor(`${vip} to be announced`, PATIENCE_MS, () => announcedBy(one, vip) > 0 || undefined);
}

async function becomesActive(network: Network, mode: Wearing): Promise<PipeRouter> {
  const taps = new Taps(network);
  await taps.open(["a"]);
  const a = startRouter(network, "a", 150, mode);
  const up = await waitFor("a to own", 15_000, () => {
    a.mustRun();
    return ofType(a.records(), "vmac.up")[0];
  });
  const addresses = network.run("a", ["ip", "-6", "-o", "address", "show", "dev", up.interface]).stdout;
  const groups = groupsOf(network, "a", nameOfLink(network, "a", mode));
  await untilAnnounced(a, VIP6);
  await sleep(ADVERT_MS);
  const frames = await taps.closeRaw();

  assert.doesNotMatch(addresses, /tentative|dadfailed/, "each address is there at once");
  for (const vip of VIPS) {
    assert.match(addresses, new RegExp(`${vip}/\\d+ scope \\S+ nodad`), "without detection");
    assert.ok(groups.includes(groupDigits(vip)), `${groupDigits(vip)} of ${groups.join(" ")}`);
  }
  const voice = frames
    .map(({ host, atUs, bytes }) => describe(host, atUs, bytes))
    .filter(({ isVoice }) => isVoice);
  assert.equal(voice[0]?.kind, "advert", "an advert first");
  assert.deepEqual(
    voice.filter(({ kind }) => kind === "solicitation"),
    [],
    "nobody asks whether it may have a VIP",
  );
  const said = frames.flatMap((frame) => readNeighbour(frame) ?? []);
  const upUs = Date.parse(up.ts) * 1000;
  for (const vip of VIPS) {
    const own = said.filter((one) => isAdvertised(one, vip));
    assert.deepEqual(distinct(own.map(formOf)), [unsolicitedForm(vip)]);
    assert.ok(own[0]!.atUs >= upUs, `${vip}: the kernel has confirmed before`);
  }
  return a;
}

/** How each kind of question is asked, by a source of its own, so that its answers are told from others. */
function questions(network: Network): string[] {
  const { mac, address6, linkLocal } = network.host("c");
  return VIPS.flatMap((vip) => [
    solicitation({ mac, source: address6 }, vip),
    solicitation({ mac, source: linkLocal }, vip, VMAC6),
    solicitation({ mac, source: AT_A }, vip, network.host("a").mac),
    solicitation({ mac, source: AT_B }, vip, network.host("b").mac),
    solicitation({ mac, source: "::" }, vip),
  ]);
}
/** Who asks at the NIC of one router alone. */
const AT_A = "2001:db8::3a";
const AT_B = "2001:db8::3b";

interface Asked {
  readonly active: "a" | "b";
  readonly routers: Readonly<Record<"a" | "b", PipeRouter>>;
  readonly mode: Wearing;
}

/** c asks in every way, and the Active itself opens connections from the VIPs. */
async function onlyTheActiveAnswers(network: Network, { active, routers, mode }: Asked): Promise<void> {
  const { address6, linkLocal } = network.host("c");
  const one = routers[active];
  const taps = new Taps(network);
  await taps.open(["a", "b", "c"]);
  const announcedBefore = announcedBy(one, VIP6);
  network.run(active, words("ip -6 neigh flush all"));
  const own = [
    network.run(active, ["ping", "-c", "1", "-W", "1", "-I", VIP6, address6]),
    network.run(active, ["ping", "-c", "1", "-W", "1", "-I", nameOfLink(network, active, mode), linkLocal]),
  ];
  await keepAsking(network, "c", questions(network), ASKED_MS);
  const announced = announcedBy(one, VIP6) - announcedBefore;
  const frames = await taps.closeRaw();

  assert.deepEqual(
    own.map(({ code }) => code),
    [0, 0],
    "the Active reaches others from its VIPs",
  );
  const said = frames.flatMap((frame) => readNeighbour(frame) ?? []);
  const asked = said.filter(({ host, message }) => host === "c" && VIPS.includes(message.target));
  for (const source of [address6, linkLocal, AT_A, AT_B, "::"])
    assert.ok(asked.filter((question) => question.source === source).length >= 2, `${source} has asked`);

  const answers = said.filter((heard) => VIPS.some((vip) => isAdvertised(heard, vip)));
  assert.deepEqual(distinct(answers.map(({ host }) => host)), [active], "nobody else answers");
  const routersOwn = [network.host("a").linkLocal, network.host("b").linkLocal];
  const toOthers = answers.filter(({ destination }) => !routersOwn.includes(destination));
  // Who asks one host alone knows its MAC: RFC 4861 §7.2.4 lets the option be left out, and the override flag with it.
  // With rules of the NIC that one answers there too, and says the virtual MAC; a Backup does not.
  const atNic = mode === "rewrite" ? [{ a: AT_A, b: AT_B }[active]] : [];
  const expected = VIPS.flatMap((vip) => [
    ...atNic.map((source) => `${VMAC6} ${vip} > ${source} RS- ${vip} at undefined`),
    unsolicitedForm(vip),
    `${VMAC6} ${vip} > ${address6} RSO ${vip} at ${VMAC6}`,
    `${VMAC6} ${vip} > ${linkLocal} RS- ${vip} at undefined`,
  ]);
  assert.deepEqual(distinct(toOthers.map(formOf)), expected.toSorted());
  const toAll = toOthers.filter((heard) => formOf(heard) === unsolicitedForm(VIP6)).length;
  assert.ok(toAll >= announced + 2, `detection is answered: ${toAll} to all, ${announced} of them unasked`);
  judgeOwnQuestions(said, active);
}

/** Solicitations of the Active: those from a VIP say the virtual MAC. */
function judgeOwnQuestions(said: readonly HeardNeighbour[], active: string): void {
  const own = said.filter(
    ({ host, source, message }) =>
      host === active && message.type === NeighbourType.solicitation && VIPS.includes(source),
  );
  assert.ok(own.length > 0, "the capture can show one");
  for (const { sourceMac, message } of own) assert.deepEqual([sourceMac, message.linkLayer], [VMAC6, VMAC6]);
}

async function announcesOneMore(network: Network, a: PipeRouter, mode: Wearing): Promise<void> {
  const taps = new Taps(network);
  await taps.open(["a"]);
  a.reload(router(...VIPS, LATER_VIP));
  await untilAnnounced(a, LATER_VIP);
  await sleep(ADVERT_MS);
  const said = (await taps.closeRaw()).flatMap((frame) => readNeighbour(frame) ?? []);
  const own = said.filter((heard) => isAdvertised(heard, LATER_VIP));
  assert.deepEqual(distinct(own.map(formOf)), [unsolicitedForm(LATER_VIP)]);
  const up = ofType(a.records(), "vmac.up").find(({ vips }) => vips.includes(`${LATER_VIP}/128`));
  assert.ok(own[0]!.atUs >= Date.parse(up!.ts) * 1000, "the kernel has confirmed before");
  assert.ok(
    groupsOf(network, "a", nameOfLink(network, "a", mode)).includes(groupDigits(LATER_VIP)),
    "and listens for those who ask",
  );
  assert.equal(network.run("c", ["ping", "-c", "1", "-W", "1", LATER_VIP]).code, 0);
}

/** What c has in its cache: `lladdr MAC [router] STATE`. */
const neighbourOfC = (network: Network): string =>
  network.run("c", ["ip", "-6", "neigh", "show", VIP6_LL, "dev", "eth0"]).stdout;

async function staysTheGateway(network: Network, a: PipeRouter, b: PipeRouter): Promise<void> {
  const pings = (): boolean => network.run("c", ["ping", "-c", "1", "-W", "1", `${VIP6_LL}%eth0`]).code === 0;
  network.run("c", words("ip -6 neigh flush all"));
  assert.equal(pings(), true);
  const isRouter = new RegExp(`lladdr ${VMAC6} router `);
  assert.match(neighbourOfC(network), isRouter, "by an answer");
  a.say({ type: "elect.set", action: "resign" });
  await untilActive("b", b, ADVERT_MS);
  await untilAnnounced(b, VIP6_LL);
  await sleep(ADVERT_MS);
  assert.match(neighbourOfC(network), isRouter, "and by an announcement");
  assert.equal(pings(), true);
}

async function playPair(t: TestContext, network: Network, mode: Wearing): Promise<void> {
  for (const host of ["a", "b"]) network.setSysctl(host, "ipv6/conf/all/forwarding", 1);
  let a: PipeRouter | undefined;
  await t.test(
    "SM-7 V3-6.4.3-b V3-8.2.2-g V3-8.2.2-i becoming Active: advert, addresses and virtual MAC and groups, then advertisements, no detection",
    async () => {
      a = await becomesActive(network, mode);
    },
  );
  assert.ok(a !== undefined);
  const b = startRouter(network, "b", 100, mode, "--standby fenced");
  await b.ready();
  await waitFor("b to be built", PATIENCE_MS, () => ofType(b.records(), "vmac.prepared")[0]);
  const routers = { a, b };
  await t.test(
    "V3-6.4.2-b V3-6.4.3-c V3-8.2.2-a V3-8.2.2-b ND-7.2.4-a ND-7.2.4-b ND-7.2.4-c ND-7.2.4-d the Active alone answers, and not a Backup that has everything, mute",
    () => onlyTheActiveAnswers(network, { active: "a", routers, mode }),
  );
  await t.test("the virtual MAC of IPv6 answers no ARP for its host", () => {
    const { address, mac } = network.host("a");
    assert.deepEqual(answerers(network, address), [mac]);
  });
  await t.test("V3-8.2.2-f a VIP that an Active gets is announced", () =>
    announcesOneMore(network, a!, mode),
  );
  await t.test("ND-7.2.5-b a router that hands over stays the gateway of those who know it", () =>
    staysTheGateway(network, a!, b),
  );
  await t.test("V3-6.4.2-b V3-8.2.2-b the Active alone answers, and not a Backup that has nothing", () =>
    onlyTheActiveAnswers(network, { active: "b", routers, mode }),
  );
}

for (const mode of ["macvlan", "rewrite"] as const) {
  test(
    `a pair of IPv6 routers with a virtual MAC: ${mode}`,
    mode === "macvlan" ? needsRoot : inFull,
    async (t) => {
      await onStage(["a", "b", "c"], (network) => playPair(t, network, mode));
    },
  );
}
