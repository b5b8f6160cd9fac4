/**
 * Sends each line of its input as a frame from eth0, at once and once.
 *
 * usage, on a host: node send-lines.js, then lines of hexadecimal digits
 */
import { createInterface } from "node:readline";
import { findInterface, PacketSocket } from "@viptools/kernel";

const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
createInterface({ input: process.stdin }).on("line", (line) => socket.send(Buffer.from(line, "hex")));
