/**
 * A switch that snoops MLD sends solicitations only to where their group was reported. The kernel's own report is not
 * there after a take-over: it was due when the addresses came, on a Backup, whose fence dropped it.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { type KnownRecord, parseLine, type RecordOf } from "@viptools/records";
import { type Form, nameOf, optionsOf } from "../lab/form.ts";
import { type Network, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { PipeRouter, VMAC6, VRID } from "../lab/router.ts";
import { inNamespace, must, type Outcome, sleep, waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, onStage, PRIORITY_OF_B, untilActive } from "../lab/stage.ts";

const ADVERT_MS = 300;
const VIPS = [VIP6_LL, VIP6, "2001:db8::200"];
/** Of the VIPs, in the order of their last octets. */
const GROUPS = ["ff02::1:ff00:100", "ff02::1:ff00:200"];
const QUERY_RESPONSE_MS = 1000;
/** For the kernel to say again what it said (RFC 3810 §9.11), and room. */
const KERNEL_REPORTS_MS = 2000;

const onSwitch = (network: Network, command: string): string =>
  must(inNamespace(network.switchNamespace, command.split(" ")));

/** The ports behind which the switch believes a listener. */
function portsFor(network: Network, group: string): string[] {
  return onSwitch(network, "bridge mdb show dev br0")
    .split("\n")
    .filter((line) => line.includes(`grp ${group} `))
    .map((line) => / port (\S+)/.exec(line)![1]!)
    .toSorted();
}

/** @returns when the hosts have answered the first query, the next of which comes two minutes later. */
async function snoop(network: Network): Promise<void> {
  await waitFor("an address of the switch, from which it asks", 10_000, () => {
    const addresses = onSwitch(network, "ip -6 -o address show dev br0");
    return (addresses.includes("fe80::") && !addresses.includes("tentative")) || undefined;
  });
  const response = `mcast_query_response_interval ${QUERY_RESPONSE_MS / 10}`;
  onSwitch(network, `ip link set br0 type bridge ${response} mcast_startup_query_count 1`);
  onSwitch(network, "ip link set br0 type bridge mcast_snooping 1 mcast_querier 1");
  await waitFor("the client's own group", 10_000, () => portsFor(network, "ff02::1:ff00:3")[0]);
  // Until answers to its first query are due, a switch floods.
  await sleep(QUERY_RESPONSE_MS);
}

/** The switch loses the reports of b as the virtual router, as if nobody had sent them. */
function loseReports(network: Network): void {
  const rule = `ether saddr ${VMAC6} icmpv6 type 143 drop`;
  const { port } = network.host("b");
  const chain = `chain lost { type filter hook ingress device "${port}" priority 0; ${rule}\n}`;
  must(inNamespace(network.switchNamespace, ["nft", "-f", "-"]), `table netdev lost {\n${chain}\n}\n`);
}

function recordsOf<T extends KnownRecord["type"]>({ stdout }: Outcome, type: T): RecordOf<T>[] {
  const lines = stdout.split("\n").map((line) => parseLine(line));
  const records = lines.flatMap((line) => (line.kind === "record" ? [line.record] : []));
  return ofType(records, type);
}

/** As one asks who knows nothing yet: announcements are no answers. @returns whether one came in a second. */
function isFound(network: Network): boolean {
  const argv = `vip-probe --kind nd -I eth0 --every 100ms --for 1s --json ${VIP6}`.split(" ");
  const [summary] = recordsOf(network.run("c", argv), "probe.summary");
  assert.ok(summary !== undefined && summary.asked >= 5);
  return summary.lost < summary.asked;
}

/** What garp-send sends when it is told to by hand. @returns the counts of its round. */
function announceByHand(network: Network, host: string): RecordOf<"garp.round"> {
  const argv = ["garp-send", "-I", "eth0", "--mac", `vrid6:${VRID}`, "--json", ...VIPS];
  return recordsOf(network.run(host, argv), "garp.round")[0]!;
}

/** b has never been Active. @returns when their kernels have said all that they say unasked. */
async function startInTurn(network: Network, form: Form): Promise<{ a: PipeRouter; b: PipeRouter }> {
  const common = { advertMs: ADVERT_MS, ...optionsOf(form), vips: VIPS };
  const a = new PipeRouter(network, "a", { priority: 150, ...common });
  await untilActive("a", a, ADVERT_MS);
  const b = new PipeRouter(network, "b", { priority: PRIORITY_OF_B, ...common });
  await b.ready();
  await sleep(KERNEL_REPORTS_MS);
  assert.ok(b.states().every(({ state }) => state === "backup"));
  return { a, b };
}

interface Row {
  readonly form: Form;
  readonly when: { readonly skip: string | false };
  readonly isLost?: true;
  /** Where the switch sends solicitations for the VIPs: before, and when b has taken over from a, which died. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const MACVLAN: Form = { mode: "macvlan", standby: "fenced", family: 6 };
const ROWS: readonly Row[] = [
  { form: MACVLAN, when: needsRoot, before: ["p-a"], after: ["p-a", "p-b"] },
  { form: MACVLAN, when: needsRoot, isLost: true, before: ["p-a"], after: ["p-a"] },
  { form: { ...MACVLAN, standby: "absent" }, when: inFull, before: ["p-a"], after: ["p-a", "p-b"] },
  { form: { ...MACVLAN, mode: "address" }, when: inFull, before: ["p-a", "p-b"], after: ["p-a", "p-b"] },
  {
    form: { mode: "address", standby: "absent", family: 6 },
    when: inFull,
    before: ["p-a"],
    after: ["p-a", "p-b"],
  },
];

async function play(network: Network, { form, isLost, before, after }: Row): Promise<void> {
  await snoop(network);
  if (isLost) loseReports(network);
  const { a, b } = await startInTurn(network, form);
  if (form === MACVLAN) {
    const { sent, reports, fenced } = announceByHand(network, "b");
    assert.deepEqual({ sent, reports, fenced }, { sent: 0, reports: 0, fenced: VIPS.length + 1 });
  }
  const ports = (): string[][] => GROUPS.map((group) => portsFor(network, group));
  assert.deepEqual(ports(), [before, before], "S2: where the Backup's groups are not known");
  assert.ok(isFound(network), "the client finds a");
  a.signal("all", "SIGKILL");
  await untilActive("b", b, ADVERT_MS);
  assert.equal(isFound(network), !isLost, "the client finds b");
  assert.deepEqual(ports(), [after, after]);
}

for (const row of ROWS) {
  const { form, when, isLost } = row;
  const name = isLost
    ? "control: it does not where the switch loses b's reports"
    : "a client without a cache finds the new Active";
  test(`S2 V3-6.4.3-b behind a switch that snoops MLD, ${name}: ${nameOf(form)}`, when, async () => {
    await onStage(["a", "b", "c"], (network) => play(network, row));
  });
}
