/**
 * What of a page is to be run: its fenced blocks, and the comments before them that say where. docs/writing.md is the
 * convention's own page.
 *
 * @module
 */
import { type Mark, type RunMark, readMark } from "./mark.ts";

/** Commands for hosts, as a reader would type them. */
export interface Command {
  readonly hosts: readonly string[];
  readonly script: string;
  /** What comes out, in this order, with anything between. */
  readonly shown: readonly string[];
  /** Exit code, unless it stays. */
  readonly exit: number | "any";
}

/** What happens on other hosts while a block runs. */
export interface Meanwhile {
  readonly hosts: readonly string[];
  readonly script: string;
  /** Not before the block's host has sent many packets: whoever measures an outage is at work then. */
  readonly isOnceAsked: boolean;
}

export interface RunStep {
  readonly kind: "run";
  readonly line: number;
  readonly commands: readonly Command[];
  readonly stays: boolean;
  /** After which Ctrl-C is pressed; undefined: it ends by itself. */
  readonly forMs: number | undefined;
  readonly meanwhile: readonly Meanwhile[];
}

/** What readers are not shown: done once, or tried until it succeeds. */
export interface OrderStep {
  readonly kind: "do" | "until";
  readonly line: number;
  readonly hosts: readonly string[];
  readonly script: string;
}

export interface FileStep {
  readonly kind: "file";
  readonly line: number;
  readonly hosts: readonly string[];
  readonly path: string;
  readonly text: string;
}

/** What comes later from that which stays on a host. */
export interface ShownStep {
  readonly kind: "shown";
  readonly line: number;
  readonly hosts: readonly string[];
  readonly shown: readonly string[];
}

/** What stays on these hosts comes to its end. */
export interface EndsStep {
  readonly kind: "ends";
  readonly line: number;
  readonly hosts: readonly string[];
}

export type Step = RunStep | OrderStep | FileStep | ShownStep | EndsStep;

/** Hosts of its own, in the order of their addresses, and what happens on them. */
export interface Scene {
  readonly line: number;
  readonly hosts: readonly string[];
  /** Those that have an eth1 on a second network. */
  readonly onSecond: readonly string[];
  readonly steps: readonly Step[];
}

interface Block {
  readonly line: number;
  /** `sh`, `text`, `json`. */
  readonly language: string;
  readonly text: string;
}

/** @throws {SyntaxError} with the line, at a block that nobody has said anything about, and at a mark that makes no sense. */
export function readPage(text: string): Scene[] {
  const reader = new PageReader();
  for (const part of partsOf(text)) reader.take(part);
  return reader.end();
}

class PageReader {
  readonly #scenes: (Scene & { steps: Step[] })[] = [];
  /** Marks that wait for the block that they are about. */
  #marks: Mark[] = [];
  /** What the next text block without a mark shows. */
  #shower: { commands: Command[] } | undefined;

  take(part: Block | Mark): void {
    if ("language" in part) this.#takeBlock(part);
    else if (part.kind === "lab") this.#scenes.push({ ...part, steps: [] });
    else if (part.kind === "do" || part.kind === "until") this.#add({ ...part, kind: part.kind });
    else if (part.kind === "ends") this.#add({ ...part, kind: part.kind });
    else this.#marks.push(part);
  }

  end(): Scene[] {
    const stray = this.#marks[0];
    if (stray !== undefined) fail(stray.line, `"${stray.kind}" has no block behind it`);
    return this.#scenes;
  }

  #takeBlock(block: Block): void {
    const marks = this.#marks;
    const shower = this.#shower;
    this.#marks = [];
    this.#shower = undefined;
    const [mark, ...others] = marks.filter((one) => meanwhileOf(one).length === 0);
    if (others.length > 0) fail(block.line, `two marks for one block: ${mark!.kind} and ${others[0]!.kind}`);
    if (mark !== undefined) this.#takeMarked(block, mark, marks);
    else if (block.language === "text" && shower !== undefined) {
      const last = shower.commands.pop()!;
      shower.commands.push({ ...last, shown: linesOf(block.text) });
    } else if (block.language !== "text" || isTranscript(block))
      fail(block.line, `a block of ${block.language} needs a mark before it: run, file or not run`);
  }

  #takeMarked(block: Block, mark: Mark, marks: readonly Mark[]): void {
    const { line } = block;
    if (mark.kind === "file") this.#add({ ...mark, line, text: block.text });
    else if (mark.kind === "shown") this.#add({ ...mark, line, shown: linesOf(block.text), kind: "shown" });
    else if (mark.kind === "run" || mark.kind === "run lines") {
      const commands = commandsOf(block, mark);
      const meanwhile = marks.flatMap(meanwhileOf);
      this.#add({ kind: "run", line, commands, stays: mark.stays, forMs: mark.forMs, meanwhile });
      if (!isTranscript(block) && commands.length === 1) this.#shower = { commands };
    }
  }

  #add(step: Step): void {
    const scene =
      this.#scenes.at(-1) ?? fail(step.line, "there is no lab yet: <!-- lab: a b c --> names its hosts");
    for (const host of hostsOf(step)) {
      if (host !== "switch" && !scene.hosts.includes(host)) fail(step.line, `no host "${host}" in this lab`);
    }
    scene.steps.push(step);
  }
}

function meanwhileOf(mark: Mark): Meanwhile[] {
  if (mark.kind !== "meanwhile" && mark.kind !== "once asked") return [];
  return [{ hosts: mark.hosts, script: mark.script, isOnceAsked: mark.kind === "once asked" }];
}

/** All hosts that a step is about. */
export function hostsOf(step: Step): readonly string[] {
  if (step.kind !== "run") return step.hosts;
  return [...step.commands, ...step.meanwhile].flatMap(({ hosts }) => hosts);
}

function commandsOf(block: Block, mark: RunMark): Command[] {
  const exitOf = (n: number): number | "any" => mark.exits[Math.min(n, mark.exits.length - 1)]!;
  if (isTranscript(block)) {
    const parts = block.text.split(/^[#$] /m).slice(1);
    return parts.map((part, n) => {
      const [script, ...shown] = linesOf(part);
      return { hosts: hostsAt(mark, n), script: script!, shown, exit: exitOf(n) };
    });
  }
  if (!["sh", "bash"].includes(block.language))
    fail(block.line, `a block of ${block.language} cannot be run`);
  if (mark.kind === "run") return [{ hosts: mark.hosts, script: block.text, shown: [], exit: exitOf(0) }];
  const lines = block.text.split(/(?<!\\)\n/).filter((line) => line !== "");
  if (lines.length !== mark.hosts.length)
    fail(block.line, `${lines.length} lines and ${mark.hosts.length} hosts: needs one for each line`);
  return lines.map((script, n) => ({ hosts: hostsAt(mark, n), script, shown: [], exit: exitOf(n) }));
}

/** Of a transcript or of single lines: one host for each, or one for all. */
function hostsAt({ hosts }: { readonly hosts: readonly string[] }, n: number): readonly string[] {
  return [hosts[Math.min(n, hosts.length - 1)]!];
}

/** A text that starts with a command behind a prompt. */
function isTranscript({ language, text }: Block): boolean {
  return language === "text" && /^[#$] /.test(text);
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function partsOf(text: string): (Block | Mark)[] {
  const pattern = /^ *```(\w*)[^\n]*\n([\s\S]*?)^ *```$|^ *<!--\s*([\s\S]*?)\s*-->/gm;
  return [...text.matchAll(pattern)].flatMap((match): (Block | Mark)[] => {
    const line = text.slice(0, match.index).split("\n").length;
    if (match[3] === undefined) return [{ line, language: match[1] || "text", text: match[2]! }];
    return readMark(match[3], line);
  });
}

function fail(line: number, message: string): never {
  throw new SyntaxError(`line ${line}: ${message}`);
}
