/** The parts of the pipe, each alone: queue, reader watch, line splitter. */
import assert from "node:assert/strict";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parseLine } from "@viptools/records";
import { BulkLines } from "./bulk-lines.ts";
import { LineQueue, type QueueEnd } from "./line-queue.ts";
import { ReaderWatch } from "./reader-watch.ts";
import { type InputLine, LineSplitter } from "./record-input.ts";
import { RecordOutput } from "./record-output.ts";

/** An end that takes `room` octets, then no more until it is emptied. */
class FakeEnd implements QueueEnd {
  readonly kind: QueueEnd["kind"];
  room: number;
  isBroken = false;
  isBusy = false;
  written: string[] = [];
  #ready: (() => void) | undefined;

  constructor(room: number, kind: QueueEnd["kind"] = "pipe") {
    this.room = room;
    this.kind = kind;
  }

  write(bytes: Uint8Array): number {
    if (this.isBroken) throw new Error("EPIPE");
    const taken = Math.min(this.room, bytes.length);
    this.room -= taken;
    if (taken > 0) this.written.push(Buffer.from(bytes.subarray(0, taken)).toString());
    return taken;
  }

  onWritable(ready: () => void): void {
    this.#ready = ready;
  }

  empty(room: number): void {
    this.room = room;
    this.#ready?.();
  }
}

const lines = (count: number, length: number): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => Buffer.from(`${String(n).padStart(length - 1, "0")}\n`));

test("LineQueue writes what was queued in one turn together, in whole lines of at most 4,096 octets", async () => {
  const end = new FakeEnd(1e6);
  const queue = new LineQueue(end, 1e6, () => {});
  for (const line of lines(100, 100)) queue.push(line, false);
  assert.equal(end.written.length, 0);
  await new Promise(process.nextTick);
  assert.ok(end.written.every((piece) => piece.length <= 4096 && piece.endsWith("\n")));
  assert.equal(end.written.join(""), Buffer.concat(lines(100, 100)).toString());
  assert.equal(end.written.length, 3);
});

test("LineQueue waits for a file's last piece, and is lost if that is refused", async () => {
  for (const isRefused of [false, true]) {
    const end = new FakeEnd(1e6, "file");
    const lost: unknown[] = [];
    const queue = new LineQueue(end, 1e6, (error) => lost.push(error));
    queue.push(lines(1, 100)[0]!, false);
    end.isBusy = true;
    let isDrained = false;
    const drained = queue.drain().then(() => {
      isDrained = true;
    });
    await new Promise(setImmediate);
    assert.equal(isDrained, false);
    end.isBusy = false;
    end.isBroken = isRefused;
    end.empty(1e6);
    await drained;
    assert.deepEqual([queue.isLost, lost.length], isRefused ? [true, 1] : [false, 0]);
  }
});

test("LineQueue resumes where a full pipe cut a line, with nothing lost or doubled", () => {
  const end = new FakeEnd(0);
  const queue = new LineQueue(end, 1e6, () => {});
  for (const line of lines(50, 100)) queue.push(line, false);
  queue.flush();
  for (let n = 0; n < 1000 && queue.queuedBytes > 0; n++) end.empty(37);
  assert.equal(end.written.join(""), Buffer.concat(lines(50, 100)).toString());
});

test("LineQueue drops what may be dropped above its limit, and nothing else", () => {
  const end = new FakeEnd(0);
  const queue = new LineQueue(end, 1000, () => {});
  const kept = lines(20, 100).map((line, n) => queue.push(line, n % 2 === 0));
  assert.deepEqual(kept, [...Array(10).fill(true), ...Array.from({ length: 10 }, (_, n) => n % 2 === 1)]);
  queue.flush();
  end.empty(1e6);
  assert.equal(end.written.join("").split("\n").length - 1, 15);
});

test("LineQueue tells once that its reader is gone, and takes nothing more", () => {
  const end = new FakeEnd(1e6);
  let lost = 0;
  const queue = new LineQueue(end, 1000, () => {
    lost += 1;
  });
  end.isBroken = true;
  queue.push(Buffer.from("a\n"), false);
  queue.flush();
  queue.push(Buffer.from("b\n"), false);
  queue.flush();
  assert.equal(lost, 1);
  assert.equal(queue.queuedBytes, 0);
});

test("LineQueue.drain() waits for a slow reader, and gives up after its limit", async () => {
  const end = new FakeEnd(0);
  const queue = new LineQueue(end, 1000, () => {});
  queue.push(Buffer.from("a\n"), false);
  const drained = queue.drain(60_000);
  end.empty(10);
  await drained;
  assert.equal(end.written.join(""), "a\n");
  end.room = 0;
  queue.push(Buffer.from("b\n"), false);
  await queue.drain(1);
  assert.equal(queue.queuedBytes, 2);
});

test("LineQueue writes files in larger pieces", () => {
  const end = new FakeEnd(1e6, "file");
  const queue = new LineQueue(end, 1e6, () => {});
  for (const line of lines(600, 100)) queue.push(line, false);
  queue.flush();
  assert.equal(end.written.length, 1);
});

test("LineQueue.whenBelow() waits until that much is left, and no longer", async () => {
  const end = new FakeEnd(0);
  const queue = new LineQueue(end, 1e6, () => {});
  for (const line of lines(10, 100)) queue.push(line, false);
  let isBelow = false;
  const below = queue.whenBelow(500).then(() => {
    isBelow = true;
  });
  end.empty(499);
  await Promise.resolve();
  assert.equal(isBelow, false);
  end.empty(1);
  await below;
  assert.equal(queue.queuedBytes, 500);
  const lost = queue.whenBelow(1);
  queue.lose(new Error("gone"));
  await lost;
});

/** Octets outside the heap that are reachable: a collection frees them on a thread beside, and the next one has seen that. */
function reachableBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let n = 0; n < 3; n++) collect();
  return process.memoryUsage().arrayBuffers;
}

test("LineQueue holds no line that has left, however long the queue is never empty", () => {
  const end = new FakeEnd(0);
  end.written = { push: () => 0 } as unknown as string[];
  const queue = new LineQueue(end, 1e9, () => {});
  const before = reachableBytes();
  for (let n = 0; n < 1000; n++) {
    queue.push(new Uint8Array(65_536).fill(0x0a), false);
    queue.push(new Uint8Array(65_536).fill(0x0a), false);
    queue.flush();
    end.empty(n === 0 ? 65_536 : 131_072);
  }
  assert.equal(queue.queuedBytes, 65_536);
  assert.ok(reachableBytes() - before < 4 << 20, `${reachableBytes() - before} octets are kept`);
});

/** Renders a line of so many octets, its number in front. */
function addLine(bulk: BulkLines, number: number, length: number): void {
  bulk.bytes.set(Buffer.from(`${String(number).padStart(length - 1, "0")}\n`), bulk.length);
  bulk.add(bulk.length + length);
}

test("BulkLines hands on whole lines in pieces that fit, in their order, and all of them", async () => {
  const pieces: [string, number][] = [];
  const bulk = new BulkLines(4096, (piece, count) => pieces.push([Buffer.from(piece).toString(), count]));
  const lengths = Array.from({ length: 200 }, (_, n) => 10 + ((n * 797) % 3000));
  for (const [n, length] of lengths.entries()) addLine(bulk, n, length);
  await new Promise(process.nextTick);
  assert.ok(pieces.every(([piece]) => piece.length <= 4096 && piece.endsWith("\n")));
  assert.equal(
    pieces.reduce((sum, [, count]) => sum + count, 0),
    lengths.length,
  );
  const all = pieces
    .map(([piece]) => piece)
    .join("")
    .split("\n")
    .slice(0, -1);
  assert.deepEqual(
    all.map(Number),
    lengths.map((_, n) => n),
  );
  assert.deepEqual(
    all.map(({ length }) => length + 1),
    lengths,
  );
});

test("BulkLines hands on a line that is longer than a piece alone", () => {
  const pieces: number[] = [];
  const bulk = new BulkLines(100, (piece) => pieces.push(piece.length));
  for (const length of [50, 500, 50]) addLine(bulk, 1, length);
  bulk.flush();
  assert.deepEqual(pieces, [50, 500, 50]);
});

function outputTo(end: FakeEnd): RecordOutput {
  const full = Object.assign(end, { unread: () => undefined, onLost: () => {}, close: () => {} });
  const clocks = { monotonicNs: () => 1n, realtimeNs: () => 1n };
  const who = { tool: "t", host: "h", pid: 1, isHuman: false, passes: true, passesHeartbeats: true };
  return new RecordOutput({ ...who, end: full, clocks });
}

test("RecordOutput lets no line that it passes on steer a terminal, also as JSON", async () => {
  const line = Buffer.from('{"x":"\u009b2J"} \u001b]0;owned\u0007\n');
  for (const [kind, written] of [
    ["terminal", '{"x":"\\x9b2J"} \\x1b]0;owned\\x07\n'],
    ["pipe", line.toString()],
  ] as const) {
    const end = new FakeEnd(1e6, kind);
    const output = outputTo(end);
    output.pass(line, undefined);
    await output.finish();
    assert.equal(end.written.join(""), written);
  }
});

const ERROR = { type: "tool.error", code: "c", message: "m" } as const;

test("RecordOutput keeps rendered lines in their place among its records, and counts on through both", async () => {
  const end = new FakeEnd(1e6);
  const output = outputTo(end);
  const bulk = output.openBulk();
  const render = (): void => {
    const line = `{"seq":${output.nextSequence()}}\n`;
    bulk.bytes.set(Buffer.from(line), bulk.length);
    bulk.add(bulk.length + line.length);
  };
  render();
  render();
  output.write(ERROR);
  render();
  await output.finish();
  const told = end.written
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { seq: number });
  assert.deepEqual(
    told.map(({ seq }) => seq),
    [1, 2, 3, 4],
  );
  assert.equal(parseLine(JSON.stringify(told[2])).kind, "record");
});

test("RecordOutput drops rendered lines that a slow reader leaves, counted, and none once all must be kept", () => {
  const end = new FakeEnd(0);
  const output = outputTo(end);
  const bulk = output.openBulk();
  const fill = (): void => {
    for (let n = 0; n < 2000; n++) addLine(bulk, n, 1000);
    bulk.flush();
  };
  fill();
  assert.ok(output.dropped > 500 && output.dropped < 1500, `${output.dropped} were dropped`);
  const { dropped } = output;
  output.keepAll();
  fill();
  assert.equal(output.dropped, dropped);
  assert.ok(output.settled() instanceof Promise);
});

test("ReaderWatch knows the age of the oldest lease that was not read", () => {
  const watch = new ReaderWatch();
  const lease = (atUs: number): void => {
    watch.wrote(100);
    watch.expectRead(atUs);
  };
  watch.wrote(1);
  assert.equal(watch.oldestUnreadUs(0, 0), 0);
  lease(1000);
  lease(2000);
  watch.wrote(50);
  assert.equal(watch.oldestUnreadUs(250, 5000), 4000);
  assert.equal(watch.oldestUnreadUs(150, 5000), 3000);
  assert.equal(watch.oldestUnreadUs(50, 5000), 0);
  lease(6000);
  assert.equal(watch.oldestUnreadUs(1, 6500), 500);
});

test("ReaderWatch holds bounded memory while nobody reads", () => {
  const watch = new ReaderWatch();
  watch.wrote(1);
  watch.oldestUnreadUs(0, 0);
  for (let n = 0; n < 100_000; n++) {
    watch.wrote(1);
    watch.expectRead(n);
  }
  assert.equal(watch.oldestUnreadUs(100_000, 100_000), 100_000);
});

function split(text: Uint8Array, chunk: number): InputLine[] {
  const found: InputLine[] = [];
  const splitter = new LineSplitter((line) => found.push(line));
  for (let at = 0; at < text.length; at += chunk) splitter.push(text.subarray(at, at + chunk));
  splitter.end();
  return found;
}

const INPUT = Buffer.from('{"a":1}\n\nräksmörgås\r\nlast without end');

for (let chunk = 1; chunk <= INPUT.length; chunk++) {
  test(`LineSplitter gives the same lines in pieces of ${chunk} octets`, () => {
    const found = split(INPUT, chunk);
    assert.deepEqual(
      found.map(({ number, bytes }) => [number, Buffer.from(bytes).toString()]),
      [
        [1, '{"a":1}\n'],
        [2, "\n"],
        [3, "räksmörgås\r\n"],
        [4, "last without end"],
      ],
    );
    assert.deepEqual(
      found.map(({ parsed }) => parsed.kind),
      ["bad", "blank", "bad", "bad"],
    );
  });
}

test("LineSplitter names a line of 4 MB, holds none of it, and goes on", () => {
  const huge = Buffer.concat([Buffer.alloc(4 << 20, 0x78), Buffer.from("\nnext\n")]);
  const found = split(huge, 65_536);
  assert.deepEqual(
    found.map(({ bytes, parsed }) => [bytes.length, parsed.kind === "bad" && parsed.message]),
    [
      [0, "is longer than 1048576 octets"],
      [5, "is not JSON: next"],
    ],
  );
});

test("rule 4: ReaderWatch lets a reader start that has never read anything, but not for ever", () => {
  const watch = new ReaderWatch();
  watch.wrote(100);
  watch.expectRead(0);
  assert.equal(watch.oldestUnreadUs(100, 4_999_999), 0);
  assert.equal(watch.hasRead(100), false);
  assert.equal(watch.oldestUnreadUs(100, 5_000_000), 5_000_000);
  const started = new ReaderWatch();
  started.wrote(50);
  assert.equal(started.hasRead(0), true);
  started.wrote(100);
  started.expectRead(0);
  assert.equal(started.oldestUnreadUs(100, 1000), 1000);
});
