/**
 * Bundles a tool into one file, which starts faster than many: called in the tool's folder, after the compiler.
 * Packages with native parts stay outside: they are loaded when they are used. CommonJS, because yargs' own bundle is.
 */
import { build } from "esbuild";

await build({
  entryPoints: ["dist/main.js"],
  outfile: "dist/bundle.cjs",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["netlink", "pcap", "raw-socket", "@viptools/kernel/native"],
  define: { "import.meta.url": "bundleUrl" },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  legalComments: "none",
  logLevel: "warning",
});
