/** keepalived's FIFO: its lines, whole and in pieces. */
import assert from "node:assert/strict";
import test from "node:test";
import { LineCutter, readFifoLine } from "./fifo-line.ts";

const WORDS: readonly (readonly [
  line: string,
  kind: string,
  name: string,
  state: string,
  priority: number,
])[] = [
  ['INSTANCE "VI_1" MASTER 150', "INSTANCE", "VI_1", "MASTER", 150],
  ['GROUP "VG 1" BACKUP 0', "GROUP", "VG 1", "BACKUP", 0],
  ['INSTANCE "say "hi"" FAULT 1', "INSTANCE", 'say "hi"', "FAULT", 1],
  ['INSTANCE "x" MASTER 9" STOP 255', "INSTANCE", 'x" MASTER 9', "STOP", 255],
  ['INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100', "INSTANCE", "VI_1", "MASTER_RX_LOWER_PRI", 100],
  ['INSTANCE "VI_1" DELETED 100', "INSTANCE", "VI_1", "DELETED", 100],
];
for (const [line, kind, name, state, priority] of WORDS) {
  test(`readFifoLine(): ${line}`, () => {
    assert.deepEqual(readFifoLine(line), { kind: "word", word: { kind, name, state, priority } });
  });
}

const OTHERS: readonly (readonly [line: string, kind: "balancer" | "bad"])[] = [
  ["VS [192.0.2.9]:tcp:80 UP", "balancer"],
  ["RS [192.0.2.20]:tcp:80 [192.0.2.9]:tcp:80 DOWN", "balancer"],
  ["", "bad"],
  ["INSTANCE VI_1 MASTER 150", "bad"],
  ['INSTANCE "VI_1" MASTER', "bad"],
  ['INSTANCE "VI_1" MASTER 256', "bad"],
  ['INSTANCE "VI_1" MASTER -1', "bad"],
  ['instance "VI_1" MASTER 1', "bad"],
];
for (const [line, kind] of OTHERS) {
  test(`readFifoLine(): "${line}" is ${kind}`, () => assert.equal(readFifoLine(line).kind, kind));
}

test("LineCutter: any cut gives the same lines", () => {
  const text = 'GROUP "ä ö" MASTER 0\n\nINSTANCE "b" STOP 3\n';
  const octets = Buffer.from(text);
  for (let first = 0; first <= octets.length; first++) {
    for (let second = first; second <= octets.length; second++) {
      const lines: string[] = [];
      const cutter = new LineCutter((line) => lines.push(line));
      for (const [from, to] of [
        [0, first],
        [first, second],
        [second, octets.length],
      ] as const)
        cutter.push(octets.subarray(from, to));
      assert.equal(lines.map((line) => `${line}\n`).join(""), text, `${first}, ${second}`);
      assert.equal(cutter.cut(), false);
    }
  }
});

test("LineCutter: a line that is too long is dropped, and its rest is no line", () => {
  const lines: string[] = [];
  const cutter = new LineCutter((line) => lines.push(line));
  cutter.push(Buffer.alloc(3000, "x"));
  cutter.push(Buffer.alloc(3000, "x"));
  cutter.push(Buffer.alloc(3000, "x"));
  cutter.push(Buffer.from("\nGROUP"));
  assert.deepEqual(lines, [""]);
  assert.equal(cutter.cut(), true);
  assert.equal(cutter.cut(), false);
});
