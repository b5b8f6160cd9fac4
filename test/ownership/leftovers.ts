/**
 * What an owner leaves that was killed.
 *
 * @module
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "../lab/network.ts";
import type { VirtualRouter } from "./script.ts";

/** @param folder where it keeps its journal. @returns in a few words how far it had come. */
export function leftAt(network: Network, host: string, folder: string): string {
  const notes = filesIn(folder).filter((file) => file.endsWith(".json")).length;
  const { stdout } = network.run(host, ["ip", "-o", "link"]);
  const links = stdout.split("\n").filter((line) => line.includes("@eth0") && line.includes("00:00:5e:00:0"));
  const marked = links.filter((line) => line.includes("alias viptools:"));
  const up = marked.filter((line) => line.includes(",UP"));
  return `${notes} notes, ${links.length} links, ${marked.length} marked, ${up.length} up`;
}

/** Leaves what a kill leaves between the first byte of a note and its renaming: a short time, seldom met by chance. */
export function tear(folder: string, { family, vrid }: VirtualRouter, note: "own" | "parent"): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = note === "own" ? `own-eth0-${family}-${vrid}` : "parent-eth0";
  writeFileSync(join(folder, `${name}.json.new`), "{", { mode: 0o600 });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
