/**
 * The tools that read records from a pipe, and what they are held against.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordLine } from "../lab/record-log.ts";

/** Whoever reads records on standard input. */
export interface PipeReader {
  readonly name: string;
  readonly argv: readonly string[];
  /** It writes each record that it has read, as soon as it has read it. */
  readonly passes: boolean;
}

const PLAIN_READER = fileURLToPath(new URL("./plain-reader.js", import.meta.url));
const ROUTERS = 8;
/** Of them and of others, after the states of all. */
const HEARTBEATS = 1000;

/** @param folder for what they write. All obey nothing here: the records are of another boot. */
export function pipeReaders(folder: string): PipeReader[] {
  const follow = ["--on-reader-loss", "ignore"];
  return [
    { name: "cat", argv: ["cat"], passes: true },
    { name: "jq -c .", argv: ["jq", "-c", "--unbuffered", "."], passes: true },
    { name: "node, JSON alone", argv: [process.execPath, PLAIN_READER], passes: true },
    { name: "vmac-ctl follow", argv: ["vmac-ctl", "follow", ...follow], passes: true },
    { name: "garp-send --follow", argv: ["garp-send", "--follow", ...follow], passes: true },
    { name: "notify-exec", argv: ["notify-exec", "--notify", "/usr/bin/true", ...follow], passes: true },
    {
      name: "vip-metrics",
      argv: ["vip-metrics", "--file", join(folder, "vip.prom"), ...follow],
      passes: true,
    },
    { name: "vip-verdict", argv: ["vip-verdict", "-I", "eth0"], passes: false },
  ];
}

/** @param seq by which it is known again. */
export function heartbeat(seq: number): string {
  const instance = `eth0/4/${(seq % ROUTERS) + 1}`;
  return recordLine(
    seq % 4 === 3
      ? { ...moment(seq), type: "track.state", name: "web", ok: true, took_ms: 1.5 }
      : {
          ...moment(seq),
          type: "vrrp.lease",
          instances: [instance],
          epoch: [2],
          valid_ms: 250,
          boot_id: BOOT,
        },
  );
}

const BOOT = "00000000-0000-0000-0000-000000000000";

function moment(seq: number): Record<string, unknown> {
  return { seq, mono_ns: String(1_000_000_000 + seq * 1_000_000) };
}

function backup(vrid: number): string {
  const vips = [`192.0.2.${100 + vrid}/32`];
  return recordLine({
    ...moment(vrid),
    type: "vrrp.state",
    ...{ instance: `eth0/4/${vrid}`, interface: "eth0", family: 4, vrid, version: 3, vips, vmac: null },
    ...{ state: "backup", previous: "initialize", reason: "startup", priority: 100, epoch: 1, boot_id: BOOT },
  });
}

/** States of a few virtual routers, and then the heartbeats of which a pipe is full. */
export function writeRecords(path: string, count: number): void {
  const states = Array.from({ length: ROUTERS }, (_, n) => backup(n + 1)).slice(0, count);
  const block = Array.from({ length: HEARTBEATS }, (_, n) => heartbeat(n));
  writeFileSync(path, states.join(""));
  for (let left = count - states.length; left > 0; left -= HEARTBEATS)
    writeFileSync(path, block.slice(0, left).join(""), { flag: "a" });
}
