/**
 * keepalived-import: the VRRP part of a keepalived.conf becomes our configuration.
 *
 * @module
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { type CommandSpec, type Context, ExitCode, ExitError, print, replaceFile, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { ConfError } from "./conf-error.ts";
import { findConfFiles, readConfFile } from "./conf-files.ts";
import { LineReader } from "./conf-lines.ts";
import { parseConf } from "./conf-tree.ts";
import { importConf } from "./import-conf.ts";
import type { Imported } from "./imported.ts";
import { Report } from "./report.ts";

export const SPEC: CommandSpec = {
  name: "keepalived-import",
  summary: "turn the VRRP part of a keepalived.conf into our configuration",
  usage: "[--output FOLDER] [--config-id ID] FILE",
  examples: [
    ["keepalived-import /etc/keepalived/keepalived.conf", "only say what cannot be carried over"],
    ["keepalived-import --output /etc/viptools /etc/keepalived/keepalived.conf", "write the files"],
    ["keepalived-import --left-out keepalived.conf | jq -r .[].why", "the list as JSON"],
  ],
  words: { name: "FILE", atLeast: 1, atMost: 1 },
  options: [
    { name: "output", value: "FOLDER", about: "write elect.json, track.json, notify.json, meanings.json" },
    { name: "force", about: "write over files that are there" },
    { name: "config-id", value: "ID", about: "as keepalived -i: what @ID lines are for [this host's name]" },
    { name: "left-out", about: "write what cannot be carried over as a JSON list" },
  ],
  exits: [
    [1, "something cannot be carried over, and standard error says what"],
    [65, "the file cannot be understood, has no virtual router, or has one twice"],
    [66, "no such file"],
    [71, "the files cannot be written"],
    [75, "a file is there already"],
    [78, "the file is too large, or the folder is one that others can change"],
  ],
};

const NO_ROUTER =
  "has no virtual router that can be carried over: needs a vrrp_instance with an interface, a virtual_router_id and an address";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, convert, kernel, argv);
}

async function convert(context: Context): Promise<ExitCode> {
  const { args } = context;
  const report = new Report();
  const imported = readConf(args.words[0]!, args.text("config-id") ?? hostname().split(".")[0]!, report);
  const { leftOut } = report;
  const { routers } = imported.elect;
  const tell = (): void => {
    for (const { file, line, statement, why } of leftOut)
      context.say(`${file}:${line}: ${statement}: ${why}`);
  };
  if (routers.length === 0) {
    tell();
    throw new ExitError(ExitCode.badInput, `${args.words[0]}: ${NO_ROUTER}`);
  }
  const folder = args.text("output");
  if (folder !== undefined) await writeFiles(resolve(folder), imported, args.flag("force"));
  tell();
  context.say(
    `${routers.length} virtual routers, ${imported.track.checks.length} checks; ${leftOut.length} statements are left out`,
  );
  if (args.flag("left-out")) await print(`${JSON.stringify(leftOut, null, 2)}\n`);
  return leftOut.length > 0 ? ExitCode.negative : ExitCode.done;
}

/** @throws {ExitError} noFile, badInput. */
function readConf(path: string, configId: string, report: Report): Imported {
  const reader = new LineReader({ configId, find: findConfFiles });
  try {
    return importConf(parseConf(reader.read(readConfFile(path))), report);
  } catch (error) {
    if (!(error instanceof ConfError)) throw error;
    throw new ExitError(ExitCode.badInput, error.message);
  }
}

const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;

/** All or none: what is there already is seen before anything is written. */
async function writeFiles(
  folder: string,
  { elect, track, notify, meanings, secrets }: Imported,
  isForced: boolean,
): Promise<void> {
  const routers = elect.routers.map((router) =>
    router["auth_file"] === undefined
      ? router
      : { ...router, auth_file: join(folder, String(router["auth_file"])) },
  );
  // A file without checks is a mistake to vip-track.
  const checked = track.checks.length > 0 ? { track } : {};
  const files = new Map<string, string>([
    ...Object.entries({ elect: { routers }, notify, meanings, ...checked }).map(
      ([name, content]) => [`${name}.json`, `${JSON.stringify(content, null, 2)}\n`] as const,
    ),
    ...[...secrets].map(([name, password]) => [name, `${password}\n`] as const),
  ]);
  const there = [...files.keys()].find((name) => existsSync(join(folder, name)));
  if (there !== undefined && !isForced)
    throw new ExitError(
      ExitCode.alreadyRunning,
      `${join(folder, there)} is there already: --force writes over it`,
    );
  makeFolder(folder);
  for (const [name, content] of files)
    await write(join(folder, name), content, secrets.has(name) ? SECRET_MODE : PUBLIC_MODE);
}

/** What stands in it says what root runs, and has passwords. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new ExitError(ExitCode.kernel, `Cannot write ${path ?? folder}: ${code}`);
  }
  const fault = kernel.findUntrustedSettings(folder);
  if (fault === undefined) return;
  throw new ExitError(
    ExitCode.configuration,
    `Cannot write to ${folder}: ${fault}, who could change what root runs`,
  );
}

/** A secret that is there may be readable for others, and a new one would be too. */
async function write(path: string, content: string, mode: number): Promise<void> {
  try {
    if (mode === SECRET_MODE) rmSync(path, { force: true });
    await replaceFile(path, content, mode);
  } catch (error) {
    if (!(error instanceof ExitError) || error.code !== ExitCode.outputLost) throw error;
    throw new ExitError(ExitCode.kernel, error.message);
  }
}
