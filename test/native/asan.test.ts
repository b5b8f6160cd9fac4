/** The addon under AddressSanitizer: no octet read or written outside its buffer, no use after free. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { fuzzNative } from "./fuzz.ts";
import { ADDON_SOURCE, compileSanitized, runSanitized } from "./sanitizer.ts";

const folder = mkdtempSync(join(tmpdir(), "viptools-asan-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const STRESS = fileURLToPath(new URL("./stress.js", import.meta.url));

test("the addon survives good and bad calls under AddressSanitizer", () => {
  const addon = join(folder, "viptools.node");
  compileSanitized(ADDON_SOURCE, addon);
  const { code, stdout, stderr } = runSanitized([STRESS, addon, folder]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /stressed/);
});

/** Time is only for a machine that stands still. */
const WILD = { seed: 20_261_126, forMs: 120_000 };

test("the addon survives wild calls of all its functions under sanitizers", (t) => {
  assert.ok(fuzzNative({ ...WILD, turns: 60, say: (line) => t.diagnostic(line) }));
});

/** Checks of the addon, and what comes of it without them. */
const CHECKS: readonly (readonly [check: string, fault: RegExp])[] = [
  ["if ((size_t)length > data.length - (size_t)offset) return refuse(env);", /heap-buffer-overflow/],
  ["if ((events & ~(UV_READABLE | UV_WRITABLE | UV_DISCONNECT)) != 0) return refuse(env);", /uv_poll_start/],
];
for (const [check, fault] of CHECKS) {
  test(`control: wild calls find the addon without "${check}"`, () => {
    const source = join(folder, "unchecked.c");
    const text = readFileSync(ADDON_SOURCE, "utf8");
    assert.ok(text.includes(check));
    writeFileSync(source, text.replace(check, ""));
    const said: string[] = [];
    assert.equal(fuzzNative({ ...WILD, turns: 1000, say: (line) => said.push(line), source }), false);
    assert.match(said.join("\n"), fault);
  });
}

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
  compileSanitized(source, addon);
  const { code, stderr } = runSanitized(["-e", `require(${JSON.stringify(addon)})`]);
  assert.notEqual(code, 0);
  assert.match(stderr, /heap-buffer-overflow/);
});
