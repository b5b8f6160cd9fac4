/**
 * Packets of a capture file, through the reporter.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { CaptureFileError, readCaptureFile } from "@viptools/kernel";
import { LinkType } from "./link-layer.ts";
import type { Reporter } from "./reporter.ts";

const NS_PER_SECOND = 1_000_000_000n;
/** A record says where its packet was seen, and has to stay short. */
const NAME_MAX = 512;

/** @throws {ExitError} noFile, badInput. */
export async function readFile(context: Context, reporter: Reporter, path: string): Promise<void> {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new ExitError(ExitCode.noFile, `cannot read "${path}": needs a capture file`);
  }
  context.count(() => reporter.counters());
  context.output.keepAll();
  const source = reporter.sourceOf(path.slice(-NAME_MAX));
  try {
    await readCaptureFile(path, "", ({ bytes, length, realtimeNs }) => {
      const seconds = Number(realtimeNs / NS_PER_SECOND);
      reporter.packet(bytes, LinkType.ethernet, seconds, Number(realtimeNs % NS_PER_SECOND), length, source);
    });
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
    throw new ExitError(ExitCode.badInput, error.message);
  }
  reporter.finish();
  await context.output.whenKeptUp(0);
}
