/**
 * What must be true of a whole run: one voice, one Active that is the right one, and then quiet.
 *
 * @module
 */
import assert from "node:assert/strict";
import { OWNER_PRIORITY, roleOf } from "vrrp-elect/dist/election.js";
import { answerSpacingUs, delayUs, intervalUs, latenessUs } from "./bounds.ts";
import { overlapOf } from "./overlap.ts";
import type { Router } from "./router.ts";
import type { Rule } from "./rules.ts";
import { type Kind, rateOf } from "./scenario.ts";
import type { Report } from "./world.ts";

export type Verdict = (report: Report) => void;

const ROUNDING_US = 3;
/** Back to Backup, Active once more in the place of somebody worse, and Backup again for somebody better. */
const CHANGES_MAX = 3;

/** Rules of each step. */
export const keeps =
  (...rules: readonly Rule[]): Verdict =>
  ({ violations }) =>
    assert.deepEqual(
      violations.filter(({ rule }) => rules.includes(rule)),
      [],
    );

/**
 * S1, where no advert is lost. Who waits for an Active's silence never meets its lease. Who takes over from a living one
 * (preemption, priority 0) or becomes Active at the same moment meets it for a reaction time of those who can act.
 */
export function hasOneVoice({ scenario, meetings, outages }: Report): void {
  const befalls = (what: Kind): boolean => scenario.script.some(({ type }) => type === what);
  const isReranked = befalls("priority");
  const isMuted = befalls("choke") || befalls("unread");
  for (const meeting of meetings) {
    const { older, newer, isCrossing, isOutranked } = meeting;
    const { fromUs, toUs, awakeUs } = overlapOf(meeting, outages);
    const who = `hosts ${older.host} and ${newer.host} (${newer.cause}) from ${fromUs} to ${toUs} us`;
    assert.ok(newer.cause !== "active_down" || isCrossing, `${who}: a lease ran at the take-over`);
    // A loser lets go when it hears the winner, and a winner answers a loser, 5 ms after its last answer.
    const mustAnswer = isOutranked || isReranked;
    const answerUs = mustAnswer ? delayUs(scenario) + answerSpacingUs(scenario) : 0;
    // RFC 3768 §6.4.3: an Active of version 2 does not answer a loser out of turn. Nor is an answer that could not leave
    // sent again before the next turn.
    const mayWait = mustAnswer && (scenario.version === 2 || isMuted);
    const turnUs = mayWait ? delayUs(scenario) + intervalUs(scenario) + latenessUs(scenario) : 0;
    const reactionUs = delayUs(scenario) + Math.max(answerUs, turnUs) + ROUNDING_US;
    assert.ok(awakeUs <= reactionUs, `${who}: speak at once for ${awakeUs} us, needs ${reactionUs}`);
  }
}

/** S1: when a partition heals, one is Active within an advert interval. */
export function healsWithinAnInterval({ scenario, meetings, quietUs }: Report): void {
  const mostUs = intervalUs(scenario) + latenessUs(scenario) + 2 * delayUs(scenario) + ROUNDING_US;
  for (const { older, newer } of meetings) {
    const bothUs = Math.min(older.toUs, newer.toUs) - Math.max(newer.fromUs, quietUs);
    assert.ok(
      bothUs <= mostUs,
      `hosts ${older.host} and ${newer.host} speak for ${bothUs} us, needs ${mostUs}`,
    );
  }
}

/** One Active, the same in all networks, the right one, and it stays. */
export function settles(report: Report): void {
  const { scenario, settledUs, quietUs, changes, routers } = report;
  const late = changes.filter(({ atUs }) => atUs > settledUs);
  assert.deepEqual(late, [], `changes after ${settledUs} us, quiet since ${quietUs} us`);
  const active = routers.filter(({ state }) => state.name === "active");
  const where = active.map(({ host, network }) => `${host.index} in network ${network}`).join();
  assert.equal(active.length, scenario.networks, `Active: ${where}`);
  const right = active[0]!.host;
  assert.ok(
    active.every(({ host }) => host === right),
    `Active: ${where}`,
  );
  for (const { host } of routers) {
    const isRight = host === right || host.routers.some((router) => isContent(router, right.routers[0]!));
    assert.ok(isRight, `host ${host.index} should be Active, not ${right.index}`);
  }
  if (scenario.networks === 1) staysWithTheBest(report, active[0]!);
}

/** Of those that are Active when it is quiet, the one that outranks all others goes on. */
function staysWithTheBest({ voices, quietUs, routers }: Report, best: Router): void {
  for (const { host, toUs } of voices) {
    const other = routers[host]!;
    if (toUs <= quietUs || other === best || other.state.name !== "backup" || other.state.hasResigned)
      continue;
    assert.ok(best.ranksAbove(other), `host ${host} was Active, and lost that to ${best.host.index}`);
  }
}

/** Whether a router has no business to be Active in the other one's place. */
function isContent({ config, state }: Router, active: Router): boolean {
  if (state.name !== "backup") return false;
  const mayPreempt = config.preempt || config.priority === OWNER_PRIORITY;
  return config.priority <= active.config.priority || !mayPreempt || state.hasResigned;
}

/** Few changes once it is quiet, and then an advert each interval and nothing else. */
export function restsSoon({
  scenario,
  changes,
  quietUs,
  settledUs,
  endUs,
  advertsSettled,
  routers,
}: Report): void {
  const after = changes.filter(
    ({ atUs, from, to }) =>
      atUs > quietUs && roleOf({ name: from } as never) !== roleOf({ name: to } as never),
  );
  for (const { host, network } of routers) {
    const own = after.filter((change) => change.host === host.index && change.network === network);
    assert.ok(
      own.length <= CHANGES_MAX,
      `host ${host.index} changes ${own.length} times, needs at most ${CHANGES_MAX}`,
    );
  }
  const active = routers.find(({ state }) => state.name === "active")!;
  const turns = ((endUs - settledUs) * rateOf(active.host.plan)) / active.config.advertUs;
  // A late one from before, and one at each end.
  const most = scenario.networks * (turns + 2);
  assert.ok(advertsSettled <= most, `${advertsSettled} adverts after ${settledUs} us, needs at most ${most}`);
}
