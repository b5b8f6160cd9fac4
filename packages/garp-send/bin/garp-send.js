#!/usr/bin/env node
// CommonJS, as package.json beside it says: the loader of modules would read the whole bundle for the names it exports.
require("../dist/bundle.cjs").main(process.argv.slice(2));
