/**
 * From facts to findings, the most important first: pure.
 *
 * @module
 */
import type { Facts } from "./facts.ts";
import type { Finding, Row, Severity } from "./row.ts";
import { TABLE } from "./table.ts";

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** @returns what is wrong; consequences of what was found are left out, and notes where anything is. */
export function judge(facts: Facts, table: readonly Row[] = TABLE): Finding[] {
  const all = table.flatMap((row) => row.find(facts).map((one): Finding => ({ code: row.code, ...one })));
  const found = all.filter((one, n) => !all.slice(0, n).some((before) => isSame(before, one)));
  const causes = found.filter(({ severity }) => severity !== "note");
  const explains = new Map(table.map(({ code, explains: symptoms }) => [code, symptoms]));
  const isExplained = (symptom: Finding): boolean =>
    causes.some(
      (cause) =>
        cause !== symptom && names(explains.get(cause.code) ?? [], symptom.code) && isOfSame(cause, symptom),
    );
  return found
    .filter((finding) => !isExplained(finding) && (finding.severity !== "note" || causes.length === 0))
    .toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** Seen in two ways. */
function isSame(a: Finding, b: Finding): boolean {
  return (
    a.code === b.code && a.instance !== undefined && a.instance === b.instance && a.severity === b.severity
  );
}

function names(symptoms: readonly string[], code: string): boolean {
  return symptoms.includes("*") || symptoms.includes(code);
}

/** What belongs to no virtual router in particular may be of any. */
function isOfSame(a: Finding, b: Finding): boolean {
  return a.instance === undefined || b.instance === undefined || a.instance === b.instance;
}
