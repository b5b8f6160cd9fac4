/**
 * Hooks of the module loader, in a thread of its own: the packages' own code is instrumented while it is loaded.
 *
 * @module
 */
import type { LoadHook } from "node:module";
import { instrument } from "./instrument.ts";

const OWN = /\/packages\/[a-z-]+\/dist\/(?!.*\.(?:test|fixture)\.js$)/;
let used = 0;

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (loaded.format !== "module" || !OWN.test(url)) return loaded;
  const { source, counters } = instrument(String(loaded.source), used);
  used += counters;
  return { ...loaded, source };
};
