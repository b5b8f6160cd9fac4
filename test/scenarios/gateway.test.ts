/** The VIP as a gateway: what flows from a client to a server behind both routers, in planned steps and after a loss. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Couple, type Played, type Step } from "../lab/couple.ts";
import { FORMS, type Form, kindsOf, nameOf, PLAIN } from "../lab/form.ts";
import { buildGateway, GATEWAY_HOSTS, gatewayOptions, SERVER } from "../lab/gateway.ts";
import type { Network } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { IS_FULL, inFull, longestOutageMs, needsRoot, onStage } from "../lab/stage.ts";

const ADVERT_MS = 100;
const STEPS: readonly Step[] = IS_FULL
  ? ["stop", "fail-back", "stop of the whole pipe", "fail-back", "silent loss"]
  : ["stop", "fail-back", "silent loss"];

interface Row {
  readonly form: Form;
  readonly rpFilter: 0 | 1;
}

/** Redirects, and packets that went round in a circle. */
const COMPLAINTS =
  "icmp[icmptype] = icmp-redirect or icmp[icmptype] = icmp-timxceed or (icmp6 and (ip6[40] = 137 or ip6[40] = 3))";

async function play(t: TestContext, network: Network, { form, rpFilter }: Row): Promise<void> {
  await buildGateway(network, rpFilter);
  const asked = { kind: kindsOf(form).ping, target: SERVER[form.family] };
  const couple = await Couple.start(network, ADVERT_MS, gatewayOptions(form), asked);
  const complaints = await Overheard.open(network, "c", "eth0", COMPLAINTS);
  const played: Played[] = [];
  for (const step of STEPS) played.push(await couple.play(step));
  const heard = await complaints.stop();
  for (const { step, story, pauseMs } of played) {
    t.diagnostic(
      `${step}: ${story.lost} of ${story.asked} lost, away ${worstMs(story).toFixed(0)} ms, longest pause between asks ${pauseMs.toFixed(0)} ms`,
    );
  }
  for (const one of played) judge(one);
  assert.deepEqual(heard, [], "neither redirects nor circles");
}

function worstMs({ outages }: Played["story"]): number {
  return Math.max(0, ...outages.map(({ outageMs }) => outageMs));
}

function judge({ step, story, explanation }: Played): void {
  assert.equal(story.isAway, false, `${step}: packets flow in the end`);
  if (step === "silent loss") {
    const limitMs = longestOutageMs(ADVERT_MS);
    assert.ok(story.lost > 0, "the loss was felt");
    assert.ok(worstMs(story) <= limitMs, `S9: nothing flowed for ${worstMs(story)} ms of ${limitMs}`);
  } else assert.equal(story.lost, 0, `S7 ${step}: ${story.lost} lost of ${story.asked}; ${explanation}`);
}

const EVERYDAY: readonly Row[] = [
  { form: PLAIN, rpFilter: 1 },
  { form: { mode: "macvlan", standby: "fenced", family: 6 }, rpFilter: 0 },
  { form: { mode: "rewrite", standby: "absent", family: 6 }, rpFilter: 1 },
  { form: { mode: "address", standby: "absent", family: 4 }, rpFilter: 1 },
];
const ALL = FORMS.flatMap((form) => ([1, 0] as const).map((rpFilter): Row => ({ form, rpFilter })));
const textOf = ({ form, rpFilter }: Row): string => `${nameOf(form)}, rp_filter ${rpFilter}`;
const isEveryday = (row: Row): boolean => EVERYDAY.some((one) => textOf(one) === textOf(row));

for (const row of ALL) {
  test(
    `S7 S9 a routed flow outlives planned steps and a silent loss: ${textOf(row)}`,
    isEveryday(row) ? needsRoot : inFull,
    async (t) => {
      await onStage(GATEWAY_HOSTS, (network) => play(t, network, row));
    },
  );
}
