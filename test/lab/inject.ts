/**
 * Runs a command right after the next advert that enters the switch at a port: the worst moment for a fault, because a
 * whole interval passes before anybody can miss something. Prints when the command had run.
 *
 * usage, in the switch's namespace: node inject.js PORT COMMAND…
 */
import { findInterface, monotonicUs, PacketSocket, VRRP_FILTER } from "@viptools/kernel";
import { must } from "./shell.ts";

const [port, ...command] = process.argv.slice(2);
let hasRun = false;
/** Whoever waits for this one cannot look for itself whether there are adverts at all. */
const LIMIT_MS = 10_000;
const limit = setTimeout(() => {
  process.stderr.write(`no advert came in at ${port} in ${LIMIT_MS} ms\n`);
  process.exit(1);
}, LIMIT_MS);
const socket = new PacketSocket({
  ifindex: findInterface(port!)!,
  filter: VRRP_FILTER,
  onFrame: ({ direction }) => {
    if (direction !== "in" || hasRun) return;
    hasRun = true;
    must(command);
    process.stdout.write(`${monotonicUs()}\n`);
    socket.close();
    clearTimeout(limit);
  },
});
