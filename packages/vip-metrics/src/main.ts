/**
 * vip-metrics: the end of a pipe. Figures for Prometheus, signs of life for a service manager, and a filter for the log.
 *
 * @module
 */
import {
  type CommandSpec,
  type Context,
  ExitCode,
  ExitError,
  FOREIGN_INPUT,
  Follower,
  needReplaceable,
  PIPE_OPTIONS,
  run,
} from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { monotonicNs, readBootId, realtimeNs, ServiceManager } from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import { Bookkeeper } from "./bookkeeper.ts";
import { formatExposition } from "./exposition.ts";
import { MetricsFile } from "./metrics-file.ts";
import { Pulse } from "./pulse.ts";

export const SPEC: CommandSpec = {
  name: "vip-metrics",
  summary: "read records, pass them on, and keep states and counters in a file that Prometheus reads",
  usage: "[--file FILE] [--notify [--expect TOOL]…] [--no-heartbeats]",
  examples: [
    [
      "… | garp-send --follow | vip-metrics --file /var/lib/viptools/vip.prom --no-heartbeats >> vip.ndjson",
      "figures for node_exporter's textfile collector, and a log of what happened",
    ],
    [
      "… | vip-metrics --notify --expect vrrp-elect --expect vmac-ctl",
      "under systemd: ready when the elector is, alive while both speak",
    ],
  ],
  options: [
    { name: "file", value: "FILE", about: "written each second and at each change, and renamed into place" },
    {
      name: "notify",
      about:
        "tell the service manager of NOTIFY_SOCKET: ready when the elector is Backup or Active, and that it flows",
    },
    {
      name: "expect",
      value: "TOOL",
      isRepeated: true,
      about: "with --notify: it flows when each of these has spoken since last time",
    },
    ...PIPE_OPTIONS,
  ],
  exits: [
    [65, "with --strict: standard input has a line that is no record"],
    [66, "the file cannot be written"],
    FOREIGN_INPUT,
  ],
  records: ["tool.error", "tool.stats"],
};

/** Who writes records. A name that nobody has would be waited for until the service manager ends everything. */
const SPEAKERS: readonly string[] = [
  "arp-listen",
  "garp-send",
  "keepalived-fifo",
  "keepalived-notify",
  "notify-exec",
  "vip-probe",
  "vip-track",
  "vip-verdict",
  "vmac-ctl",
  "vrrp-elect",
];

const WRITE_EVERY_MS = 1000;

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, measure, kernel, argv);
}

async function measure(context: Context): Promise<ExitCode> {
  const { args } = context;
  if (args.isGiven("expect") && !args.flag("notify"))
    throw new ExitError(ExitCode.usage, "--expect is for --notify: nobody is told otherwise");
  const stranger = args.texts("expect").find((tool) => !SPEAKERS.includes(tool));
  if (stranger !== undefined)
    throw new ExitError(ExitCode.usage, `--expect is "${stranger}": needs one of ${SPEAKERS.join(", ")}`);
  const book = new Bookkeeper(readBootId());
  const file = await openFile(context, book);
  const manager = args.flag("notify") ? ServiceManager.find() : undefined;
  const pulse = new Pulse(args.texts("expect"));
  context.count(() => ({
    ...file?.counters(),
    values_refused: book.ledger.refused,
    notices_failed: manager?.failed ?? 0,
  }));
  const onRecord = (record: KnownRecord): void => {
    const isNews = book.note(record);
    manager?.tell(pulse.note(record));
    if (isNews) void file?.write();
  };
  const clock = setInterval(() => void file?.write(), WRITE_EVERY_MS);
  const code = await new Follower({ context, onRecord }).follow();
  clearInterval(clock);
  manager?.tell(["STOPPING=1"]);
  manager?.close();
  book.end();
  await file?.write();
  return code;
}

/** Tries it at once: later, a disk that is full must not end the pipe. @throws {ExitError} usage, noFile. */
async function openFile(context: Context, book: Bookkeeper): Promise<MetricsFile | undefined> {
  const path = context.args.text("file");
  if (path === undefined) return undefined;
  await needReplaceable(path);
  const render = (): string => {
    book.tick({ monotonicNs: monotonicNs(), realtimeNs: realtimeNs() });
    return formatExposition(book.ledger);
  };
  let isOpen = false;
  const file = new MetricsFile(path, render, (message) => {
    if (!isOpen)
      throw new ExitError(ExitCode.noFile, `${message}: needs a folder that is there and can be written`);
    context.report("metrics", message);
  });
  await file.write();
  isOpen = true;
  return file;
}
