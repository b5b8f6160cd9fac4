/**
 * Bundles a tool into one file, which starts faster than many: called in the tool's folder, after the compiler.
 * Packages with native parts stay outside: they are loaded when they are used. CommonJS, because yargs' own bundle is.
 * The code that V8 makes of it is kept, too (`start.cjs`).
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Of yargs the parser is used; what is not must not come along, and to load it would change nothing. */
const yargsInParts = {
  name: "yargs in parts",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === "resolved" || !/yargs/.test(`${path} ${where.importer}`)) return undefined;
      const found = await resolve(path, { ...where, pluginData: "resolved" });
      return { ...found, sideEffects: false };
    });
  },
};

await build({
  entryPoints: ["dist/main.js"],
  outfile: "dist/bundle.cjs",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  // Kept code has nobody to ask for modules: they are required.
  supported: { "dynamic-import": false },
  external: ["netlink", "pcap", "raw-socket", "@viptools/kernel/native"],
  define: { "import.meta.url": "bundleUrl" },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [yargsInParts],
  legalComments: "none",
  logLevel: "warning",
});

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
copyFileSync(beside("start.cjs"), "dist/start.cjs");
// V8 knows code by the length of its source: that of an older bundle must not stay.
rmSync("dist/bundle.cache", { force: true });
execFileSync(process.execPath, [beside("keep-code.cjs")], { stdio: ["ignore", "ignore", "inherit"] });
