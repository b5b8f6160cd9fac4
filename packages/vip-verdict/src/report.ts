/**
 * One screen: who is Active, who answers, what this host is, what is wrong and what to type. Pure.
 *
 * @module
 */
import { harmless } from "@viptools/cli";
import type { Facts } from "./facts.ts";
import type { Finding } from "./row.ts";
import { describeActive, describeAnswers, describeHere } from "./sentences.ts";
import { wrap } from "./wrap.ts";

export const LINES_MAX = 24;
export const COLUMNS_MAX = 100;
/** Of each part, so that the first finding always has room. */
const ACTIVE_MAX = 4;
const ANSWERS_MAX = 3;
const HERE_MAX = 3;
const MISSED_MAX = 3;
/** A label of a line that goes on. */
const INDENT = " ";
/** Of the first finding: what was found, what comes of it, what to type. */
const FULL = { found: 3, consequence: 3, command: 3 } as const;
const BRIEF = { found: 2, command: 2 } as const;

/** @param who names this host. @returns lines without their ends. */
export function render(facts: Facts, findings: readonly Finding[], who: string): string[] {
  const title = `vip-doctor on ${who}, ${facts.interface}${facts.vrid === undefined ? "" : `, VRID ${facts.vrid}`}: listened ${facts.lookedMs / 1000} s`;
  const head = [
    ...wrap("", title, 1),
    ...part("ACTIVE", describeActive(facts), ACTIVE_MAX),
    ...part("ANSWERS", describeAnswers(facts), ANSWERS_MAX),
    ...part("HERE", describeHere(facts), HERE_MAX),
  ];
  const missed = part("MISSED", facts.missed, MISSED_MAX);
  const room = LINES_MAX - head.length - missed.length;
  return [...head, ...renderFindings(findings, facts, room), ...missed].map(harmless);
}

/** @returns at most `most` lines: each sentence as far as there is room; the last one counts those that have none. */
function part(label: string, sentences: readonly string[], most: number): string[] {
  const lines: string[] = [];
  for (const [n, sentence] of sentences.entries()) {
    const rest = most - lines.length - (n === sentences.length - 1 ? 0 : 1);
    if (rest === 0) return [...lines, ...wrap(INDENT, `… ${sentences.length} in all: --json has them`, 1)];
    lines.push(...wrap(n === 0 ? label : INDENT, sentence, rest));
  }
  return lines;
}

function renderFindings(findings: readonly Finding[], { missed }: Facts, room: number): string[] {
  if (findings.length === 0)
    return wrap(
      "OK",
      missed.length === 0 ? "nothing wrong was found" : "nothing wrong was found in what could be looked at",
      1,
    );
  const lines: string[] = [];
  for (const [n, finding] of findings.entries()) {
    const block = n === 0 ? inFull(finding) : inBrief(finding);
    const isLast = n === findings.length - 1;
    if (lines.length + block.length + (isLast ? 0 : 1) > room)
      return [...lines, ...wrap("", `… and ${findings.length - n} more: --json has them`, 1)];
    lines.push(...block);
  }
  return lines;
}

function inFull(finding: Finding): string[] {
  return [
    ...wrap(finding.severity.toUpperCase(), nameAndFound(finding), FULL.found),
    ...wrap("", finding.consequence, FULL.consequence),
    ...wrap("  type", finding.command, FULL.command),
  ];
}

function inBrief(finding: Finding): string[] {
  return [
    ...wrap(finding.severity.toUpperCase(), nameAndFound(finding), BRIEF.found),
    ...wrap("  type", finding.command, BRIEF.command),
  ];
}

function nameAndFound({ code, instance, found }: Finding): string {
  const vrid = instance === undefined ? "" : ` (VRID ${instance.split("/")[2]})`;
  return `${code}${vrid}: ${found}`;
}
