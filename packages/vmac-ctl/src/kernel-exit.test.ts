/** Sentences and exit codes for what the kernel refused. */
import assert from "node:assert/strict";
import test from "node:test";
import { KernelError } from "@viptools/kernel";
import { exitCodeOf, explainKernel } from "./kernel-exit.ts";
import { LOADING_FENCE, LOADING_REWRITING } from "./kernel-fence.ts";

const ROWS: readonly (readonly [fact: string, error: KernelError, code: number, says: RegExp])[] = [
  [
    "a kernel without egress cannot fence, and may go without",
    new KernelError("EOPNOTSUPP", LOADING_FENCE),
    71,
    /Linux 5\.16\).*--fence none/,
  ],
  [
    "a kernel without egress cannot rewrite, and has other modes",
    new KernelError("EOPNOTSUPP", LOADING_REWRITING),
    71,
    /Linux 5\.16\).*--mode macvlan and --mode address/,
  ],
  ["who may not is told so", new KernelError("EPERM", LOADING_REWRITING), 77, /CAP_NET_ADMIN is missing/],
];
for (const [fact, error, code, says] of ROWS) {
  test(`explainKernel(): ${fact}`, () => {
    assert.equal(exitCodeOf(error), code);
    assert.match(explainKernel(error).message, says);
  });
}
