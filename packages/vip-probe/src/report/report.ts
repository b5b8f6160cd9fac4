/**
 * The report of a run: what was measured, the logs of the others, and the page that shows both.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Context, ExitCode, ExitError, type Moment } from "@viptools/cli";
import { monotonicNs, realtimeNs } from "@viptools/kernel";
import { formatTimestamp, type KnownRecord, type RecordBody, SCHEMA_VERSION } from "@viptools/records";
import { Chronicle } from "./chronicle.ts";
import { makePicture } from "./make-picture.ts";
import { renderPage } from "./page.ts";
import { needLog, readLog } from "./read-log.ts";

/** The build puts it beside the tool. */
const SCRIPT = new URL("./page.js", import.meta.url);

export class Report {
  readonly #context: Context;
  readonly #path: string;
  readonly #logs: readonly string[];
  readonly #chronicle = new Chronicle();
  readonly #source = this.#chronicle.openSource("this run");

  /** @throws {ExitError} noFile, before anything is asked, if a log is not there or the page has no place. */
  constructor(context: Context, path: string, logs: readonly string[]) {
    this.#context = context;
    this.#path = path;
    this.#logs = logs;
    for (const log of logs) needLog(log);
    needPlace(path);
  }

  /** @param moment now, if left out. */
  hear(body: RecordBody, moment: Moment = { realtimeNs: realtimeNs(), monotonicNs: monotonicNs() }): void {
    const { tool, host, pid } = this.#context.output.writer;
    const mono = moment.monotonicNs === undefined ? {} : { mono_ns: String(moment.monotonicNs) };
    const head = {
      v: SCHEMA_VERSION,
      tool,
      host,
      pid,
      ts: formatTimestamp(moment.realtimeNs),
      seq: 1,
      ...mono,
    };
    this.#chronicle.hear(this.#source, { ...head, ...body } as KnownRecord);
  }

  /** Reads the logs, and writes the page in one step. @throws {ExitError} badInput, if there is nothing to draw; outputLost. */
  async draw(): Promise<void> {
    const notes: string[] = [];
    for (const log of this.#logs) notes.push(...(await readLog(log, this.#chronicle)));
    for (const note of notes) this.#context.say(note);
    const picture = makePicture(this.#chronicle, notes);
    if (picture === undefined)
      throw new ExitError(
        ExitCode.badInput,
        `nothing to draw: needs records of vip-probe, vrrp-elect, vmac-ctl or garp-send`,
      );
    const script = readFileSync(SCRIPT, "utf8");
    const hash = createHash("sha256").update(script).digest("base64");
    this.#replace(renderPage(picture, script, hash));
  }

  #replace(page: string): void {
    const draft = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(draft, page);
      renameSync(draft, this.#path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw new ExitError(ExitCode.outputLost, `cannot write ${this.#path}: ${(error as Error).message}`);
    }
  }
}

function needPlace(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  } catch (error) {
    throw new ExitError(ExitCode.noFile, `--report ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
  throw new ExitError(ExitCode.noFile, `--report ${path} is a folder: needs the name of a file`);
}
