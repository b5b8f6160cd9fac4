/**
 * The least that any reader of records does: each line is read as JSON and written again.
 *
 * usage: node plain-pipe.js < RECORDS
 *
 * @module
 */
let rest = "";
let read = 0;
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece: string) => {
  const lines = (rest + piece).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    if (typeof (JSON.parse(line) as { type: unknown }).type === "string") read += 1;
    process.stdout.write(`${line}\n`);
  }
});
process.stdin.on("end", () => process.stderr.write(`${read}\n`));
