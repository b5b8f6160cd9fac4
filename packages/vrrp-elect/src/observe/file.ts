/**
 * The observer over a capture file: all timing is that of the packets, which also those show that are no adverts.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { type Context, ExitCode, ExitError, type Moment } from "@viptools/cli";
import { CaptureFileError, type FilePacket, readCaptureFile } from "@viptools/kernel";
import type { Tell } from "./main.ts";
import type { Observer } from "./observer.ts";
import { sight } from "./sighting.ts";

/** Clocks of several capturing hosts differ a little; more is another capture put behind the first. */
const BACK_US = 1_000_000;

/** @param file and what its instances start with. @returns when it ends. @throws {ExitError} noFile, badInput. */
export async function observeFile(
  context: Context,
  observer: Observer,
  tell: Tell,
  file: { readonly path: string; readonly base: string; readonly forUs: number | undefined },
): Promise<Moment> {
  const { path, base, forUs = Number.POSITIVE_INFINITY } = file;
  checkReadable(path);
  let startUs: number | undefined;
  let nowUs = 0;
  let hasGoneBack = false;
  const advance = (toUs: number): void => {
    nowUs = Math.max(nowUs, toUs);
    for (const { atUs, body } of observer.advance(nowUs)) tell(body, { realtimeNs: BigInt(atUs) * 1000n });
  };
  const hear = (packet: FilePacket): void => {
    const atUs = Number(packet.realtimeNs / 1000n);
    startUs ??= atUs;
    hasGoneBack ||= atUs < nowUs - BACK_US;
    advance(Math.min(atUs, startUs + forUs));
    const sighting = atUs - startUs > forUs ? undefined : sight(packet);
    if (sighting === undefined) return;
    for (const { body } of observer.hear(base, sighting, nowUs))
      tell(body, { realtimeNs: packet.realtimeNs });
  };
  try {
    await readCaptureFile(path, "", hear);
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
    throw new ExitError(ExitCode.badInput, error.message);
  }
  const end = { realtimeNs: BigInt(nowUs) * 1000n };
  for (const body of observer.finish()) tell(body, end);
  if (hasGoneBack)
    context.say(`${path}: time goes back in it: what is told of gaps there is not to be relied on`);
  if (observer.cut > 0)
    context.say(`${path}: ${observer.cut} adverts are cut short by the capture: capture again with -s 0`);
  return end;
}

function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new ExitError(ExitCode.noFile, `cannot read "${path}": needs a capture file`);
  }
}
