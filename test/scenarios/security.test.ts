/** What a host on the same network, and another user of the same host, can do: docs/security.md has the list. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ArpSpeaker } from "../lab/arp-speaker.ts";
import { Elector } from "../lab/elector.ts";
import { FAILOVER, FailoverScript } from "../lab/failover-script.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { attempt, attemptBeside, BIN, inNamespace, must, sleep, TOP } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const FORGER = fileURLToPath(new URL("../lab/forger.js", import.meta.url));
const STRANGER = 65534;
const NOTIFY = `${TOP}scripts/keepalived-notify`;
const VIP2 = "192.0.2.101";
/** Scenes wait for most of their time. */
const AT_A_TIME = 4;

async function forge(network: Network, args: string): Promise<void> {
  const { namespace } = network.host("c");
  const { code, stderr } = await attemptBeside(inNamespace(namespace, ["node", FORGER, ...args.split(" ")]));
  assert.equal(code, 0, stderr);
}

async function survivesFloods(network: Network): Promise<void> {
  const failover = new FailoverScript(network, "a", `--vrid 51 --advert-int 1s --json ${VIP}`);
  const speaker = new ArpSpeaker(network, "b", `--vrid 52 --advert-int 1s ${VIP2}`);
  await Promise.all([failover.untilElected("active"), speaker.untilElected("active")]);
  const states = (): number[] => [failover, speaker].map((one) => ofType(one.records(), "vrrp.state").length);
  const before = states();
  await Promise.all([
    forge(network, `claims 4000 12000 ${VIP}`),
    forge(network, `questions 4000 12000 ${VIP2}`),
  ]);
  await sleep(500);
  assert.deepEqual(states(), before, `no change of state: ${failover.errors()}${speaker.errors()}`);
  assert.deepEqual([failover.exitCode, speaker.exitCode], [undefined, undefined]);
  const conflicts = ofType(failover.records(), "arp.conflict");
  const [told, counted] = [conflicts.length, conflicts.reduce((sum, one) => sum + (one.repeats ?? 0), 0)];
  assert.ok(told > 0 && told < counted / 20, `${told} records of ${counted} claims`);
  for (const one of [failover, speaker]) one.signal("SIGTERM");
  await Promise.all([failover.ended(), speaker.ended()]);
}

async function survivesGoodbyes(network: Network): Promise<void> {
  const common = ["-I", "eth0", "--advert-int", "100ms"];
  const open = new Elector(network, "a", [...common, "--vrid", "51", VIP]);
  const closed = new Elector(network, "a", [...common, "--vrid", "52", "--peer", "192.0.2.2", VIP2]);
  await Promise.all([open.until("active"), closed.until("active")]);
  const before = closed.states().length;
  await Promise.all([51, 52].map((vrid) => forge(network, `goodbyes 2000 4000 ${VIP} ${vrid}`)));
  await sleep(200);
  assert.equal(closed.states().length, before, "who has peers hears no stranger");
  assert.ok((await closed.counters())["rejected_destination"]! > 0);
  const [reason] = open
    .states()
    .filter((record) => record.state === "backup")
    .slice(1);
  assert.equal(reason?.reason, "higher_priority", "who has none believes him");
  assert.equal(reason?.active_address, "192.0.2.66", "and says whom");
  const told = ofType(open.records(), "vrrp.prepare").length;
  assert.ok(told < 60, `${told} records of 2000 goodbyes in two seconds`);
  await open.until("active");
  await Promise.all([open.stop(), closed.stop()]);
}

/** Whose code it is, and whether it is taken instead of the bundle. */
const KEPT: readonly (readonly [name: string, mode: number, uid: number, runs: "mine" | "evil"])[] = [
  ["of the bundle's owner", 0o644, 0, "evil"],
  ["of a stranger", 0o644, STRANGER, "mine"],
  ["that others can write", 0o666, 0, "mine"],
];

describe("security", { concurrency: AT_A_TIME }, () => {
  test("LAN: floods of forged claims and questions take nothing from who is Active", needsRoot, async () => {
    await onStage(["a", "b", "c"], survivesFloods);
  });
  test("LAN: forged adverts move an address, and with --peer they do not", needsRoot, async () => {
    await onStage(["a", "b", "c"], survivesGoodbyes);
  });
  test("host: traps of another user", needsRoot, async (t) => {
    await onStage(["a"], async (network) => {
      const folder = mkdtempSync(join(tmpdir(), "stranger-"));
      t.after(() => rmSync(folder, { recursive: true }));
      chmodSync(folder, 0o1777);
      for (const trap of TRAPS)
        await t.test(trap.name, () => {
          const place = mkdtempSync(join(folder, "t"));
          chmodSync(place, 0o755);
          springs(network, place, trap);
        });
      await t.test("failover: links to what must not be opened, in the names of its folders", () =>
        passesLinks(network, folder),
      );
      await t.test("failover: a folder that is put where its own was to be", () => refusesSwap(network));
    });
  });
  for (const [name, mode, uid, runs] of KEPT)
    test(`host: V8 code beside a bundle, ${name}: ${runs} runs`, needsRoot, (t) => {
      const folder = mkdtempSync(join(tmpdir(), "kept-"));
      t.after(() => rmSync(folder, { recursive: true }));
      assert.equal(runKept(folder, mode, uid), runs);
    });
  test("host: what comes through a pipe steers no terminal, also with --json", () => {
    const lines = String.raw`printf '\033]0;owned\007\n{"x":"\302\2332J"}\n' | garp-send --follow --json`;
    const shown = attempt(["script", "-qec", lines, "/dev/null"]).stdout;
    assert.match(shown, /\\x1b\]0;owned\\x07/);
    assert.doesNotMatch(shown.replaceAll(/\r?\n/g, ""), /\p{Cc}/u);
  });
});

/** Keeps the code of another bundle of the same length. @returns what the bundle says then. */
function runKept(folder: string, mode: number, uid: number): string {
  const paths = { bundle: join(folder, "bundle.cjs"), kept: join(folder, "bundle.cache") };
  copyFileSync(`${TOP}scripts/start.cjs`, join(folder, "start.cjs"));
  const load = `const { load, CACHE } = require(${JSON.stringify(join(folder, "start.cjs"))}); const { script, tool } = load();`;
  writeFileSync(paths.bundle, 'exports.main = () => "evil";');
  const keep = 'tool.main(); require("node:fs").writeFileSync(CACHE, script.createCachedData());';
  must([process.execPath, "-e", `${load} ${keep}`]);
  writeFileSync(paths.bundle, 'exports.main = () => "mine";');
  own(paths.kept, uid, mode);
  return must([process.execPath, "-e", `${load} console.log(tool.main());`]).trim();
}

/** What a stranger has prepared at PATH, and who must not walk into it. */
interface Trap {
  readonly name: string;
  readonly set: (path: string) => void;
  /** With a shell's words. */
  readonly command: string;
  readonly code: number;
  readonly says: RegExp;
}

const own = (path: string, uid: number, mode: number): void => {
  chmodSync(path, mode);
  chownSync(path, uid, uid);
};
const fifo = (mode: number, uid: number) => (path: string) => {
  must(["mkfifo", path]);
  own(path, uid, mode);
};
const folder = (mode: number, uid: number) => (path: string) => {
  mkdirSync(path);
  own(path, uid, mode);
};
const file = (text: string, mode: number, uid: number) => (path: string) => {
  writeFileSync(path, text);
  own(path, uid, mode);
};
const link = (path: string): void => {
  writeFileSync(`${path}.precious`, "precious");
  symlinkSync(`${path}.precious`, path);
  lchownSync(path, STRANGER, STRANGER);
};
/** The book of keepalived-notify stands beside its file. */
const book = (set: (path: string) => void) => (path: string) => {
  writeFileSync(path, "");
  set(`${path}.last`);
};

const FOREIGN = /belongs to user 65534/;
const WORDS = "INSTANCE V MASTER 150";
const CONF =
  "vrrp_instance V {\n interface eth0\n virtual_router_id 7\n virtual_ipaddress { 192.0.2.7 }\n}\n";
const NOTIFY_CONFIG = JSON.stringify({ instances: [{ notify: ["/bin/true"] }] });

const READERS: readonly string[] = [
  "vmac-ctl follow",
  "garp-send --follow",
  "vip-metrics",
  "notify-exec --notify /bin/true",
  `vrrp-elect -I eth0 --vrid 51 ${VIP}`,
];
const SPEAKERS: readonly string[] = [
  `${FAILOVER} -I eth0 --vrid 51 ${VIP}`,
  `${TOP}scripts/arp-speaker -I eth0 ${VIP}`,
  `${TOP}scripts/vip-doctor -I eth0 --for 1s`,
];

/** At its end each tool tells them, whatever it did. */
const COUNTERS = /^\{"v":1,"type":"tool\.stats".*\n/gm;

const row = (name: string, set: Trap["set"], command: string, code: number, says: RegExp): Trap => ({
  name,
  set,
  command,
  code,
  says,
});
const TRAPS: readonly Trap[] = [
  ...READERS.map((tool) =>
    row(`a stranger's FIFO as input: ${tool}`, fifo(0o600, STRANGER), `${tool} 0<>PATH`, 78, FOREIGN),
  ),
  row("a FIFO for all as input", fifo(0o622, 0), "vmac-ctl follow 0<>PATH", 78, /has mode 622: needs 600/),
  row("a stranger's FIFO: keepalived-fifo", fifo(0o600, STRANGER), "keepalived-fifo PATH", 78, FOREIGN),
  row(
    "a stranger's FIFO: keepalived-notify --read",
    fifo(0o600, STRANGER),
    `${NOTIFY} --read PATH`,
    78,
    FOREIGN,
  ),
  row(
    "a stranger's FIFO: keepalived-notify --to",
    fifo(0o600, STRANGER),
    `${NOTIFY} --to PATH ${WORDS}`,
    78,
    FOREIGN,
  ),
  row(
    "a stranger's file: keepalived-notify --to",
    file("", 0o644, STRANGER),
    `${NOTIFY} --to PATH ${WORDS}`,
    78,
    FOREIGN,
  ),
  row(
    "a link in place of keepalived-notify's book",
    book((path) => symlinkSync("/tmp", path)),
    `${NOTIFY} --to PATH ${WORDS}`,
    78,
    /is a symbolic link: needs a folder/,
  ),
  row(
    "keepalived-notify's book, which others can write",
    book(folder(0o777, 0)),
    `${NOTIFY} --to PATH ${WORDS}`,
    78,
    /has mode 777: needs 700/,
  ),
  row(
    "a stranger's link: vip-metrics --file",
    link,
    "vip-metrics --file PATH </dev/null",
    78,
    /is a link of user 65534/,
  ),
  row(
    "a stranger's link: vip-probe --report",
    link,
    "vip-probe --for 50ms --grace 50ms --report PATH 192.0.2.1",
    78,
    /is a link of user 65534/,
  ),
  row(
    "a configuration that others can write: notify-exec",
    file(NOTIFY_CONFIG, 0o666, 0),
    "notify-exec --config PATH </dev/null",
    78,
    /is writable by others, and root would run the scripts/,
  ),
  row(
    "a stranger's folder: keepalived-import --output",
    (path) => {
      folder(0o755, STRANGER)(path);
      writeFileSync(`${path}.conf`, CONF);
    },
    "keepalived-import --output PATH PATH.conf",
    78,
    FOREIGN,
  ),
  ...SPEAKERS.flatMap((script) => [
    row(`TMPDIR of a stranger: ${script}`, folder(0o755, STRANGER), `TMPDIR=PATH ${script}`, 71, FOREIGN),
    row(
      `TMPDIR without a sticky bit: ${script}`,
      folder(0o777, 0),
      `TMPDIR=PATH ${script}`,
      71,
      /has mode 777: needs 1777/,
    ),
  ]),
].map((trap) => ({ ...trap, name: trap.name.replaceAll(TOP, "") }));

function springs(network: Network, place: string, { set, command, code, says }: Trap): void {
  const path = join(place, "x");
  set(path);
  const line = command.replaceAll("PATH", path);
  const outcome = network.run("a", ["timeout", "20", "sh", "-c", line]);
  assert.equal(outcome.code, code, outcome.stderr);
  assert.match(outcome.stderr, says);
  assert.equal(outcome.stdout.replaceAll(COUNTERS, ""), "", "nothing was obeyed");
  for (const name of readdirSync(place).filter((one) => one.endsWith(".precious")))
    assert.equal(readFileSync(join(place, name), "utf8"), "precious");
}

/** To open a FIFO waits; to open a watchdog would reset the machine. */
async function passesLinks(network: Network, folder: string): Promise<void> {
  must(["mkfifo", "-m", "600", join(folder, "root-fifo")]);
  const trap = join(folder, "viptools-failover.trap");
  mkdirSync(trap);
  symlinkSync(join(folder, "root-fifo"), join(trap, "lock"));
  own(trap, STRANGER, 0o755);
  symlinkSync("/etc", join(folder, "viptools-failover.link"));
  const before = ["env", `TMPDIR=${folder}`];
  const failover = new FailoverScript(network, "a", `--vrid 51 --advert-int 100ms ${VIP}`, { before });
  await failover.untilElected("active");
  failover.signal("SIGTERM");
  await failover.ended();
  assert.deepEqual(readdirSync(trap), ["lock"]);
  rmSync(trap, { recursive: true });
}

/** The stranger sees the first name, and is quicker: played by what the script runs in between. */
function refusesSwap(network: Network): void {
  const folder = mkdtempSync(join(tmpdir(), "swapped-"));
  chmodSync(folder, 0o1777);
  const bin = mkdtempSync(join(tmpdir(), "bin-"));
  const swap = `#!/bin/sh
for s in ${folder}/viptools-starting.*; do
  setpriv --reuid ${STRANGER} --regid ${STRANGER} --clear-groups sh -c "mkdir ${folder}/viptools-failover.\${s##*.} && touch ${folder}/viptools-failover.\${s##*.}/mine"
done
exec /usr/bin/flock "$@"
`;
  writeFileSync(join(bin, "flock"), swap, { mode: 0o755 });
  chmodSync(bin, 0o755);
  const env = ["env", `PATH=${bin}:${BIN}:${process.env["PATH"]}`, `TMPDIR=${folder}`];
  const outcome = network.run("a", [
    ...env,
    "timeout",
    "-s",
    "INT",
    "10",
    FAILOVER,
    "-I",
    "eth0",
    "--vrid",
    "51",
    VIP,
  ]);
  rmSync(bin, { recursive: true });
  assert.equal(outcome.code, 71, outcome.stderr);
  assert.match(outcome.stderr, /is there already, and is somebody else's/);
  const [left] = readdirSync(folder).filter((name) => name.startsWith("viptools-failover."));
  assert.deepEqual(readdirSync(join(folder, left!)), ["mine"]);
  rmSync(folder, { recursive: true });
}
