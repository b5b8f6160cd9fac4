/** S7: planned changes of the Active, while a client asks the VIP 500 times a second. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Client } from "../lab/client.ts";
import { Couple, DEPARTURES, type Played, type Step } from "../lab/couple.ts";
import { fatesOf, type Hop } from "../lab/fate.ts";
import { FORMS, type Form, kindsOf, nameOf, optionsOf, PLAIN, vipOf } from "../lab/form.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import type { RouterOptions } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, inFull, needsRoot, onStage, startPair } from "../lab/stage.ts";
import { cell, formatTable } from "../lab/table.ts";

/** Each departure is followed by a fail-back. */
const ROUND: readonly Step[] = DEPARTURES.flatMap((departure): Step[] => [departure, "fail-back"]);
/** How often each departure is played; `VIPTOOLS_ROUNDS` says another number. */
const ROUNDS = Number(process.env["VIPTOOLS_ROUNDS"] ?? (IS_FULL ? 20 : 1));
/** No departure follows the last fail-back: it is left out. */
const STEPS = Array.from({ length: ROUNDS }, () => ROUND)
  .flat()
  .slice(0, -1);

async function play(form: Form, advertMs: number, steps: readonly Step[], electArgs = ""): Promise<Played[]> {
  const played: Played[] = [];
  await onStage(["a", "b", "c"], async (network) => {
    const more: Partial<RouterOptions> = { ...optionsOf(form), electArgs };
    const asked = { kind: kindsOf(form).ping, target: vipOf(form) };
    const couple = await Couple.start(network, advertMs, more, asked);
    for (const step of steps) played.push(await couple.play(step));
  });
  return played;
}

/** One line for each kind of step. */
function tell(t: TestContext, played: readonly Played[]): void {
  const steps = [...new Set(played.map(({ step }) => step))];
  const rows = steps.map((step) => {
    const those = played.filter((one) => one.step === step);
    const some = those.map(({ story }) => story);
    const pauseMs = Math.max(...those.map((one) => one.pauseMs));
    const sum = (of: "asked" | "lost"): string => String(some.reduce((total, story) => total + story[of], 0));
    const clean = some.filter(({ lost }) => lost === 0).length;
    return [step, String(some.length), String(clean), sum("asked"), sum("lost"), cell(pauseMs)];
  });
  const heading = ["", "played", "without loss", "asked", "lost", "longest pause ms"];
  for (const line of formatTable([heading, ...rows]).split("\n")) t.diagnostic(line);
}

const EVERYDAY: readonly Form[] = [
  PLAIN,
  { mode: "macvlan", standby: "fenced", family: 6 },
  { mode: "rewrite", standby: "absent", family: 4 },
  { mode: "address", standby: "absent", family: 4 },
];

for (const advertMs of [100, 1000]) {
  for (const form of FORMS) {
    const isEveryday = advertMs === 100 && EVERYDAY.some((one) => nameOf(one) === nameOf(form));
    test(
      `S7 stop, resign and fail-back lose no packet: ${nameOf(form)} at ${advertMs} ms`,
      isEveryday ? needsRoot : inFull,
      async (t) => {
        const played = await play(form, advertMs, STEPS);
        tell(t, played);
        const losses = played
          .filter(({ story }) => story.lost > 0)
          .map(({ step, story, explanation }) => `${step}, ${story.lost} lost: ${explanation}`);
        assert.deepEqual(losses, []);
      },
    );
  }
}

function knows(network: Network, host: string, other: string): boolean {
  return network.run(host, ["ip", "neigh"]).stdout.includes(`lladdr ${network.host(other).mac}`);
}

test(
  "S7 an answer of the old owner comes late: who believes it is served until the next announcement",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const { a, b } = await startPair(
        network,
        100,
        optionsOf({ mode: "address", standby: "absent", family: 4 }),
      );
      const client = new Client(network, "c", "icmp");
      await waitFor("a to serve the client", 5000, () => knows(network, "a", "c") || undefined);
      const before = ofType(b.records(), "garp.round").length;
      a.signal("vrrp-elect", "SIGTERM");
      await waitFor("b to announce", 5000, () => ofType(b.records(), "garp.round")[before]);
      network.command("c", `ip neigh replace ${VIP} lladdr ${network.host("a").mac} nud reachable dev eth0`);
      await sleep(2500);
      const { asked, lost, outages } = await client.stop();
      t.diagnostic(
        `${lost} of ${asked} asks lost, in ${outages.map(({ outageMs }) => cell(outageMs)).join(", ")} ms`,
      );
      assert.equal(lost, 0);
    });
  },
);

test("S7 control: without a hand-over the same scene loses, and says where", inFull, async () => {
  const [stop] = await play(PLAIN, 100, ["stop"], "--handover 0");
  assert.ok(stop!.story.lost > 5, `${stop!.story.lost} lost`);
  assert.match(stop!.explanation, /p-a advert 0.*LOST .*request in p-c, request out p-a\n.*p-b advert 100/s);
});

/** `c>` at the client's port into the switch, `>a` out of the switch to host a. */
function hopsOf(name: string, atMs: number, way: string): Hop[] {
  return way.split(" ").map((word, n) => {
    const [what, where] = word.split(":") as ["request" | "reply", string];
    const direction = where.startsWith(">") ? "out" : "in";
    return { atUs: atMs * 1000 + n, port: `p-${where.replace(">", "")}`, direction, what, name };
  });
}

test("asks in a row that went the same way are one loss, and an answered one ends it", () => {
  const answered = "request:c> request:>a reply:a> reply:>c";
  const hops = [
    hopsOf("1/0", 0, answered),
    hopsOf("1/1", 2, "request:c> request:>a"),
    hopsOf("1/2", 4, "request:c> request:>a"),
    hopsOf("1/3", 6, answered),
    hopsOf("1/4", 8, "request:c> request:>a"),
    hopsOf("1/5", 10, "request:c> request:>b reply:b>"),
    hopsOf("2/0", 12, "request:b> request:>a"),
  ].flat();
  const fates = fatesOf(hops, "p-c").map(({ lost, fromUs, toUs, way }) => [lost, fromUs, toUs, way]);
  assert.deepEqual(fates, [
    [2, 2000, 4000, "request in p-c, request out p-a"],
    [1, 8000, 8000, "request in p-c, request out p-a"],
    [1, 10_000, 10_000, "request in p-c, request out p-b, reply in p-b"],
  ]);
});
