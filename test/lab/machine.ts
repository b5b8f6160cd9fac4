/**
 * A host of the lab that is more than its network: a name, processes, /run, /var/log and /etc of its own. What is typed there
 * can write there, in its folder and below /tmp; all that but the last is gone when the host is switched off.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "./network.ts";
import { attempt, ENVIRONMENT, hasEnded, start, TOP, waitFor } from "./shell.ts";

const BOOT_LIMIT_MS = 20_000;
/** The first process stays, and takes in those whose parents have ended. */
const BOOT = `
set -e
echo "$1" > /proc/sys/kernel/hostname
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
cp -a /etc /run/etc
mount --bind /run/etc /etc
mount --bind /tmp /tmp
mount --bind "$2" "$2"
mount -o remount,bind,ro /
echo up
sleep infinity &
wait`;

export class Machine {
  readonly name: string;
  /** Where its commands run: the files of the checkout are there, and what is written stays there. */
  readonly folder: string;
  readonly #below: ChildProcess;
  #pid = 0;
  #scripts = 0;

  /** @param name of a host of the network, or "switch". */
  private constructor(network: Network, name: string) {
    this.name = name;
    this.folder = join(network.folder, name);
    mkdirSync(this.folder);
    for (const entry of readdirSync(TOP).filter((file) => !file.startsWith(".")))
      symlinkSync(join(TOP, entry), join(this.folder, entry));
    const unshare = ["unshare", "--uts", "--pid", "--fork", "--mount-proc"];
    this.#below = network.start(
      name,
      [...unshare, "bash", "-c", BOOT, "boot", name, this.folder],
      ["ignore", "pipe", "pipe"],
    );
  }

  /** @throws {Error} if it does not come up. */
  static async boot(network: Network, name: string): Promise<Machine> {
    const machine = new Machine(network, name);
    let said = "";
    for (const stream of [machine.#below.stdout!, machine.#below.stderr!]) {
      stream.on("data", (some) => {
        said += String(some);
      });
    }
    await waitFor(`host ${name} to be up`, BOOT_LIMIT_MS, () => {
      if (hasEnded(machine.#below)) throw new Error(`host ${name} has not come up: ${said}`);
      return /^up$/m.test(said) || undefined;
    });
    machine.#pid = firstChildOf(machine.#below.pid!);
    return machine;
  }

  /** Types commands at a terminal: standard input, output and error are one, and Ctrl-C is `\x03` on its input. */
  type(script: string): ChildProcess {
    return this.#start(script, (path) => ["script", "-qefc", `bash -e ${path}`, "/dev/null"]);
  }

  /** Runs commands without a terminal. */
  run(script: string): ChildProcess {
    return this.#start(script, (path) => ["bash", "-e", path]);
  }

  write(path: string, text: string): ChildProcess {
    const child = this.run(`mkdir -p "$(dirname '${path}')"\ncat > '${path}'`);
    child.stdin!.end(text);
    return child;
  }

  /** What runs on it, for people. */
  running(): string {
    const enter = ["nsenter", "--target", String(this.#pid), "--mount", "--pid"];
    return attempt([...enter, "ps", "-eo", "pid,ppid,pgid,stat,args"]).stdout;
  }

  /** Ends everything that runs on it, at once. */
  async off(): Promise<void> {
    if (this.#pid !== 0 && !hasEnded(this.#below)) process.kill(this.#pid, "SIGKILL");
    await waitFor(`host ${this.name} to be off`, BOOT_LIMIT_MS, () => hasEnded(this.#below) || undefined);
  }

  #start(script: string, argvOf: (path: string) => string[]): ChildProcess {
    this.#scripts += 1;
    const path = join(this.folder, `.typed-${this.#scripts}.sh`);
    writeFileSync(path, `cd ${this.folder}\n${script}\n`);
    const enter = ["nsenter", "--target", String(this.#pid), "--net", "--mount", "--uts", "--pid"];
    const env = {
      ...ENVIRONMENT,
      PATH: `${ENVIRONMENT["PATH"]}:${TOP}scripts`,
      HOME: this.folder,
      // script(1) runs commands with it; another one may stay between, and be killed by Ctrl-C.
      SHELL: "/bin/bash",
      PAGER: "cat",
    };
    return start([...enter, ...argvOf(path)], { env, stdio: ["pipe", "pipe", "pipe"] });
  }
}

function firstChildOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0]);
}
