#!/usr/bin/env node
// CommonJS, as package.json beside it says: the loader of modules would read the whole bundle for the names it exports.
require("../dist/start.cjs").load().tool.main(process.argv.slice(2));
