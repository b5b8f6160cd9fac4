/**
 * Asking the kernel to run this process before others, and to keep it in memory (sched(7), mlockall(2)).
 *
 * @module
 */
import { must, native } from "./native.ts";

/** Above ordinary processes, below the kernel's own threads. */
const REALTIME_PRIORITY = 10;

/** @throws {KernelError} EPERM without CAP_SYS_NICE or an RLIMIT_RTPRIO. */
export function runInRealTime(): void {
  must(native.setRealtime(REALTIME_PRIORITY), "Cannot get SCHED_RR");
}

/** @throws {KernelError} EPERM or ENOMEM without CAP_IPC_LOCK or an RLIMIT_MEMLOCK. */
export function lockMemory(): void {
  must(native.lockMemory(), "Cannot lock memory");
}
