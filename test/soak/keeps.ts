/**
 * Passes lines on and keeps something of everything: what a soak has to notice.
 *
 * usage: … | node keeps.js | …
 */
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";

const KEPT_OCTETS = 1 << 18;
const kept: Buffer[] = [];

process.stdin.on("data", (octets: Buffer) => {
  process.stdout.write(octets);
  kept.push(Buffer.alloc(KEPT_OCTETS, 1));
  openSync("/dev/null", "r");
  setTimeout(() => kept.pop(), 1_000_000);
});
process.stdin.on("end", () => {
  for (const command of ["add table inet kept", "add chain inet kept one"])
    spawnSync("nft", command.split(" "));
  spawnSync("ip", "link add kept link eth0 type macvlan".split(" "));
  spawnSync("ip", "neighbour add 192.0.2.200 lladdr 02:00:00:00:00:99 dev eth0".split(" "));
  process.exit();
});
