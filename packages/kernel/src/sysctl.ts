/**
 * Kernel settings under /proc/sys. Names are paths, because an interface's name may hold a dot.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";

/** @param path "net/ipv4/conf/eth0/arp_ignore". @returns undefined if this kernel has no such setting. */
export function readSysctl(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @throws the file system's error, with its code: EROFS in most containers, EACCES without root. */
export function writeSysctl(path: string, value: string): void {
  writeFileSync(`/proc/sys/${path}`, value);
}
