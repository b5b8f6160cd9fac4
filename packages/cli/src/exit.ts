/**
 * How commands end: 0 yes or done, 1 a negative finding and nothing else, 64 and up (sysexits.h) "could not find out".
 *
 * @module
 */
export const ExitCode = {
  done: 0,
  negative: 1,
  usage: 64,
  badInput: 65,
  noFile: 66,
  noInterface: 69,
  software: 70,
  kernel: 71,
  outputLost: 74,
  alreadyRunning: 75,
  permission: 77,
  configuration: 78,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends the command: one sentence for people, one number for scripts. */
export class ExitError extends Error {
  override readonly name: string = "ExitError";
  readonly code: ExitCode;

  /** @param message what was seen, what is needed; no final period. */
  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}
