/**
 * What keepalived tracks, as checks: a script, a file or an interface, with the weight that it has for somebody. Pure.
 *
 * @module
 */
import type { Statement } from "./conf-tree.ts";
import type { CheckEntry } from "./imported.ts";
import { NEEDLESS, whyLeftOut } from "./keywords.ts";
import { type Report, readNumber } from "./report.ts";
import { commandWords } from "./tokens.ts";

interface Source extends Omit<CheckEntry, "weight"> {
  readonly weight: number;
}

/** How a script is repeated, in seconds and counts. */
interface Timing {
  readonly interval?: number | undefined;
  readonly timeout?: number | undefined;
  readonly rise?: number | undefined;
  readonly fall?: number | undefined;
}

/** Who runs scripts that do not say otherwise. */
export interface ScriptUser {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

export type TrackedKind = "script" | "interface" | "file" | "process";

const WEIGHT_MAX = 254;
const PROCESS_EVERY = "1s";
/** PID_MAX_LIMIT of a 64-bit kernel. */
const PROCESSES_MAX = 4_194_304;
const PROCESS_KEYWORDS: ReadonlySet<string> = new Set(["process", "quorum", "quorum_max", "weight"]);
/** keepalived hears of links and files at once; to look at them costs little. */
const LOOK_EVERY = "100ms";
const MEMBER_WEIGHT =
  "tracked without its weight, as keepalived does for a member of a sync group: sync_group_tracking_weight keeps it";
const NEEDS_SHELL = /[|&;<>()$`*?[\]~]/;

export class Checks {
  readonly #user: ScriptUser;
  readonly #report: Report;
  readonly #sources = new Map<string, Source>();
  readonly #used = new Map<string, CheckEntry>();

  constructor(user: ScriptUser, report: Report) {
    this.#user = user;
    this.#report = report;
  }

  /** Those that somebody tracks. */
  get entries(): readonly CheckEntry[] {
    return [...this.#used.values()];
  }

  /** `vrrp_script NAME { … }`. */
  define(statement: Statement): void {
    const { words, block = [] } = statement;
    const [name] = words;
    const command = block.find(({ keyword }) => keyword === "script")?.words;
    if (name === undefined || command?.[0] === undefined) {
      this.#report.leave(statement, "has no name or no script: there is nothing to run");
      return;
    }
    const numbers = this.#readNumbers(block);
    this.#sources.set(`script ${name}`, {
      name,
      ...asCommand(command),
      every: `${numbers.interval ?? 1}s`,
      ...(numbers.timeout === undefined ? {} : { timeout: `${numbers.timeout}s` }),
      ...(numbers.rise === undefined ? {} : { rise: numbers.rise }),
      ...(numbers.fall === undefined ? {} : { fall: numbers.fall }),
      ...(block.some(({ keyword }) => keyword === "init_fail") ? { init_fail: true } : {}),
      ...this.#userOf(block),
      weight: this.#readWeight(block.find(({ keyword }) => keyword === "weight")) ?? 0,
    });
  }

  /** Root needs no word: it is who runs vip-track, or it is not there. */
  #userOf(block: readonly Statement[]): Pick<CheckEntry, "user" | "group"> {
    const own = block.find(({ keyword }) => keyword === "user")?.words;
    const [user, group] = own ?? [this.#user.user, this.#user.group];
    if (user === undefined || user === "root") return {};
    return { user, ...(group === undefined ? {} : { group }) };
  }

  /** `track_file NAME { … }` at the top: its value counts as keepalived counts it only without a weight. */
  defineFile(statement: Statement): void {
    const { words, block = [] } = statement;
    const path = block.find(({ keyword }) => keyword === "file")?.words[0];
    const weight = this.#readWeight(block.find(({ keyword }) => keyword === "weight"));
    if (words[0] === undefined || path === undefined) {
      this.#report.leave(statement, "has no name or no file: there is nothing to look at");
      return;
    }
    this.#sources.set(`file ${words[0]}`, {
      name: `file-${words[0]}`,
      file: path,
      compare: "== 0",
      every: LOOK_EVERY,
      weight: weight ?? 1,
    });
  }

  /** `vrrp_track_process NAME { … }`. */
  defineProcess(statement: Statement): void {
    const { words, block = [] } = statement;
    const find = (keyword: string): Statement | undefined => block.find((one) => one.keyword === keyword);
    const [program, ...rest] = find("process")?.words ?? [];
    if (words[0] === undefined || program === undefined) {
      this.#report.leave(statement, "has no name or no process: there is nothing to look for");
      return;
    }
    if (rest.length > 0)
      this.#report.leave(find("process")!, "the program is looked for, whatever its arguments");
    for (const one of block)
      if (!PROCESS_KEYWORDS.has(one.keyword))
        this.#report.leave(one, "how many there are is all that counts");
    this.#sources.set(`process ${words[0]}`, {
      name: `process-${words[0]}`,
      process: program,
      ...this.#countOf(find("quorum"), find("quorum_max")),
      every: PROCESS_EVERY,
      weight: this.#readWeight(find("weight")) ?? 1,
    });
  }

  /** One at least, unless it says otherwise. */
  #countOf(least: Statement | undefined, most: Statement | undefined): Pick<CheckEntry, "count"> {
    const bounds = { least: 0, most: PROCESSES_MAX };
    const [from, to] = [least, most].map((one) => one && readNumber(one, this.#report, bounds));
    if (from === undefined && to === undefined) return {};
    return { count: `${from ?? Math.min(1, to!)}-${to ?? ""}` };
  }

  /**
   * An entry of `track_script`, `track_interface`, `track_file` or `track_process`.
   *
   * @param isWeightless of a member of a sync group: its checks have no weight, and one that is dropped is told.
   * @returns the name of the check; undefined if there is none for it.
   */
  use(kind: TrackedKind, entry: Statement, isWeightless: boolean): string | undefined {
    const source =
      kind === "interface" ? linkCheck(entry.keyword) : this.#sources.get(`${kind} ${entry.keyword}`);
    if (source === undefined) {
      this.#report.leave(entry, `there is no ${kind} of this name to track`);
      return undefined;
    }
    const at = entry.words.indexOf("weight");
    const own = at < 0 ? undefined : { ...entry, words: entry.words.slice(at + 1) };
    const told = this.#readWeight(own) ?? source.weight;
    if (isWeightless && told !== 0) this.#report.leave(entry, MEMBER_WEIGHT);
    const weight = isWeightless ? 0 : told;
    if (kind === "file" && weight !== 0) {
      this.#report.leave(
        entry,
        "a file's value times a weight has no check: one that says yes or no, with a weight",
      );
      return undefined;
    }
    return this.#take(source, weight);
  }

  /** The same check with another weight is another one. */
  #take(source: Source, weight: number): string {
    const name = weight === source.weight ? source.name : `${source.name}-weight${weight}`;
    const { weight: _, ...check } = source;
    this.#used.set(name, { ...check, name, ...(weight === 0 ? {} : { weight }) });
    return name;
  }

  #readWeight(statement: Statement | undefined): number | undefined {
    if (statement === undefined) return undefined;
    if (statement.words.includes("reverse"))
      this.#report.leave(statement, "no check is turned round: let the script do it");
    return readNumber(statement, this.#report, { least: -WEIGHT_MAX, most: WEIGHT_MAX });
  }

  #readNumbers(block: readonly Statement[]): Timing {
    const numbers: { -readonly [K in keyof Timing]: Timing[K] } = {};
    for (const statement of block) {
      const { keyword } = statement;
      if (keyword === "script" || keyword === "weight") continue;
      if (keyword === "interval" || keyword === "timeout")
        numbers[keyword] = readNumber(statement, this.#report, { least: 0.01, most: 86_400, isWhole: false });
      else if (keyword === "rise" || keyword === "fall")
        numbers[keyword] = readNumber(statement, this.#report, { least: 1, most: 1000 });
      else if (keyword !== "init_fail" && keyword !== "user" && !NEEDLESS.has(keyword))
        this.#report.leave(statement, whyLeftOut(keyword));
    }
    return numbers;
  }
}

function linkCheck(interfaceName: string): Source {
  return { name: `link-${interfaceName}`, link: interfaceName, every: LOOK_EVERY, weight: 0 };
}

/** keepalived takes a string with blanks apart, and leaves to a shell what only a shell understands. */
function asCommand(words: readonly string[]): Pick<CheckEntry, "command" | "shell"> {
  const [first = ""] = words;
  if (NEEDS_SHELL.test(first)) return { shell: first };
  return { command: words.length > 1 ? words : commandWords(first) };
}
