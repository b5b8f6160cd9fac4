/**
 * Comments of a page that say where its blocks run.
 *
 * @module
 */

interface OnHosts {
  readonly line: number;
  readonly hosts: readonly string[];
}

/** `run: a; stays`, `run lines: a b; exit 0 1; for 2s`: for a block, or for each of its lines. */
export interface RunMark extends OnHosts {
  readonly kind: "run" | "run lines";
  readonly stays: boolean;
  /** For each command; the last one for those that follow. */
  readonly exits: readonly (number | "any")[];
  readonly forMs: number | undefined;
}

/** `do: a: command`. */
interface OrderMark extends OnHosts {
  readonly kind: "do" | "until" | "meanwhile" | "once asked";
  readonly script: string;
}

/** `file: a b: /etc/viptools/vrrp.json`. */
interface FileMark extends OnHosts {
  readonly kind: "file";
  readonly path: string;
}

/** `lab: a b c; eth1: a b`: the latter are on a second network too. */
export interface LabMark extends OnHosts {
  readonly kind: "lab";
  readonly onSecond: readonly string[];
}

/** `shown: a`, `ends: a`, `not run: why`. */
interface PlainMark extends OnHosts {
  readonly kind: "shown" | "ends" | "not run";
}

export type Mark = RunMark | OrderMark | FileMark | LabMark | PlainMark;

const KINDS = [
  "lab",
  "shown",
  "not run",
  "run lines",
  "run",
  "do",
  "until",
  "ends",
  "meanwhile",
  "once asked",
  "file",
] as const;

/** Comments for other readers than this one. */
const FOREIGN = /^(generated|end of what is generated)\b/;

/** @param comment what stands in it. @returns nothing of a comment about something else. @throws {SyntaxError} */
export function readMark(comment: string, line: number): Mark[] {
  const kind = KINDS.find((word) => comment.startsWith(`${word}:`));
  if (kind === undefined) {
    if (FOREIGN.test(comment)) return [];
    throw new SyntaxError(
      `line ${line}: "${comment}" is no mark: needs one of ${KINDS.join(", ")}, and a colon`,
    );
  }
  const rest = comment.slice(kind.length + 1).trim();
  const complain = (needed: string): never => {
    throw new SyntaxError(`line ${line}: "${kind}: ${rest}" needs ${needed}`);
  };
  if (rest === "") complain(kind === "not run" ? "a reason" : "hosts");
  if (kind === "not run") return [{ kind, line, hosts: [] }];
  if (kind === "shown" || kind === "ends") return [{ kind, line, hosts: words(rest) }];
  if (kind === "lab") {
    const [hosts = "", second = ""] = rest.split(/;\s*eth1:/);
    return [{ kind, line, hosts: words(hosts), onSecond: words(second) }];
  }
  if (kind === "run" || kind === "run lines") {
    const [hosts = "", ...options] = rest.split(";").map((part) => part.trim());
    return [{ kind, line, hosts: words(hosts), ...readOptions(options, complain) }];
  }
  const [, hosts, text] = /^([^:]+):\s*([\s\S]+)$/.exec(rest) ?? complain("hosts, a colon, and what to do");
  if (kind === "file") return [{ kind, line, hosts: words(hosts!), path: text! }];
  return [{ kind, line, hosts: words(hosts!), script: text! }];
}

function readOptions(options: readonly string[], complain: (needed: string) => never) {
  let exits: (number | "any")[] = [0];
  let stays = false;
  let forMs: number | undefined;
  for (const option of options) {
    const [, codes, seconds] = /^(?:exit ((?:(?:\d+|any) ?)+)|for (\d+)s)$/.exec(option) ?? [];
    if (option === "stays") stays = true;
    else if (codes !== undefined) exits = words(codes).map((code) => (code === "any" ? code : Number(code)));
    else if (seconds !== undefined) forMs = Number(seconds) * 1000;
    else complain(`"stays", "exit N" or "for Ns" in place of "${option}"`);
  }
  return { exits, stays, forMs };
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
