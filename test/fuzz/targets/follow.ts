/**
 * What acts on records: anybody may write them, so a record that is valid must not end a tool, whatever its values.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type KnownRecord, parseLine } from "@viptools/records";
import { readQuestion } from "garp-send/dist/question.js";
import { RecordTargets } from "garp-send/dist/record-targets.js";
import { KeepalivedWords } from "notify-exec/dist/keepalived-words.js";
import { Bookkeeper } from "vip-metrics/dist/bookkeeper.js";
import { formatExposition } from "vip-metrics/dist/exposition.js";
import { Chronicle } from "vip-probe/dist/report/chronicle.js";
import { makePicture } from "vip-probe/dist/report/make-picture.js";
import { renderPage } from "vip-probe/dist/report/page.js";
import { gather } from "vip-verdict/dist/gather.js";
import { judge } from "vip-verdict/dist/judge.js";
import { COLUMNS_MAX, LINES_MAX, render } from "vip-verdict/dist/report.js";
import { OwnerTable } from "vmac-ctl/dist/owner-table.js";
import { effectivePriority, TrackBook } from "vrrp-elect/dist/track-book.js";
import { sampleLines } from "../inputs/sample-records.ts";
import { octetsOf, type Target, textOf } from "../target.ts";

const BOOT = "eth0";
const NOW_US = 5_000_000;
const NOW = { monotonicNs: 5_000_000_000n, realtimeNs: 1_764_000_000_000_000_000n };
const SAMPLE =
  /^(# (HELP|TYPE) \S+ .*|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\[\\n"])*",?)*\})? (-?[0-9.e+-]+|NaN|\+Inf))$/;

function recordsIn(bytes: Uint8Array): KnownRecord[] {
  return textOf(bytes)
    .split("\n")
    .map(parseLine)
    .flatMap((line) => (line.kind === "record" ? [line.record] : []));
}

function nounOf(line: string): string {
  return (JSON.parse(line) as KnownRecord).type.split(".")[0]!;
}

function target(name: string, play: (records: readonly KnownRecord[]) => void): Target {
  return {
    name: `follow-${name}`,
    kind: "lines",
    seeds: () => {
      const lines = sampleLines();
      const nouns = [...new Set(lines.map(nounOf))];
      const inMarkup = lines.map((line) => line.replaceAll('"eth0"', '"<b><script>"'));
      const groups = nouns.map((noun) => lines.filter((line) => nounOf(line) === noun).join("\n"));
      return octetsOf(...groups, inMarkup.join("\n"));
    },
    refusals: [],
    longest: 1 << 14,
    play: (bytes) => play(recordsIn(bytes)),
  };
}

function keepBooks(records: readonly KnownRecord[]): void {
  const books = new Bookkeeper(BOOT);
  for (const record of records) {
    books.note(record);
    books.tick(NOW);
  }
  for (const line of formatExposition(books.ledger).trimEnd().split("\n")) assert.match(line, SAMPLE);
}

function own(records: readonly KnownRecord[]): void {
  const table = new OwnerTable({ bootId: BOOT });
  for (const record of records) {
    for (const action of table.obey(record, NOW_US))
      if (action.type === "own") assert.ok(action.untilUs > NOW_US, "what is owned is owned for a time");
    const deadlineUs = table.deadlineUs();
    assert.ok(deadlineUs === undefined || Number.isFinite(deadlineUs), `${deadlineUs}`);
    table.tick(NOW_US);
  }
}

function judgeAll(records: readonly KnownRecord[]): void {
  for (const [vrid, vips] of [
    [undefined, []],
    [51, ["192.0.2.100"]],
  ] as const) {
    const facts = gather(records, {
      interface: "eth0",
      vrid,
      vips: [...vips],
      role: "client",
      macs: [],
      own: ["192.0.2.1"],
      targets: [],
      neighbours: [{ ip: "192.0.2.100", mac: "00:00:5e:00:01:33", state: "STALE" }],
      missed: [],
      lookedMs: 1000,
    });
    const lines = render(facts, judge(facts), "a");
    assert.ok(
      lines.length <= LINES_MAX && lines.every((line) => line.length <= COLUMNS_MAX),
      lines.join("\n"),
    );
    for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
  }
}

function announce(records: readonly KnownRecord[]): void {
  const targets = new RecordTargets("eth0");
  for (const record of records) {
    targets.wantedBy(record);
    readQuestion(record);
  }
}

function track(records: readonly KnownRecord[]): void {
  const book = new TrackBook(undefined);
  let nowUs = NOW_US;
  for (const record of records) {
    if (record.type !== "track.state") continue;
    nowUs += 1000;
    book.note(record, nowUs);
    book.tick(nowUs);
    const priority = effectivePriority(100, book.effectOn(undefined).weight);
    assert.ok(Number.isInteger(priority) && priority >= 1 && priority <= 254, `${priority}`);
  }
}

function notify(records: readonly KnownRecord[]): void {
  const words = new KeepalivedWords([{}], [{ name: "G", members: ["eth0/4/51"] }]);
  for (const record of records) if (record.type === "vrrp.state") words.hear(record);
  words.end();
}

/** Two logs, by turns. What they say is text on the page, and nothing else. */
function draw(records: readonly KnownRecord[]): void {
  const chronicle = new Chronicle();
  const sources = ["a", "b"].map((name) => chronicle.openSource(name));
  for (const [n, record] of records.entries()) chronicle.hear(sources[n % 2]!, record);
  const picture = makePicture(chronicle, []);
  if (picture === undefined) return;
  const page = renderPage(picture, "draw()", "hash");
  assert.equal(page.match(/<script/g)?.length, 2);
  assert.doesNotMatch(page, /<b>/);
}

export const TARGETS: readonly Target[] = [
  target("metrics", keepBooks),
  target("owner", own),
  target("verdict", judgeAll),
  target("announcer", announce),
  target("track", track),
  target("report", draw),
  target("notify", notify),
];
