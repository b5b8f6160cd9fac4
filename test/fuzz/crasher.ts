/**
 * Inputs that something fell over.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { showInput } from "./corpus.ts";

/** Writes the input to a file, and says how it is played again. At once, in case the process is about to end. */
export function keepCrasher(target: string, folder: string, input: Uint8Array, what: string): void {
  mkdirSync(folder, { recursive: true });
  const name = createHash("sha256").update(input).digest("hex").slice(0, 12);
  const path = join(folder, `${target}-${name}`);
  writeFileSync(path, input);
  const lines = [
    `${target}: FAULT: ${what}`,
    `  input: ${showInput(input)}`,
    `  hex:   ${Buffer.from(input).toString("hex")}`,
    `  again: npm run fuzz -- ${target} --play ${path}`,
  ];
  writeSync(1, `${lines.join("\n")}\n`);
}
