/**
 * Kernel settings under /proc/sys. Names are paths, because an interface's name may hold a dot.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { KernelError } from "./native.ts";

/** @param path "net/ipv4/conf/eth0/arp_ignore". @returns undefined if this kernel has no such setting. */
export function readSysctl(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @throws {KernelError} EROFS in most containers, EACCES without root. */
export function writeSysctl(path: string, value: string): void {
  try {
    writeFileSync(`/proc/sys/${path}`, value);
  } catch (error) {
    throw new KernelError((error as NodeJS.ErrnoException).code ?? "EIO", `Cannot set ${path} to ${value}`);
  }
}
