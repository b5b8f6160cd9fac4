/**
 * Does a program end with exit code 0?
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import {
  Command,
  type CommandEnd,
  describeStartFailure,
  findAccount,
  findGroup,
  findUntrusted,
} from "@viptools/kernel";
import { type Check, failed, type Outcome, passed, reasonOf } from "../check.ts";
import type { Places } from "../places.ts";
import type { CommandTarget } from "../target.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const USUAL_ENVIRONMENT = { PATH, LANG: "C.UTF-8" };

interface Runner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Root would run it. */
  readonly isRoot: boolean;
}

/** @throws {SyntaxError} for a user or group that is not there, or cannot be run as. */
export function commandCheck(target: CommandTarget, places: Places): Check {
  const runner = findRunner(target);
  return async (signal) => {
    const leave = await places.take(signal);
    if (leave === undefined) return failed("no place to run");
    try {
      const program = findProgram(target.argv[0]!);
      const fault = findFault(program, runner);
      return fault === undefined ? await run(target, program, runner, signal) : failed(`not run: ${fault}`);
    } finally {
      leave();
    }
  };
}

/** @returns why the program must not or cannot run; undefined if it may. */
export function findCommandFault(target: CommandTarget): string | undefined {
  return findFault(findProgram(target.argv[0]!), findRunner(target));
}

async function run(
  { argv, environment }: CommandTarget,
  program: string,
  { uid, gid }: Runner,
  signal: AbortSignal,
): Promise<Outcome> {
  if (signal.aborted) return failed("too late to run");
  const words = [program, ...argv.slice(1)];
  const command = new Command({
    argv: words,
    environment: { ...USUAL_ENVIRONMENT, ...environment },
    uid,
    gid,
  });
  const stop = (): void => command.terminate();
  signal.addEventListener("abort", stop, { once: true });
  const end = await command.ended;
  signal.removeEventListener("abort", stop);
  return judgeEnd(end, program);
}

function judgeEnd({ code, signal, failure, firstLine }: CommandEnd, program: string): Outcome {
  if (failure !== undefined) return failed(`not run: ${describeStartFailure(program, failure)}`);
  const how = code === undefined ? `ended by ${signal}` : `exit ${code}`;
  const detail = firstLine === "" ? how : `${how}: ${firstLine}`;
  return code === 0 ? passed(detail) : failed(detail);
}

function findRunner({ user, group }: CommandTarget): Runner {
  const own = process.geteuid?.() ?? 0;
  const account = user === undefined ? undefined : findAccount(user, group);
  const gid = account?.gid ?? (group === undefined ? undefined : findGroup(group));
  const uid = account?.uid;
  if (own !== 0 && (gid !== undefined || (uid !== undefined && uid !== own)))
    throw new SyntaxError(`only root can run commands as ${user ?? `group ${group}`}`);
  return { uid, gid, isRoot: (uid ?? own) === 0 };
}

/** As a shell looks for it. @returns the name itself if it is nowhere: to run it then says so. */
function findProgram(word: string): string {
  if (word.includes("/")) return word;
  const found = PATH.split(":").find((folder) => isProgram(`${folder}/${word}`));
  return found === undefined ? word : `${found}/${word}`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findFault(program: string, { isRoot }: Runner): string | undefined {
  if (!program.includes("/")) return `there is no ${program} in ${PATH}`;
  if (!isRoot) return undefined;
  try {
    const writable = findUntrusted(program);
    return writable === undefined ? undefined : `${writable}, and root would run ${program}`;
  } catch (error) {
    return `${program}: ${reasonOf(error)}`;
  }
}
