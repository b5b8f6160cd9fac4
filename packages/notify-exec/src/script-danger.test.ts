/** What root may not run. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { dangerOf } from "./script-danger.ts";

const NOBODY = 65_534;
const skip = process.geteuid?.() === 0 ? false : "needs root: files of others";

test("dangerOf()", { skip }, async (t) => {
  const top = mkdtempSync("/var/lib/viptools-danger-");
  t.after(() => rmSync(top, { recursive: true }));
  chmodSync(top, 0o755);
  const script = (name: string, mode: number, uid = 0): string => {
    const path = join(top, name);
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, mode);
    chownSync(path, uid, 0);
    return path;
  };
  const inFolder = (name: string, mode: number, uid = 0): string => {
    mkdirSync(join(top, name));
    const path = script(`${name}/s`, 0o755);
    chmodSync(join(top, name), mode);
    chownSync(join(top, name), uid, 0);
    return path;
  };
  const link = (name: string, to: string): string => {
    symlinkSync(to, join(top, name));
    return join(top, name);
  };
  const rows: [string, string, RegExp | undefined][] = [
    ["root's own", script("good", 0o755), undefined],
    ["a link to root's own", link("good-link", join(top, "good")), undefined],
    ["group may write", script("group", 0o775), /writable by group 0/],
    ["others may write", script("others", 0o757), /writable by others/],
    ["somebody else's", script("nobody", 0o755, NOBODY), /belongs to user 65534/],
    ["no program", script("plain", 0o644), /EACCES/],
    ["not there", join(top, "none"), /ENOENT/],
    ["a folder", top, /is no file/],
    ["no absolute path", "sh", /absolute/],
    ["in a folder that others may write", inFolder("open", 0o777), /open is writable by others/],
    ["in a sticky folder, as root's own", inFolder("sticky", 0o1777), undefined],
    ["in somebody else's folder", inFolder("foreign", 0o755, NOBODY), /foreign belongs to user/],
    ["a link into somebody else's folder", link("foreign-link", join(top, "foreign/s")), /foreign belongs/],
  ];
  for (const [name, path, says] of rows) {
    await t.test(name, () => {
      const danger = dangerOf(path, true);
      if (says === undefined) assert.equal(danger, undefined);
      else assert.match(danger ?? "", says);
    });
  }
  await t.test("who is not root runs what he likes", () => {
    assert.equal(dangerOf(join(top, "others"), false), undefined);
  });
});
