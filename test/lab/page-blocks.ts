/**
 * The code blocks of a page of the documentation, as they stand there.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { TOP } from "./shell.ts";

export interface PageBlock {
  /** The heading above it. */
  readonly heading: string;
  /** What follows the fence: `sh`, `json`, … */
  readonly language: string;
  readonly text: string;
}

/** @param name of the page in docs/. */
export function readBlocks(name: string): PageBlock[] {
  const page = readFileSync(`${TOP}docs/${name}`, "utf8");
  return page.split(/^#+ /m).flatMap((section) => {
    const heading = section.slice(0, section.indexOf("\n"));
    return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
      heading,
      language: language!,
      text: text!,
    }));
  });
}
