/**
 * Bundles the script of a tool's HTML page into one file, its library included: called in the tool's folder, after
 * the compiler. What is bundled must be told with its licences wherever it goes.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(`${process.cwd()}/package.json`);
const textOf = (path) => readFileSync(require.resolve(path), "utf8").trim();
const notices = [
  "Drawn with Apache ECharts (Apache License 2.0), which contains zrender (BSD 3-Clause) and tslib (0BSD).",
  textOf("echarts/NOTICE"),
  textOf("zrender/LICENSE"),
].join("\n\n");

await build({
  entryPoints: ["page/main.ts"],
  outfile: "dist/page.js",
  bundle: true,
  minify: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: `/*!\n${notices.replaceAll("*/", "* /")}\n*/` },
  legalComments: "none",
  charset: "ascii",
  logLevel: "warning",
});
