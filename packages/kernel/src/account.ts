/**
 * Users and groups of this host (passwd(5), group(5)). Those that a directory service knows are given by their numbers.
 *
 * @module
 */
import { readFileSync } from "node:fs";

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const NUMBER = /^\d{1,10}$/;

/**
 * @param user a name or a number. @param group the same; the user's own if left out.
 * @throws {SyntaxError} naming what is not there.
 */
export function findAccount(user: string, group: string | undefined): Account {
  const users = readTable("/etc/passwd");
  const entry = users.find(([name, , uid]) => (NUMBER.test(user) ? uid === user : name === user));
  if (entry === undefined && !NUMBER.test(user))
    throw new SyntaxError(`there is no user "${user}" in /etc/passwd: needs one of them, or a number`);
  const uid = Number(entry?.[2] ?? user);
  if (group !== undefined) return { uid, gid: findGroup(group) };
  if (entry === undefined)
    throw new SyntaxError(`user ${user} is not in /etc/passwd: needs a group beside it`);
  return { uid, gid: Number(entry[3]) };
}

/** @throws {SyntaxError} */
export function findGroup(group: string): number {
  if (NUMBER.test(group)) return Number(group);
  const entry = readTable("/etc/group").find(([name]) => name === group);
  if (entry !== undefined) return Number(entry[2]);
  throw new SyntaxError(`there is no group "${group}" in /etc/group: needs one of them, or a number`);
}

function readTable(path: string): string[][] {
  return readFileSync(path, "utf8")
    .split("\n")
    .map((line) => line.split(":"));
}
