/**
 * How far an owner had come when it was killed.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import type { Network } from "../lab/network.ts";

/** @param folder where it keeps its journal. @returns in a few words what stands on the host. */
export function leftAt(network: Network, host: string, folder: string): string {
  const notes = filesIn(folder).filter((file) => file.endsWith(".json")).length;
  const { stdout } = network.run(host, ["ip", "-o", "link"]);
  const links = stdout.split("\n").filter((line) => line.includes("@eth0") && line.includes("00:00:5e:00:0"));
  const marked = links.filter((line) => line.includes("alias viptools:"));
  const up = marked.filter((line) => line.includes(",UP"));
  return `notes ${notes}, links ${links.length}, marked ${marked.length}, up ${up.length}`;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
