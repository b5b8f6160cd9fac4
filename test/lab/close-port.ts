/**
 * Takes a port of the switch away for a given time, and prints when that was: two times in microseconds of
 * CLOCK_MONOTONIC, each when the kernel showed the new state.
 *
 * usage, in the switch's namespace: node close-port.js PORT MS
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Alarm, monotonicUs } from "@viptools/kernel";

const [port, lengthMs] = process.argv.slice(2);
const DISABLED = 0;
const FORWARDING = 3;
const LIMIT_US = 1_000_000;
// One process for both: to start another takes longer than what is measured.
const bridge = spawn("bridge", ["-batch", "-"], { stdio: ["pipe", "inherit", "inherit"] });

/** @returns when it was so. */
function setState(state: number): Promise<number> {
  bridge.stdin.write(`link set dev ${port} state ${state}\n`);
  const startUs = monotonicUs();
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const isSo = Number(readFileSync(`/sys/class/net/${port}/brport/state`, "utf8")) === state;
      if (isSo) resolve(monotonicUs());
      else if (monotonicUs() - startUs > LIMIT_US)
        reject(new Error(`${port} does not get to state ${state}`));
      else setImmediate(look);
    };
    look();
  });
}

const offUs = await setState(DISABLED);
await new Promise<void>((resolve) => {
  const alarm = new Alarm(() => {
    alarm.close();
    resolve();
  });
  alarm.set(offUs + Number(lengthMs) * 1000);
});
const onUs = await setState(FORWARDING);
bridge.stdin.end();
process.stdout.write(`${offUs} ${onUs}\n`);
