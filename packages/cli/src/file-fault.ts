/**
 * What the file system refused, in words.
 *
 * @module
 */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user is not allowed to",
  EPERM: "this user is not allowed to",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

/** @returns `there is no such file or folder (ENOENT)`: what follows "Cannot read PATH: ". */
export function fileFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  const words = WORDS[code];
  return words === undefined ? code : `${words} (${code})`;
}
