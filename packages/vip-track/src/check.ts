/**
 * A check, whatever it looks at.
 *
 * @module
 */

/** What one run has found. */
export interface Outcome {
  readonly hasPassed: boolean;
  /** A few words: what was seen. */
  readonly detail?: string;
  /** What a file's value is worth: added to the priority as it is. Undefined for every other check. */
  readonly score?: number;
}

/**
 * Runs once. Never throws for what it looks at: a failure is an outcome.
 *
 * @param signal ends the run: what the run has opened or started is gone when its promise is settled, and what it has found
 * then counts for nothing.
 */
export type Check = (signal: AbortSignal) => Promise<Outcome>;

export function passed(detail?: string): Outcome {
  return detail === undefined ? { hasPassed: true } : { hasPassed: true, detail };
}

export function failed(detail: string): Outcome {
  return { hasPassed: false, detail };
}

/** The errno of a system call that failed, or the error's own words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}
