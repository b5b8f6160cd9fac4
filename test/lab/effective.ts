/**
 * Prints for each line of its input, the name of a setting of eth0, what we say that the kernel goes by.
 *
 * usage, on a host: node effective.js
 */
import { createInterface } from "node:readline";
import { type EffectiveName, readEffective } from "@viptools/kernel";

createInterface({ input: process.stdin }).on("line", (name) => {
  process.stdout.write(`${JSON.stringify(readEffective(name as EffectiveName, "eth0"))}\n`);
});
