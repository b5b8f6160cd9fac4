import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { ExitError } from "./exit.ts";
import { needReplaceable, replaceFile } from "./replaced-file.ts";

const isRoot = process.geteuid?.() === 0;
const skip = isRoot ? false : "needs root";

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "replaced-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Prepares a folder. @returns where the new content is to be. */
type Prepare = (folder: string) => string;

const WRITTEN: readonly (readonly [name: string, mode: number, prepare: Prepare])[] = [
  ["nothing there yet", 0o644, (folder) => join(folder, "x")],
  ["a regular file, which keeps its mode", 0o640, (folder) => oldFile(join(folder, "x"))],
  [
    "a link",
    0o640,
    (folder) => {
      symlinkSync("old", join(folder, "x"));
      return oldFile(join(folder, "old"));
    },
  ],
  [
    "a link to nothing, by way of another folder's parent",
    0o644,
    (folder) => {
      mkdirSync(join(folder, "far/deep"), { recursive: true });
      symlinkSync("far/deep", join(folder, "near"));
      symlinkSync("near/../new", join(folder, "x"));
      return join(folder, "far/new");
    },
  ],
];

function oldFile(path: string): string {
  writeFileSync(path, "old");
  chmodSync(path, 0o640);
  return path;
}

for (const [name, mode, prepare] of WRITTEN) {
  test(`replaceFile() writes: ${name}`, async (t) => {
    const folder = makeFolder(t);
    const end = prepare(folder);
    const path = join(folder, "x");
    const wasLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    await needReplaceable(path);
    await replaceFile(path, "new");
    assert.equal(readFileSync(end, "utf8"), "new");
    assert.equal(statSync(end).mode & 0o777, mode);
    assert.equal(lstatSync(path).isSymbolicLink(), wasLink);
    assert.deepEqual(drafts(folder), []);
  });
}

const LINKS: readonly (readonly [name: string, owner: number, code: number | undefined])[] = [
  ["a stranger's link in a folder of all", 65534, 78],
  ["our own link in a folder of all", 0, undefined],
];
for (const [name, owner, code] of LINKS)
  test(`replaceFile() ${code === undefined ? "follows" : "does not follow"} ${name}`, { skip }, async (t) => {
    const folder = makeFolder(t);
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o1777);
    const precious = oldFile(join(folder, "precious"));
    symlinkSync(precious, join(open, "x"));
    lchownSync(join(open, "x"), owner, owner);
    const done = await replaceFile(join(open, "x"), "new").catch((error: ExitError) => error.code);
    assert.equal(done, code);
    assert.equal(readFileSync(precious, "utf8"), code === undefined ? "new" : "old");
  });

test("replaceFile() leaves the file to its owner", { skip }, async (t) => {
  const path = oldFile(join(makeFolder(t), "x"));
  chownSync(path, 65534, 65534);
  await replaceFile(path, "new");
  assert.deepEqual([statSync(path).uid, statSync(path).gid], [65534, 65534]);
});

const run = (...argv: [string, ...string[]]): void => {
  assert.equal(spawnSync(argv[0], argv.slice(1)).status, 0);
};

const REFUSED: readonly (readonly [name: string, codes: [number, number], says: RegExp, Prepare])[] = [
  [
    "a device",
    [64, 64],
    /it is a device, needs the name of a file/,
    (folder) => {
      run("mknod", join(folder, "x"), "c", "1", "3");
      return "x";
    },
  ],
  [
    "a link to a device",
    [64, 64],
    /it is a device/,
    (folder) => {
      run("mknod", join(folder, "node"), "c", "1", "3");
      symlinkSync("node", join(folder, "x"));
      return "x";
    },
  ],
  [
    "a pipe",
    [64, 64],
    /it is a pipe/,
    (folder) => {
      run("mkfifo", join(folder, "x"));
      return "x";
    },
  ],
  [
    "a folder",
    [64, 64],
    /it is a folder/,
    (folder) => {
      mkdirSync(join(folder, "x"));
      return "x";
    },
  ],
  ["a name that ends like a folder's", [64, 64], /it is a folder/, () => "x/"],
  ["no folder", [66, 74], /there is no such file or folder \(ENOENT\)/, () => "none/x"],
  [
    "a file in place of a folder",
    [66, 74],
    /a part of the path is no folder \(ENOTDIR\)/,
    (folder) => {
      writeFileSync(join(folder, "x"), "old");
      return "x/y";
    },
  ],
  [
    "links in a circle",
    [66, 74],
    /its symbolic links lead in a circle \(ELOOP\)/,
    (folder) => {
      symlinkSync("x", join(folder, "x"));
      return "x";
    },
  ],
];

async function refuses(path: string, codes: [number, number], says: RegExp): Promise<void> {
  const ways = [() => needReplaceable(path), () => replaceFile(path, "new")];
  for (const [index, way] of ways.entries())
    await assert.rejects(way(), (error: Error) => {
      assert.ok(error instanceof ExitError, error.stack);
      assert.match(error.message, says);
      assert.equal(error.code, codes[index]);
      return true;
    });
}

for (const [name, codes, says, prepare] of REFUSED) {
  test(`replaceFile() refuses: ${name}`, { skip: name.includes("device") && skip }, async (t) => {
    const folder = makeFolder(t);
    const path = `${folder}/${prepare(folder)}`;
    const before = picture(folder);
    await refuses(path, codes, says);
    assert.deepEqual(picture(folder), before);
  });
}

test("replaceFile() refuses: a socket", async (t) => {
  const path = join(makeFolder(t), "x");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  await refuses(path, [64, 64], /it is a socket/);
  assert.ok(lstatSync(path).isSocket());
});

test("replaceFile() refuses: a folder of another user", { skip }, async (t) => {
  const folder = makeFolder(t);
  process.seteuid?.(65534);
  try {
    needForbidden(folder);
    await refuses(join(folder, "x"), [66, 74], /this user is not allowed to \(EACCES\)/);
  } finally {
    process.seteuid?.(0);
  }
  assert.deepEqual(readdirSync(folder), []);
});

/** The row means nothing if this user could write there after all. */
function needForbidden(folder: string): void {
  assert.throws(() => writeFileSync(join(folder, "y"), ""));
}

function picture(folder: string): string[] {
  return readdirSync(folder).map((name) => `${name} ${lstatSync(join(folder, name)).mode}`);
}

function drafts(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".new"));
}
