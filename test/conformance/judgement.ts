/**
 * Brings requirements, tests and decisions together, and says what does not fit: pure.
 *
 * @module
 */
import type { Decision, Kind } from "./decision.ts";
import type { NamedTest } from "./named-tests.ts";
import { type Chapter, LEVELS, type Level, type Requirement } from "./requirement.ts";

/** Of the rows that are a MUST, so many may be called not applicable. */
export const NOT_APPLICABLE_MAX = 0.15;

export interface Judged {
  readonly requirement: Requirement;
  readonly tests: readonly NamedTest[];
  readonly decision: Decision | undefined;
}

export interface JudgedChapter {
  readonly title: string;
  readonly rows: readonly Judged[];
}

export type Outcome = "tested" | Kind;
export const OUTCOMES: readonly Outcome[] = ["tested", "elsewhere", "not yet", "not applicable"];

export function judge(
  chapters: readonly Chapter[],
  tests: readonly NamedTest[],
  decisions: ReadonlyMap<string, Decision>,
): JudgedChapter[] {
  return chapters.map(({ title, requirements }) => ({
    title,
    rows: requirements.map((requirement) => ({
      requirement,
      tests: tests.filter(({ ids }) => ids.includes(requirement.id)),
      decision: decisions.get(requirement.id),
    })),
  }));
}

/** @returns one sentence for each thing that keeps the table from being true. */
export function findProblems(
  chapters: readonly JudgedChapter[],
  tests: readonly NamedTest[],
  decisions: ReadonlyMap<string, Decision>,
): string[] {
  const rows = chapters.flatMap((chapter) => chapter.rows);
  const known = new Set(rows.map(({ requirement }) => requirement.id));
  const problems: string[] = [];
  for (const { file, name, ids } of tests) {
    for (const id of ids)
      if (!known.has(id)) problems.push(`${file}: "${name}" names ${id}, which is no requirement`);
  }
  for (const id of decisions.keys())
    if (!known.has(id)) problems.push(`a decision names ${id}, which is no requirement`);
  for (const { requirement, tests: own, decision } of rows) {
    if (own.length === 0 && decision === undefined)
      problems.push(`${requirement.id} has neither a test nor a decision`);
    if (own.length > 0 && decision !== undefined)
      problems.push(`${requirement.id} has a decision, and a test: ${own[0]!.file} "${own[0]!.name}"`);
  }
  const share = notApplicableShare(rows);
  if (share > NOT_APPLICABLE_MAX) {
    problems.push(
      `${(share * 100).toFixed(1)} % of what is a MUST is called not applicable: at most ${NOT_APPLICABLE_MAX * 100} % may be`,
    );
  }
  return problems;
}

export function outcomeOf({ tests, decision }: Judged): Outcome {
  return tests.length > 0 ? "tested" : (decision?.kind ?? "not yet");
}

/** Of the rows that are a MUST. */
export function notApplicableShare(rows: readonly Judged[]): number {
  const musts = rows.filter(({ requirement }) => requirement.level === "MUST");
  const left = musts.filter((row) => outcomeOf(row) === "not applicable");
  return musts.length === 0 ? 0 : left.length / musts.length;
}

/** How many rows of each level came out how. */
export function countOutcomes(rows: readonly Judged[]): Map<Level, Record<Outcome, number>> {
  return new Map(
    LEVELS.map((level) => {
      const some = rows.filter(({ requirement }) => requirement.level === level);
      const counts = OUTCOMES.map((outcome) => [
        outcome,
        some.filter((row) => outcomeOf(row) === outcome).length,
      ]);
      return [level, Object.fromEntries(counts) as Record<Outcome, number>];
    }),
  );
}
