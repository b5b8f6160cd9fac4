/**
 * A host that sends frames as they are given, whatever they hold.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Network } from "./network.ts";

const SENDER = fileURLToPath(new URL("send-frames.js", import.meta.url));

/**
 * Starts to send frames from eth0 of a host again and again, and waits until each was sent once: how long a
 * process takes to start on a busy machine is no part of what a scene measures.
 *
 * @param frames bytes, or their hexadecimal digits.
 * @returns the process, for `end`.
 */
export async function startSending(
  network: Network,
  host: string,
  everyMs: number,
  frames: readonly (Uint8Array | string)[],
): Promise<ChildProcess> {
  const digits = frames.map((frame) =>
    typeof frame === "string" ? frame : Buffer.from(frame).toString("hex"),
  );
  return await network.startService(host, ["node", SENDER, String(everyMs), ...digits]);
}
