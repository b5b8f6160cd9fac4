/**
 * The clocks, and who and where this process is. All reading of time in the project starts here.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { must, native } from "./native.ts";

const CLOCK_REALTIME = 0;
const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const SOL_SOCKET = 1;
const SO_NETNS_COOKIE = 71;

const CLOCK_SOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource";

/** What the kernel counts time by: `tsc`, `kvm-clock`, … @returns undefined where it does not say. */
export function readClockSource(): string | undefined {
  try {
    return readFileSync(CLOCK_SOURCE, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** CLOCK_MONOTONIC in nanoseconds: the same count for every process of this boot. */
export function monotonicNs(): bigint {
  return process.hrtime.bigint();
}

/** CLOCK_MONOTONIC in whole microseconds, as a number: exact for 285 years. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** CLOCK_REALTIME in nanoseconds since 1970. */
export function realtimeNs(): bigint {
  return native.clock(CLOCK_REALTIME) as bigint;
}

/** A packet that waits longer was not waiting: the clock was set in the meantime. */
const AGE_MAX_NS = 60_000_000_000n;

/** @param packetRealtimeNs when the kernel took a packet. @returns the same moment on CLOCK_MONOTONIC: its age is the same. */
export function monotonicNsOf(packetRealtimeNs: bigint): bigint {
  const ageNs = realtimeNs() - packetRealtimeNs;
  return monotonicNs() - (ageNs < 0n || ageNs > AGE_MAX_NS ? 0n : ageNs);
}

const NS_PER_SECOND = 1_000_000_000;

/**
 * {@link monotonicNsOf} for many packets: the clocks are read once for all of a batch, and no BigInt is made for each.
 */
export class PacketClock {
  /** CLOCK_MONOTONIC of the packet that was told last, as seconds and nanoseconds below one. */
  seconds = 0;
  nanoseconds = 0;
  #realSeconds = 0;
  #realNanoseconds = 0;
  #monoSeconds = 0;
  #monoNanoseconds = 0;

  /** Reads the clocks: after a batch was received, for its packets are older. */
  read(): void {
    const [real, mono] = [realtimeNs(), monotonicNs()];
    this.#realSeconds = Number(real / 1_000_000_000n);
    this.#realNanoseconds = Number(real % 1_000_000_000n);
    this.#monoSeconds = Number(mono / 1_000_000_000n);
    this.#monoNanoseconds = Number(mono % 1_000_000_000n);
  }

  /** @param seconds and nanoseconds of CLOCK_REALTIME, when the kernel took a packet. */
  tell(seconds: number, nanoseconds: number): void {
    let ageS = this.#realSeconds - seconds;
    let ageNs = this.#realNanoseconds - nanoseconds;
    if (ageNs < 0) {
      ageNs += NS_PER_SECOND;
      ageS -= 1;
    }
    if (ageS < 0 || ageS * NS_PER_SECOND + ageNs > Number(AGE_MAX_NS)) {
      ageS = 0;
      ageNs = 0;
    }
    this.seconds = this.#monoSeconds - ageS;
    this.nanoseconds = this.#monoNanoseconds - ageNs;
    if (this.nanoseconds >= 0) return;
    this.nanoseconds += NS_PER_SECOND;
    this.seconds -= 1;
  }
}

/** The kernel's random name of this boot: two processes with the same one share a monotonic clock. */
export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

export function readHostName(): string {
  return hostname();
}

/**
 * A number for this network namespace that no other gets while the machine is up (Linux 5.14): inode numbers
 * are given out again, cookies are not.
 */
export function readNamespaceCookie(): string {
  const fd = must(native.socket(AF_UNIX, SOCK_DGRAM, 0), "Cannot open a socket");
  try {
    const cookie = new Uint8Array(8);
    must(native.getOption(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie), "Cannot read the namespace cookie");
    return new DataView(cookie.buffer).getBigUint64(0, true).toString();
  } finally {
    native.close(fd);
  }
}

/** @returns the index of a network interface of this namespace, or undefined if there is none of that name. */
export function findInterface(name: string): number | undefined {
  const index = name.length === 0 || name.length > 15 ? 0 : native.ifIndex(name);
  return index > 0 ? index : undefined;
}

/** True if the calling process may open packet and raw sockets (CAP_NET_RAW). To close a packet socket takes milliseconds. */
export function mayUseRawSockets(): boolean {
  const fd = native.socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  if (fd < 0) return false;
  native.close(fd);
  return true;
}
