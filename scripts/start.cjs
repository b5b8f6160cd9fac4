/**
 * Loads a bundled tool with the code that V8 compiled when it was built: copied beside the bundle by `bundle.js`.
 * Code of another Node, or for other flags, V8 refuses, and compiles the bundle as ever.
 */
const { lstatSync, readFileSync, statSync } = require("node:fs");
const { createRequire } = require("node:module");
const { Script } = require("node:vm");

const BUNDLE = `${__dirname}/bundle.cjs`;
const CACHE = `${__dirname}/bundle.cache`;
const OTHERS_WRITE = 0o022;

/** @returns the script, and what the bundle exports. */
function load() {
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(BUNDLE, "utf8")}\n})`;
  const script = new Script(source, {
    filename: BUNDLE,
    cachedData: readKept(),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(BUNDLE), module, BUNDLE, __dirname);
  return { script, tool: module.exports };
}

/** V8 runs what it is given, and looks at no more than the length of the source: nothing that others could have written. */
function readKept() {
  try {
    const [kept, bundle] = [lstatSync(CACHE), statSync(BUNDLE)];
    const isOurs = kept.isFile() && kept.uid === bundle.uid && (kept.mode & OTHERS_WRITE) === 0;
    return isOurs ? readFileSync(CACHE) : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { load, CACHE };
