/**
 * Asking the kernel to run this process before others, and to keep its code in memory (sched(7), mlock(2)).
 *
 * Only code: V8 gives pages of its heap back with madvise(MADV_DONTNEED), the kernel refuses that for locked pages, and V8
 * takes the refusal for a bug and aborts. So never mlockall here.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { must, native } from "./native.ts";

/** Above ordinary processes, below the kernel's own threads. */
const REALTIME_PRIORITY = 10;
/** Start, end and file of a mapping of a file that may be executed. */
const CODE = /^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \d+ +\//;

/** @throws {KernelError} EPERM without CAP_SYS_NICE or an RLIMIT_RTPRIO. */
export function runInRealTime(): void {
  must(native.setRealtime(REALTIME_PRIORITY), "Cannot get SCHED_RR");
}

/** @throws {KernelError} EPERM or ENOMEM without CAP_IPC_LOCK or an RLIMIT_MEMLOCK. */
export function lockCode(): void {
  for (const line of readFileSync("/proc/self/maps", "utf8").split("\n")) {
    const [, start, end] = CODE.exec(line) ?? [];
    if (start === undefined || end === undefined) continue;
    const address = Number.parseInt(start, 16);
    must(native.lockPages(address, Number.parseInt(end, 16) - address), "Cannot lock code in memory");
  }
}
