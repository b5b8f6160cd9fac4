/**
 * Sends as many frames from eth0 as each line of its input says, and says so when they have left.
 *
 * usage, on a host: node send-blocks.js adverts|arp SEED
 */
import { createInterface } from "node:readline";
import { findInterface, PacketSocket, packFrames } from "@viptools/kernel";
import { AdvertMix } from "./advert-mix.ts";
import { ArpMix } from "./arp-mix.ts";

/** The lab's links hold a thousand frames. */
const BURST = 64;

const [kind, seed] = process.argv.slice(2);
const mix = kind === "adverts" ? new AdvertMix(Number(seed)) : new ArpMix(Number(seed));
const socket = new PacketSocket({ ifindex: findInterface("eth0")! });

function send(count: number): void {
  for (let left = count; left > 0; left -= BURST) {
    const frames = Array.from({ length: Math.min(BURST, left) }, () => mix.next());
    socket.sendMany(packFrames(frames), 0, frames.length);
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  send(Number(line));
  process.stdout.write(`${line}\n`);
});
