/**
 * Reads the number that a file holds.
 *
 * @module
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { type Check, failed, reasonOf } from "../check.ts";
import { judgeFile } from "../file-value.ts";
import type { FileTarget } from "../target.ts";

const READ_BYTES = 128;

export function fileCheck(target: FileTarget): Check {
  return async () => {
    try {
      return judgeFile(target, await readBeginning(target.path));
    } catch (error) {
      return failed(reasonOf(error));
    }
  };
}

/** @returns undefined if there is no such file. @throws {Error} the file system's, or if it is no file. */
async function readBeginning(path: string): Promise<string | undefined> {
  // Without O_NONBLOCK a named pipe would hold a thread until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    if (!(await file.stat()).isFile()) throw new Error("is no file");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
