/**
 * How many processes run a program?
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { basename } from "node:path";
import {
  monotonicUs,
  PROCESS_NAME_MAX,
  type ProcessEntry,
  readProcessArguments,
  readProcesses,
  readProgramPath,
} from "@viptools/kernel";
import { type Check, failed, passed } from "../check.ts";
import { isWithin } from "../number-range.ts";
import type { ProcessTarget } from "../target.ts";

/** To read the list takes milliseconds: many checks may look at one that is no older than this. */
const FRESH_US = 100_000;

let list: { readonly entries: readonly ProcessEntry[]; readonly readAtUs: number } | undefined;

export function processCheck({ program, counts }: ProcessTarget): Check {
  return async () => {
    const isIt = program.includes("/") ? runsFile(program) : isNamed(program);
    const count = freshList().filter(isIt).length;
    const detail = `${count} running`;
    return isWithin(counts, count) ? passed(detail) : failed(detail);
  };
}

function freshList(): readonly ProcessEntry[] {
  const nowUs = monotonicUs();
  if (list === undefined || nowUs - list.readAtUs > FRESH_US)
    list = { entries: readProcesses(), readAtUs: nowUs };
  return list.entries;
}

/** The kernel cuts long names; the command line has them whole, a script's behind its interpreter's. */
function isNamed(program: string): (entry: ProcessEntry) => boolean {
  if (program.length <= PROCESS_NAME_MAX) return ({ name }) => name === program;
  const cut = program.slice(0, PROCESS_NAME_MAX);
  return ({ pid, name }) =>
    name === cut &&
    readProcessArguments(pid)
      .slice(0, 2)
      .some((word) => basename(word) === program);
}

/** A script's file is the second word of a command line whose first is the interpreter. */
function runsFile(path: string): (entry: ProcessEntry) => boolean {
  const cut = basename(path).slice(0, PROCESS_NAME_MAX);
  const paths: readonly (string | undefined)[] = [path, realPath(path)];
  return ({ pid, name }) => {
    const running = readProgramPath(pid);
    if (running !== undefined && paths.includes(running)) return true;
    return name === cut && readProcessArguments(pid)[1] === path;
  };
}

/** Names of programs are often links to others. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
