/**
 * What must always hold, held against what was seen. Pure.
 *
 * @module
 */
import { judgeRest } from "./judge-rest.ts";
import { judgeService } from "./judge-service.ts";
import { judgeVoice } from "./judge-voice.ts";
import type { Observed, Violation } from "./observed.ts";

export function judge(observed: Observed): Violation[] {
  return [...judgeVoice(observed), ...judgeService(observed), ...judgeRest(observed)];
}
