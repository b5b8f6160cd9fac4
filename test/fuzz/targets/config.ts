/**
 * Configuration files: an ExitError with a sentence, or settings whose parts fit together.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExitCode, ExitError, parseArgs } from "@viptools/cli";
import { ConfError } from "keepalived-import/dist/conf-error.js";
import { findConfFiles } from "keepalived-import/dist/conf-files.js";
import { LineReader } from "keepalived-import/dist/conf-lines.js";
import { parseConf } from "keepalived-import/dist/conf-tree.js";
import { importConf } from "keepalived-import/dist/import-conf.js";
import type { Imported } from "keepalived-import/dist/imported.js";
import { Report } from "keepalived-import/dist/report.js";
import { SPEC as NOTIFY_SPEC } from "notify-exec/dist/main.js";
import { readSettings as readNotifySettings } from "notify-exec/dist/settings.js";
import { readConfigFile as readChecks } from "vip-track/dist/config-file.js";
import { readMeanings } from "vmac-ctl/dist/keepalived-config.js";
import { readConfigFile as readRouters } from "vrrp-elect/dist/config-file.js";
import { CHECKS, CONFIGURATIONS, MEANINGS, NOTIFY, ROUTERS } from "../inputs/config-seeds.ts";
import { octetsOf, type Target, textOf } from "../target.ts";

const folder = mkdtempSync(join(tmpdir(), "vip-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const OWN = { macvlanMode: "private", hasAddress: true, isAccepting: true } as const;
const MEASURES = /Us$/;
const TIMER_MAX_US = 2 ** 31 * 1000;

const path = join(folder, "file");
const fd = openSync(path, "w");

/** @returns the path of a file with this content. One that is emptied before it is written would wait for the disk. */
function file(content: string | Uint8Array): string {
  const octets = Buffer.from(content);
  writeSync(fd, octets, 0, octets.length, 0);
  ftruncateSync(fd, octets.length);
  return path;
}

/** Only what the pages of the tools name: 78 for a file's content. */
function orConfiguration(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (error instanceof ExitError) assert.equal(error.code, ExitCode.configuration, error.message);
    throw error;
  }
}

/** Times are what a timer can be given, or none. */
function checkTimes(settings: object): void {
  for (const [key, value] of Object.entries(settings))
    if (MEASURES.test(key))
      assert.ok(value === undefined || (value >= 0 && value < TIMER_MAX_US), `${key} is ${value}`);
}

function json(name: string, seeds: readonly object[], read: (path: string) => void): Target {
  return {
    name: `config-${name}`,
    kind: "json",
    seeds: () => octetsOf(...seeds.map((seed) => JSON.stringify(seed))),
    refusals: [ExitError],
    play: (bytes) => orConfiguration(() => read(file(bytes))),
  };
}

/** The tools take what is imported, or say what is wrong with it: not all of keepalived's own checks are made twice. */
function checkImported({ elect, track, notify, meanings }: Imported): void {
  if (elect.routers.length === 0) return;
  const routers = readRouters(file(JSON.stringify(elect)));
  assert.equal(routers.length, elect.routers.length);
  if (track.checks.length > 0) readChecks(file(JSON.stringify(track)));
  readMeanings(file(JSON.stringify(meanings)), OWN);
  const { user: _, ...others } = notify;
  readNotify(file(JSON.stringify(others)));
}

function readNotify(path: string): void {
  readNotifySettings(parseArgs(NOTIFY_SPEC, ["--config", path]));
}

function importText(text: string): void {
  const reader = new LineReader({ configId: "a", find: (pattern) => findConfFiles(pattern, folder) });
  const lines = reader.read({ path: "keepalived.conf", folder, text });
  const imported = importConf(parseConf(lines), new Report());
  try {
    checkImported(imported);
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    assert.equal(error.code, ExitCode.configuration, error.message);
  }
}

export const TARGETS: readonly Target[] = [
  json("elect", ROUTERS, (path) => {
    for (const router of readRouters(path)) checkTimes(router);
  }),
  json("track", CHECKS, (path) => {
    for (const check of readChecks(path)) checkTimes(check);
  }),
  // Users are asked for by a program, which takes too long: the name is not what is fuzzed.
  json("notify", NOTIFY, (path) => readNotify(path)),
  json("meanings", MEANINGS, (path) => readMeanings(path, OWN)),
  {
    name: "config-keepalived",
    kind: "text",
    seeds: () => octetsOf(...CONFIGURATIONS),
    refusals: [ConfError],
    play: (bytes) => importText(textOf(bytes)),
  },
];
