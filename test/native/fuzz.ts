/**
 * The addon under sanitizers, called wildly: for `npm run fuzz -- native`, and for a few seconds in the tests.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt } from "../lab/shell.ts";
import { ADDON_SOURCE, compileSanitized, sanitizedNode } from "./sanitizer.ts";

/** A call that blocks is a fault too. */
const STUCK_S = 60;
const WILD = fileURLToPath(new URL("./wild.js", import.meta.url));

export interface NativeFuzz {
  readonly seed: number;
  readonly forMs: number;
  /** Of the event loop, with many calls each: whichever comes first ends it. */
  readonly turns?: number;
  readonly say: (line: string) => void;
  /** The C file. */
  readonly source?: string;
}

/** @returns whether nothing was misused. With root, in a namespace of its own, which goes with the process. */
export function fuzzNative({
  seed,
  forMs,
  turns = Number.POSITIVE_INFINITY,
  say,
  source = ADDON_SOURCE,
}: NativeFuzz): boolean {
  const folder = mkdtempSync(join(tmpdir(), "viptools-native-"));
  try {
    const addon = join(folder, "viptools.node");
    compileSanitized(source, addon);
    const wild = sanitizedNode([WILD, addon, folder, String(seed), String(forMs), String(turns)]);
    const isRoot = process.geteuid?.() === 0;
    const apart = isRoot ? ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"] : [];
    const limit = ["timeout", "--signal=KILL", String(Math.ceil(forMs / 1000) + STUCK_S)];
    const { code, stdout, stderr } = attempt([...limit, ...apart, ...wild]);
    say(`native: ${code === 0 ? stdout.trim() : `FAULT: exit ${code}: ${stderr.trim()}`}`);
    if (code !== 0) say(`  again: npm run fuzz -- native --seed ${seed}`);
    return code === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
