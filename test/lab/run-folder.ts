/**
 * Prints the folder in which owners of this network namespace keep their journal.
 *
 * usage, on a host: node run-folder.js
 */
import { readBootId, readNamespaceCookie } from "@viptools/kernel";

process.stdout.write(`/run/viptools/${readBootId()}-${readNamespaceCookie()}\n`);
