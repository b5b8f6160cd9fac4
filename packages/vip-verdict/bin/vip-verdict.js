#!/usr/bin/env node
import tool from "../dist/bundle.cjs";

await tool.main(process.argv.slice(2));
