/**
 * The report of a run: what was measured, the logs of the others, and the page that shows both.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Context, ExitCode, ExitError, type Moment, needReplaceable, replaceFile } from "@viptools/cli";
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

  /** @throws {ExitError} before anything is asked: noFile, if a log is not there or the page has no place; usage. */
  static async open(context: Context, path: string, logs: readonly string[]): Promise<Report> {
    for (const log of logs) needLog(log);
    await needReplaceable(path);
    return new Report(context, path, logs);
  }

  private constructor(context: Context, path: string, logs: readonly string[]) {
    this.#context = context;
    this.#path = path;
    this.#logs = logs;
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
    await replaceFile(this.#path, renderPage(picture, script, hash));
  }
}
