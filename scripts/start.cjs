/**
 * Loads a bundled tool with the code that V8 compiled when it was built: copied beside the bundle by `bundle.js`.
 * Code of another Node, or for other flags, V8 refuses, and compiles the bundle as ever.
 */
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { Script } = require("node:vm");

const BUNDLE = `${__dirname}/bundle.cjs`;
const CACHE = `${__dirname}/bundle.cache`;

/** @returns the script, and what the bundle exports. */
function load() {
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(BUNDLE, "utf8")}\n})`;
  const script = new Script(source, {
    filename: BUNDLE,
    cachedData: readIfThere(CACHE),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(BUNDLE), module, BUNDLE, __dirname);
  return { script, tool: module.exports };
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

module.exports = { load, CACHE };
