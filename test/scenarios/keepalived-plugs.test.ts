/** keepalived-notify and keepalived-fifo without a keepalived: what it would do is done by hand, at the worst moment. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ofType, readRecordLog } from "../lab/record-log.ts";
import { attempt, start, TOP, waitFor } from "../lab/shell.ts";

const NOTIFY = `${TOP}scripts/keepalived-notify`;

/** A folder of its own, and keepalived-notify as keepalived starts it: in a process group of its own. */
function atDesk(play: (desk: NotifyDesk) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "viptools-notify-"));
    try {
      await play(new NotifyDesk(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

class NotifyDesk {
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, "words");
  }

  /** @param prefix what the shell does before it becomes the script. */
  start(words: readonly string[], prefix = ""): { readonly pid: number; readonly ended: Promise<number> } {
    const argv = ["-c", `${prefix} exec ${NOTIFY} --to ${this.path} "$@"`, "sh", ...words];
    const child = spawn("bash", argv, { detached: true, stdio: "ignore" });
    const ended = new Promise<number>((resolve) => child.on("exit", (code) => resolve(code ?? 128)));
    return { pid: child.pid!, ended };
  }

  states(): string[] {
    return readRecordLog(this.path).map((record) => (record.type === "keepalived.state" ? record.state : ""));
  }
}

const isStopped = (pid: number): boolean => /\) T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test(
  "keepalived-notify: a script that was started before another one, and comes after it, says nothing",
  atDesk(async (desk) => {
    writeFileSync(desk.path, "");
    const early = desk.start(["INSTANCE", "V", "MASTER", "150"], "kill -STOP $$;");
    const other = desk.start(["INSTANCE", "W", "FAULT", "150"], "kill -STOP $$;");
    await waitFor(
      "both to stand still",
      5000,
      () => (isStopped(early.pid) && isStopped(other.pid)) || undefined,
    );
    const late = desk.start(["INSTANCE", "V", "BACKUP", "150"]);
    assert.equal(await late.ended, 0);
    assert.deepEqual(desk.states(), ["BACKUP"]);
    for (const { pid } of [early, other]) process.kill(pid, "SIGCONT");
    assert.equal(await early.ended, 0);
    assert.equal(await other.ended, 0, "another name has its own order");
    assert.deepEqual(desk.states(), ["BACKUP", "FAULT"]);
  }),
);

test(
  "keepalived-notify: without a reader it ends in time, and the next reader hears the last word",
  atDesk(async (desk) => {
    assert.equal(attempt(["mkfifo", "-m", "600", desk.path]).code, 0);
    const begun = Date.now();
    for (const state of ["MASTER", "BACKUP", "MASTER"])
      assert.equal(await desk.start(["own", "INSTANCE", 'V "1"', state, "150"]).ended, 74);
    assert.ok(Date.now() - begun < 10_000, "three times 0.4 s, and much room");
    const heard = attempt(["timeout", "2", NOTIFY, "--read", desk.path]).stdout;
    const [line, ...more] = heard.trim().split("\n");
    assert.deepEqual(more, []);
    const { name, state, priority } = JSON.parse(line ?? "{}") as Record<string, unknown>;
    assert.deepEqual([name, state, priority], ['V "1"', "MASTER", 150]);
  }),
);

test(
  "a FIFO into which others may write is refused (78) by all that read or write it",
  atDesk(async ({ path }) => {
    assert.equal(attempt(["mkfifo", path]).code, 0);
    assert.equal(attempt(["chmod", "620", path]).code, 0);
    for (const argv of [
      ["keepalived-fifo", path],
      [NOTIFY, "--read", path],
      [NOTIFY, "--to", path, "INSTANCE", "V", "MASTER", "1"],
    ]) {
      const { code, stdout, stderr } = attempt(argv);
      assert.deepEqual([code, stdout], [78, ""], stderr);
      assert.match(stderr, /has mode 620: needs 600, who writes into it moves addresses/);
    }
  }),
);

const REFUSED: readonly (readonly [name: string, argv: string, code: number])[] = [
  ["no words", "--to PATH", 64],
  ["three words", "--to PATH INSTANCE V MASTER", 64],
  ["a kind that is none", "--to PATH SERVER V MASTER 1", 64],
  ["a state that is none", "--to PATH INSTANCE V master 1", 64],
  ["a priority that is none", "--to PATH INSTANCE V MASTER 256", 64],
  ["nowhere to write", "INSTANCE V MASTER 1", 64],
  ["an option that is none", "--from PATH INSTANCE V MASTER 1", 64],
  ["a wait that is none", "--to PATH --wait soon INSTANCE V MASTER 1", 64],
  ["a target that is not there", "--to PATH/none INSTANCE V MASTER 1", 66],
  ["a file to read", "--read PATH", 64],
];
for (const [name, argv, code] of REFUSED) {
  test(
    `keepalived-notify: ${name} is refused (${code}), and nothing is changed`,
    atDesk(async (desk) => {
      writeFileSync(desk.path, "");
      const words = argv.replaceAll("PATH", desk.path).split(" ");
      const { code: seen, stderr } = attempt([NOTIFY, ...words]);
      assert.equal(seen, code, stderr);
      assert.match(stderr, /^keepalived-notify: .*(needs|missing|unknown|there is no|is no FIFO)/);
      assert.equal(readFileSync(desk.path, "utf8"), "");
      assert.equal(existsSync(`${desk.path}.last`), false);
    }),
  );
}

/** A FIFO that nobody reads must not stop the test for ever. */
function write(fifo: string, text: string): void {
  assert.equal(attempt(["timeout", "10", "sh", "-c", `cat > ${fifo}`], text).code, 0, "somebody reads");
}

const MASTER = 'INSTANCE "VI_1" MASTER 150\n';

test(
  "keepalived-fifo: cut lines, the balancer's, the next FIFO, and STOP after the signal",
  atDesk(async ({ path }) => {
    const makeFifo = (at: string): void => assert.equal(attempt(["mkfifo", "-m", "600", at]).code, 0);
    const log = `${path}.log`;
    makeFifo(path);
    const argv = ["bash", "-c", `exec keepalived-fifo --handover 30s ${path} > ${log}`];
    const tool = start(argv, { stdio: "ignore" });
    const ended = new Promise<number | null>((resolve) => tool.on("exit", resolve));
    const words = (): string[] =>
      ofType(readRecordLog(log), "keepalived.state").map(({ name, state }) => `${name} ${state}`);
    const until = (count: number): Promise<true> =>
      waitFor(`${count} words`, 10_000, () => words().length === count || undefined);
    write(path, 'VS [192.0.2.9]:tcp:80 UP\nGROUP "a b" MAS');
    write(path, `TER 0\n${MASTER}what is this\nINSTANCE "VI_1" BACK`);
    await until(2);
    // Another one in its place, as after another start of keepalived; what was cut is nobody's.
    makeFifo(`${path}.next`);
    renameSync(`${path}.next`, path);
    write(path, MASTER);
    await until(3);
    tool.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 200));
    write(path, 'INSTANCE "VI_1" STOP 150\nGROUP "a b" STOP 0\n');
    assert.equal(await ended, 0, "long before --handover");
    assert.deepEqual(words(), ["a b MASTER", "VI_1 MASTER", "VI_1 MASTER", "VI_1 STOP", "a b STOP"]);
    const counters = ofType(readRecordLog(log), "tool.stats").at(-1)?.counters;
    assert.deepEqual(
      [
        counters?.["ignored_balancer"],
        counters?.["bad_lines"],
        counters?.["cut_lines"],
        counters?.["fifos_gone"],
      ],
      [1, 1, 1, 1],
    );
  }),
);
