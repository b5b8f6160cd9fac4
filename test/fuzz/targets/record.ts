/**
 * Lines of the pipe: whatever comes in, the reader goes on and counts, and nothing of it reaches a terminal as it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import { formatHuman, type InputLine, readRecords } from "@viptools/cli";
import { parseInstance, parseLine, parseVip } from "@viptools/records";
import { readFifoLine } from "keepalived-fifo/dist/fifo-line.js";
import { sampleLines } from "../inputs/sample-records.ts";
import { octetsOf, type Target, textOf } from "../target.ts";

const NEWLINE = 0x0a;

/** @returns what the reader of the pipe makes of it, in pieces of so many octets. */
export function readInPieces(bytes: Uint8Array, pieceBytes: number): InputLine[] {
  const input = new EventEmitter();
  const lines: InputLine[] = [];
  let ends = 0;
  readRecords(input as Readable, { onLine: (line) => lines.push(line), onEnd: () => (ends += 1) });
  for (let at = 0; at < bytes.length; at += pieceBytes)
    input.emit("data", Buffer.from(bytes.subarray(at, at + pieceBytes)));
  input.emit("end");
  assert.equal(ends, 1);
  return lines;
}

const comparable = ({ bytes, ...line }: InputLine): object => ({
  ...line,
  hex: Buffer.from(bytes).toString("hex"),
});

/** Nothing is lost, and each line is counted, wherever the pieces end. */
function readStream(bytes: Uint8Array): void {
  const lines = readInPieces(bytes, bytes.length || 1);
  assert.deepEqual(readInPieces(bytes, 5).map(comparable), lines.map(comparable));
  const joined = Buffer.concat(lines.map((line) => line.bytes));
  assert.ok(joined.equals(bytes), "what is passed on is what came");
  const ends = bytes.reduce((sum, octet) => sum + (octet === NEWLINE ? 1 : 0), 0);
  const isOpen = bytes.length > 0 && bytes.at(-1) !== NEWLINE;
  assert.deepEqual(
    lines.map(({ number }) => number),
    Array.from({ length: ends + (isOpen ? 1 : 0) }, (_, n) => n + 1),
  );
}

function readLine(text: string): void {
  const parsed = parseLine(text);
  const shown = formatHuman(parsed.kind === "record" ? parsed.record : text);
  assert.doesNotMatch(shown, /\p{Cc}/u);
  if (parsed.kind !== "record") return;
  const again = parseLine(JSON.stringify(parsed.record));
  assert.deepEqual(again, parsed, "a record that is written again means the same");
  for (const name of namesIn(parsed.record)) parseInstance(name);
}

function namesIn(record: object): string[] {
  return Object.values(record).flatMap((value) => (typeof value === "string" ? [value] : []));
}

export const TARGETS: readonly Target[] = [
  {
    name: "record-line",
    kind: "json",
    seeds: () => octetsOf(...sampleLines()),
    refusals: [],
    play: (bytes) => readLine(textOf(bytes)),
  },
  {
    name: "record-stream",
    kind: "lines",
    seeds: () => octetsOf(...sampleLines().map((line, n, all) => `${line}\n${all[n - 1] ?? ""}\r\n\n{`)),
    refusals: [],
    play: readStream,
  },
  {
    name: "record-vip",
    kind: "text",
    seeds: () => octetsOf("192.0.2.100/24", "2001:db8::1", "fe80::1/64", "192.0.2.1/31"),
    refusals: [SyntaxError],
    longest: 80,
    play: (bytes) => {
      const vip = parseVip(textOf(bytes));
      assert.deepEqual(parseVip(`${vip.address}/${vip.length}`), vip);
    },
  },
  {
    name: "record-instance",
    kind: "text",
    seeds: () => octetsOf("eth0/4/51", "eth0.5/6/255"),
    refusals: [],
    longest: 80,
    play: (bytes) => {
      const found = parseInstance(textOf(bytes));
      if (found === undefined) return;
      assert.ok(found.vrid >= 1 && found.vrid <= 255 && !/\//.test(found.interface));
    },
  },
  {
    name: "record-fifo",
    kind: "text",
    seeds: () => octetsOf('INSTANCE "VI_1" MASTER 150', 'GROUP "G" FAULT 0', "VS [1.2.3.4]:80 DOWN"),
    refusals: [],
    longest: 200,
    play: (bytes) => {
      const line = readFifoLine(textOf(bytes));
      if (line.kind === "word") assert.ok(line.word.priority >= 0 && line.word.priority <= 255);
    },
  },
];
