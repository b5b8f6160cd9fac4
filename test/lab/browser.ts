/**
 * A headless Chromium on a host of the lab, which has no other network: what a page becomes in it.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "./network.ts";

const PROGRAM = "/usr/bin/chromium";
const SIZE = "1400,1250";
/** For `test(…, { skip })`. */
export const needsBrowser: { skip: string | false } = {
  skip: existsSync(PROGRAM) ? false : `needs ${PROGRAM} (Debian package chromium)`,
};

const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
];
/** Blink's numbers. */
const SCHEMES = { dark: 0, light: 1 } as const;

export interface Visit {
  /** The page as it stands when it has drawn. */
  readonly dom: string;
  /** What the page wrote to the console, errors and refused loads among it. */
  readonly said: readonly string[];
  /** What the page asked the network for. */
  readonly requests: readonly string[];
}

/** Opens a file. @param picture where the screenshot goes. @throws {Error} if the browser fails. */
export function visit(
  network: Network,
  host: string,
  path: string,
  scheme: keyof typeof SCHEMES,
  picture: string,
): Visit {
  const stamp = join(network.folder, `browser-${scheme}-${Date.now()}`);
  const log = `${stamp}.json`;
  const { code, stdout, stderr } = network.run(host, [
    PROGRAM,
    ...QUIET,
    `--user-data-dir=${stamp}`,
    `--window-size=${SIZE}`,
    `--blink-settings=preferredColorScheme=${SCHEMES[scheme]}`,
    "--enable-logging=stderr",
    `--log-net-log=${log}`,
    `--screenshot=${picture}`,
    "--dump-dom",
    `file://${path}`,
  ]);
  if (code !== 0) throw new Error(`chromium: exit ${code}: ${stderr}`);
  const said = stderr.split("\n").filter((line) => line.includes(":CONSOLE") && line.includes("file://"));
  return { dom: stdout, said, requests: requestsOf(log) };
}

interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly { type: number; params?: { url?: string; initiator?: string } }[];
}

/** The browser asks for things of its own, which begin at no page. */
function requestsOf(path: string): string[] {
  const { constants, events } = JSON.parse(readFileSync(path, "utf8")) as NetLog;
  return events
    .filter(({ type }) => type === constants.logEventTypes["URL_REQUEST_START_JOB"])
    .flatMap(({ params }) =>
      params?.url === undefined || params.initiator === "not an origin" ? [] : [params.url],
    );
}
