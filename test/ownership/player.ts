/**
 * Carries out the steps of a script, as an operator and an elector would, and keeps account of what happened.
 *
 * @module
 */
import { runFolder } from "../lab/dump.ts";
import { sleep } from "../lab/shell.ts";
import { leftAt, tear } from "./leftovers.ts";
import { RecordLines, recordsAmong } from "./record-lines.ts";
import { disturb, type Stage } from "./scene.ts";
import { instanceOf, type Scene, type Step, type VirtualRouter } from "./script.ts";
import { VmacProcess } from "./vmac-process.ts";

/** How often each thing happened. */
export type Tally = Record<string, number>;

/** Refused by the kernel, another owner, an address that is here already: who is refused must leave nothing. */
const REFUSED = [69, 71, 75] as const;
/** We have read too late for its shortest leases. */
const READER_LOST = 74;

interface Follower {
  readonly process: VmacProcess;
  readonly lines: RecordLines;
  /** The virtual routers that it knows. */
  readonly told: Map<string, VirtualRouter>;
}

export class Player {
  readonly wrong: string[] = [];
  readonly counts: Tally = {};
  readonly #stage: Stage;
  readonly #scene: Scene;
  readonly #folder: string;
  readonly #followers: Follower[] = [];
  /** What `down` has to give back at the end. */
  readonly #standing = new Map<string, VirtualRouter>();
  /** What a killed owner may have left. */
  readonly #orphans = new Map<string, VirtualRouter>();

  constructor(stage: Stage, scene: Scene) {
    this.#stage = stage;
    this.#scene = scene;
    this.#folder = runFolder(stage.network, stage.host);
  }

  async perform(step: Step): Promise<void> {
    this.#count(step.type);
    switch (step.type) {
      case "up":
        return await this.#up(step);
      case "down":
        return await this.#down(step.router, step.killMs);
      case "cleanup":
        await this.#command(["cleanup"], [0], step.killMs);
        return;
      case "status":
        await this.#command(["status"], [0, 1], undefined);
        return;
      case "follow":
        return await this.#follow(step.options);
      case "tell":
        return await this.#tell(step);
      case "end":
        this.#follower?.process.endInput();
        return await this.#kill(this.#follower, step.killMs);
      case "signal":
        if (step.signal === "SIGKILL") return await this.#kill(this.#follower, 0);
        this.#follower?.process.signal(step.signal);
        return;
      case "tear":
        this.#standing.set(instanceOf(step.router), step.router);
        tear(this.#folder, step.router, step.note);
        return;
      case "find":
        return this.#find(step.vips);
      case "disturb":
        this.#count(step.how);
        disturb(this.#stage, this.#scene, step.router, step.how);
    }
  }

  /** What an operator does: lets followers end, clears away what dead ones left, and takes down what stands. */
  async giveAllBack(): Promise<void> {
    for (const { process } of this.#followers) {
      process.endInput();
      await process.ended();
      this.#judge(process, [0, ...REFUSED, READER_LOST]);
    }
    if (this.#orphans.size > 0) await this.#command(["cleanup"], [0], undefined);
    for (const router of this.#standing.values())
      await this.#command(["down", ...wordsOf(router)], [0], undefined);
  }

  get #follower(): Follower | undefined {
    return this.#followers.at(-1);
  }

  async #up({ router, vips, options, killMs }: Step & { type: "up" }): Promise<void> {
    const owned = options.includes("--no-address") ? [] : vips;
    const family = owned.length > 0 ? [] : ["--family", String(router.family)];
    const argv = ["up", ...wordsOf(router), ...options.split(" ").filter(Boolean), ...family, ...owned];
    const outcome = await this.#command(argv, [0, ...REFUSED], killMs);
    if (outcome === 0 || outcome === "SIGKILL") this.#standing.set(instanceOf(router), router);
    if (outcome === 0) this.#find(owned);
  }

  #find(vips: readonly string[]): void {
    const { stdout } = this.#stage.network.run(this.#stage.host, ["ip", "-o", "address"]);
    for (const vip of vips)
      if (!stdout.includes(` ${vip.split("/")[0]}/`))
        this.wrong.push(`${vip} is not on the host, though up says so`);
  }

  async #down(router: VirtualRouter, killMs: number | undefined): Promise<void> {
    const outcome = await this.#command(["down", ...wordsOf(router)], [0, 75], killMs);
    if (outcome === 0) this.#standing.delete(instanceOf(router));
    // Whoever has killed it tries again.
    if (outcome === "SIGKILL") this.#standing.set(instanceOf(router), router);
  }

  async #follow(options: string): Promise<void> {
    this.#follower?.process.endInput();
    const process = this.#start(["follow", "--host-name", "a", ...options.split(" ").filter(Boolean)]);
    const lines = new RecordLines(this.#count("followers"));
    this.#followers.push({ process, lines, told: new Map() });
    const first = lines.heartbeat();
    process.write([first]);
    await process.untilPassedOn(first);
  }

  async #tell({ records, pauseMs, killMs }: Step & { type: "tell" }): Promise<void> {
    if (!(this.#follower?.process.isReading ?? false)) await this.#follow("");
    const follower = this.#follower!;
    for (const { router } of records) follower.told.set(instanceOf(router), router);
    const lines = records.map((told) => follower.lines.lineOf(told));
    follower.process.write(lines);
    if (killMs !== undefined) return await this.#kill(follower, killMs);
    await follower.process.untilPassedOn(lines.at(-1)!);
    await sleep(pauseMs);
  }

  /** Kills a follower with -9, if it is still there by then. */
  async #kill(follower: Follower | undefined, afterMs: number | undefined): Promise<void> {
    if (follower === undefined || afterMs === undefined) return;
    const { process, told } = follower;
    await sleep(afterMs);
    if (process.hasEnded) return;
    process.signal("SIGKILL");
    await process.ended();
    this.#followers.splice(this.#followers.indexOf(follower), 1);
    for (const [instance, router] of told) this.#orphans.set(instance, router);
    this.#countKill("follow");
    this.#countRecords(process);
  }

  /** Runs vmac-ctl to its end. @returns its exit code, or SIGKILL if it was killed in time. */
  async #command(
    argv: readonly string[],
    allowed: readonly number[],
    killMs: number | undefined,
  ): Promise<VmacProcess["outcome"]> {
    const command = this.#start(argv);
    if (killMs !== undefined) {
      await command.untilFirstNote(this.#folder);
      await sleep(killMs);
      command.signal("SIGKILL");
    }
    await command.ended();
    if (killMs !== undefined && command.outcome === "SIGKILL") this.#countKill(argv[0]!);
    else this.#judge(command, allowed);
    return command.outcome;
  }

  #start(argv: readonly string[]): VmacProcess {
    const { network, host, tool } = this.#stage;
    return new VmacProcess(network.host(host).namespace, tool, argv);
  }

  #judge(process: VmacProcess, allowed: readonly number[]): void {
    const { argv, outcome, errors } = process;
    this.#count(`${argv[0]} ${outcome}`);
    this.#countRecords(process);
    if (typeof outcome === "number" && allowed.includes(outcome)) return;
    this.wrong.push(`vmac-ctl ${argv.join(" ")}: exit ${outcome}: ${errors.trim()}`);
  }

  #countRecords({ lines }: VmacProcess): void {
    for (const { type } of recordsAmong(lines)) if (type.startsWith("vmac.")) this.#count(type);
  }

  #countKill(who: string): void {
    this.#count(`kill of ${who}`);
    const left = leftAt(this.#stage.network, this.#stage.host, this.#folder);
    this.#count(`kill of ${who} leaves ${left}`);
  }

  /** @returns how often it has happened. */
  #count(what: string): number {
    const times = (this.counts[what] ?? 0) + 1;
    this.counts[what] = times;
    return times;
  }
}

function wordsOf({ vrid }: VirtualRouter): string[] {
  return ["-I", "eth0", "--vrid", String(vrid)];
}
