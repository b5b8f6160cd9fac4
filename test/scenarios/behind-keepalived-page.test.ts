/** The blocks of docs/behind-keepalived.md, as they stand there but for their folders. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { startKeepalived } from "../lab/keepalived.ts";
import { type Network, VIP } from "../lab/network.ts";
import { readBlocks } from "../lab/page-blocks.ts";
import { ofType, readRecordLog } from "../lab/record-log.ts";
import { Recorder } from "../lab/recorder.ts";
import { end, hasEnded, TOP, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const BLOCKS = readBlocks("behind-keepalived.md");

/** A folder of the scene stands for those of the page, and its adverts are quicker. */
function block(network: Network, heading: string, language: string): string {
  const found = BLOCKS.find((one) => one.heading.includes(heading) && one.language === language);
  assert.ok(found, `a block in ${language} under "${heading}"`);
  return found.text
    .replaceAll("/etc/viptools", network.folder)
    .replaceAll("/etc/keepalived", network.folder)
    .replaceAll("/run/", `${network.folder}/`)
    .replaceAll("/var/log/", `${network.folder}/`)
    .replaceAll("/usr/local/bin/", `${TOP}scripts/`)
    .replace("advert_int 1\n", "advert_int 0.1\n")
    .replace("--priority 150", "--priority 150 --advert-int 100ms --startup-hold 0");
}

/** Runs in a shell of its own until it is ended. */
function startShell(network: Network, text: string): ChildProcess {
  return network.start("a", ["bash", "-c", `PATH=${TOP}scripts:$PATH\n${text}`], "ignore");
}

const reaches = (network: Network): boolean =>
  network.run("c", ["ping", "-c", "1", "-W", "1", VIP]).code === 0;

async function untilReached(network: Network, isReached: boolean): Promise<void> {
  await waitFor(`the address to ${isReached ? "answer" : "be silent"}`, 20_000, () =>
    reaches(network) === isReached ? true : undefined,
  );
}

async function untilAllGone(shell: ChildProcess): Promise<void> {
  await waitFor("the pipe to end", 15_000, () => {
    try {
      process.kill(-shell.pid!, 0);
      return undefined;
    } catch {
      return true;
    }
  });
}

async function playDeciding(network: Network, heading: string): Promise<void> {
  const pipe = startShell(network, block(network, heading, "sh"));
  if (heading.includes("notify"))
    await waitFor("the FIFO", 5000, () => existsSync(join(network.folder, "vip.fifo")) || undefined);
  const { child } = startKeepalived(network, "a", block(network, heading, "conf"));
  await untilReached(network, true);
  await end(child);
  await untilReached(network, false);
  process.kill(-pipe.pid!, "SIGTERM");
  await untilAllGone(pipe);
}

/** keepalived is the pipe's parent: it signals the script alone, and says STOP only then. */
async function playAsScript(network: Network): Promise<void> {
  const path = join(network.folder, "follow-fifo");
  const text = block(network, "through its FIFO", "bash");
  writeFileSync(path, text.replace("\n", `\nPATH=${TOP}node_modules/.bin:$PATH\n`));
  chmodSync(path, 0o755);
  const conf = block(network, "through its FIFO", "conf");
  const { child } = startKeepalived(
    network,
    "a",
    conf.replace(/vrrp_notify_fifo .*/, (line) => `${line}\n  vrrp_notify_fifo_script ${path}`),
  );
  const isRunning = (): boolean =>
    network.run("a", ["pgrep", "-f", `keepalived-fifo ${network.folder}`]).code === 0;
  await untilReached(network, true);
  assert.equal(isRunning(), true);
  await end(child);
  await untilReached(network, false);
  const words = ofType(readRecordLog(join(network.folder, "vip.ndjson")), "keepalived.state");
  assert.equal(words.at(-1)?.state, "STOP", "it was read after the signal");
  await waitFor("the script to end", 10_000, () => (isRunning() ? undefined : true));
}

async function playScripts(network: Network): Promise<void> {
  const recorder = new Recorder(network.folder, "notify");
  const text = block(network, "keepalived's scripts run", "sh").replace(
    `${network.folder}/notify.sh`,
    recorder.path,
  );
  const pipe = startShell(network, text);
  await untilReached(network, true);
  await waitFor("the script", 5000, () => recorder.calls().length >= 2 || undefined);
  assert.deepEqual(recorder.calls(), ["INSTANCE VI_1 BACKUP 150", "INSTANCE VI_1 MASTER 150"]);
  process.kill(-pipe.pid!, "SIGTERM");
  await untilAllGone(pipe);
  assert.equal(recorder.calls().at(-1), "INSTANCE VI_1 STOP 150");
  assert.equal(hasEnded(pipe), true);
  const path = join(network.folder, "notify.json");
  const config = block(network, "keepalived's scripts run", "json");
  writeFileSync(path, config.replaceAll(/"[^"]*\.sh"/g, JSON.stringify(recorder.path)));
  const { code, stderr } = network.run("a", ["notify-exec", "--config", path]);
  assert.equal(code, 0, stderr);
}

function playImport(network: Network): void {
  const conf = block(network, "through its FIFO", "conf");
  writeFileSync(join(network.folder, "keepalived.conf"), conf);
  const out = join(network.folder, "imported");
  mkdirSync(out);
  const text = block(network, "taken over", "sh").replace(`--output ${network.folder}`, `--output ${out}`);
  const { code, stderr } = network.run("a", ["bash", "-c", text]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /vrrp_notify_fifo/);
  for (const name of ["elect", "notify", "meanings"])
    assert.equal(existsSync(join(out, `${name}.json`)), true, name);
}

test("docs/behind-keepalived.md: its blocks do what it says", needsRoot, async (t) => {
  await onStage(["a", "c"], async (network) => {
    writeFileSync(join(network.folder, "meanings.json"), block(network, "through its FIFO", "json"));
    await t.test("the FIFO", () => playDeciding(network, "through its FIFO"));
    await t.test("notify", () => playDeciding(network, "through notify"));
    await t.test("keepalived's own child", () => playAsScript(network));
    await t.test("people's scripts", () => playScripts(network));
    await t.test("import", () => playImport(network));
  });
});
