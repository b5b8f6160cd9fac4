/**
 * What node itself needs to read records and write them again, without a look at what they say.
 *
 * usage: node plain-reader.js < records > records
 */
import { createInterface } from "node:readline";

createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(JSON.parse(line))}\n`);
});
