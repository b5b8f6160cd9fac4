/** Keeps what V8 has compiled when a tool of this folder has printed its help: called by `bundle.js`. */
const { writeFileSync } = require("node:fs");
const { CACHE, load } = require(`${process.cwd()}/dist/start.cjs`);

const { script, tool } = load();
process.on("exit", () => writeFileSync(CACHE, script.createCachedData()));
tool.main(["--help"]);
