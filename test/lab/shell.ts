/**
 * Runs commands of the system: `ip`, `bridge`, `nft`, in or out of a network namespace.
 *
 * @module
 */
import { type ChildProcess, execFile, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's top folder. */
export const TOP: string = fileURLToPath(new URL("../../..", import.meta.url));
/** Where `npm ci` links the tools. */
export const BIN = `${TOP}node_modules/.bin`;

/** Some machines name certificates here, which costs each Node 20 process 40 ms at its start. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_EXTRA_CA_CERTS: undefined,
  PATH: `${BIN}:${process.env["PATH"]}`,
};

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end and gives back whatever came of it. */
export function attempt(argv: readonly string[], input = ""): Outcome {
  const [file, ...rest] = argv;
  const result = spawnSync(file!, rest, { encoding: "utf8", env: ENVIRONMENT, input, maxBuffer: 1 << 28 });
  return {
    code: result.status ?? 128,
    stdout: result.stdout ?? "",
    stderr: result.stderr || String(result.error ?? ""),
  };
}

/** The same without input, while others run beside it. */
export async function attemptBeside(argv: readonly string[]): Promise<Outcome> {
  const [file, ...rest] = argv;
  return await new Promise((resolve) => {
    execFile(file!, rest, { env: ENVIRONMENT, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : 128;
      resolve({ code: error === null ? 0 : code, stdout, stderr });
    });
  });
}

/** @throws if the command fails. @returns its standard output. */
export function must(argv: readonly string[], input = ""): string {
  const { code, stdout, stderr } = attempt(argv, input);
  if (code !== 0) throw new Error(`${argv.join(" ")}: exit ${code}: ${stderr}`);
  return stdout;
}

export function inNamespace(namespace: string, argv: readonly string[]): string[] {
  return ["ip", "netns", "exec", namespace, ...argv];
}

export function start(argv: readonly string[], options: SpawnOptions): ChildProcess {
  const [file, ...rest] = argv;
  return spawn(file!, rest, { env: ENVIRONMENT, ...options });
}

/** True once it has exited or was killed. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks every few milliseconds until the answer is not undefined. @throws after `limitMs`, saying what was waited for. */
export async function waitFor<T>(what: string, limitMs: number, ask: () => T | undefined): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await sleep(10);
  }
}

/** Ends a process of the lab, if it has not ended by itself, and waits for it. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (hasEnded(child)) return;
  process.kill(child.pid!, signal);
  await waitFor("a process to end", 10_000, () => hasEnded(child) || undefined);
}
