/**
 * Prints what we say that the kernel goes by.
 *
 * usage, on a host: node effective.js INTERFACE NAME…
 */
import { type EffectiveName, readEffective } from "@viptools/kernel";

const [interfaceName, ...names] = process.argv.slice(2);
const found = names.map((name) => readEffective(name as EffectiveName, interfaceName!));
process.stdout.write(JSON.stringify(found));
