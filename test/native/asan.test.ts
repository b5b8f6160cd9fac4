/** The addon under AddressSanitizer: no octet read or written outside its buffer, no use after free. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { attempt, must, TOP } from "../lab/shell.ts";

const folder = mkdtempSync(join(tmpdir(), "viptools-asan-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const include = join(dirname(process.execPath), "../include/node");
const STRESS = fileURLToPath(new URL("./stress.js", import.meta.url));

function compile(source: string, addon: string, defines: readonly string[] = []): void {
  const flags = [
    "-fsanitize=address",
    "-fno-omit-frame-pointer",
    "-g",
    "-O1",
    "-shared",
    "-fPIC",
    "-D_GNU_SOURCE",
    "-DNAPI_VERSION=8",
  ];
  must(["gcc", ...flags, ...defines, `-I${include}`, "-o", addon, source]);
}

function runUnderSanitizer(argv: readonly string[]): ReturnType<typeof attempt> {
  const runtime = must(["gcc", "-print-file-name=libasan.so"]).trim();
  // Node itself keeps memory to its end; what is looked for here is misuse.
  return attempt([
    "env",
    `LD_PRELOAD=${runtime}`,
    "ASAN_OPTIONS=detect_leaks=0",
    "node",
    "--expose-gc",
    ...argv,
  ]);
}

test("the addon survives good and bad calls under AddressSanitizer", () => {
  const addon = join(folder, "viptools.node");
  compile(join(TOP, "packages/kernel/native/viptools.c"), addon);
  const { code, stdout, stderr } = runUnderSanitizer([STRESS, addon, folder]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /stressed/);
});

test("control: the sanitizer sees a planted write past a buffer", () => {
  const source = join(folder, "planted.c");
  writeFileSync(
    source,
    `#include <node_api.h>
#include <stdlib.h>
NAPI_MODULE_INIT() { volatile char *p = malloc(8); p[8] = 1; free((void *)p); (void)env; return exports; }
`,
  );
  const addon = join(folder, "planted.node");
  compile(source, addon);
  const { code, stderr } = runUnderSanitizer(["-e", `require(${JSON.stringify(addon)})`]);
  assert.notEqual(code, 0);
  assert.match(stderr, /heap-buffer-overflow/);
});
