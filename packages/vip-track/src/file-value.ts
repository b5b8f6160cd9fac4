/**
 * What a file's number means, as with keepalived's track_file. Pure.
 *
 * @module
 */
import { failed, type Outcome, passed } from "./check.ts";
import { parseComparison } from "./number-range.ts";
import type { FileTarget } from "./target.ts";

/** @param text what the file holds: a number first; nothing is 0, and so is a file that is not there. */
export function judgeFile({ compare, factor }: FileTarget, text: string | undefined): Outcome {
  if (text === undefined && compare !== undefined) return failed("there is no such file");
  const [word = ""] = (text ?? "").trim().split(/\s/, 1);
  const number = Number(word);
  if (!/^([+-]?\d+(\.\d+)?)?$/.test(word)) return failed(`holds "${word}": needs a number`);
  const detail = text === undefined ? "no file: 0" : `value ${number}`;
  if (compare !== undefined) return parseComparison(compare)(number) ? passed(detail) : failed(detail);
  if (factor !== undefined) return { hasPassed: true, detail, score: Math.round(number * factor) };
  return number === 0 ? passed(detail) : failed(detail);
}
