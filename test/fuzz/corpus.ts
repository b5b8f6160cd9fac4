/**
 * Inputs that are kept: a file for each target, a line for each input, as JSON text or as hex.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../lab/shell.ts";

const FOLDER = join(TOP, "test/fuzz/corpus");

export function readCorpus(target: string): Uint8Array[] {
  const path = fileOf(target);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map(readInput);
}

export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(target), inputs.map((input) => `${showInput(input)}\n`).join(""));
}

function fileOf(target: string): string {
  return join(FOLDER, `${target}.txt`);
}

/** @param line `"text"` as JSON writes it, or hex. */
export function readInput(line: string): Uint8Array {
  const octets = line.startsWith('"') ? Buffer.from(JSON.parse(line) as string) : Buffer.from(line, "hex");
  return Uint8Array.from(octets);
}

/** As text where it is text that people can read. */
export function showInput(input: Uint8Array): string {
  const octets = Buffer.from(input);
  const text = octets.toString("utf8");
  const isText = /^[\n\t -~\u00a0-\u{10ffff}]*$/u.test(text) && Buffer.from(text).equals(octets);
  return isText ? JSON.stringify(text) : octets.toString("hex");
}
