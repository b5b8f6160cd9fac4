/**
 * A reader that keeps up only just: takes what a pipe holds, then sleeps.
 *
 * usage: node slow-reader.js MILLISECONDS < pipe > file
 */
import { readSync, writeSync } from "node:fs";

const sleepMs = Number(process.argv[2]);
const chunk = Buffer.alloc(1 << 16);
const nobody = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  const got = readSync(0, chunk);
  if (got === 0) break;
  writeSync(1, chunk, 0, got);
  Atomics.wait(nobody, 0, 0, sleepMs);
}
