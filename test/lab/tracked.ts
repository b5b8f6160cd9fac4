/**
 * vip-track on a host: alone, or in front of an elector; and what it looks at.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { FedTool } from "./fed-tool.ts";
import { type Network, VIP } from "./network.ts";
import { monotonicUsOf, ofType, readRecordLog } from "./record-log.ts";
import { waitFor } from "./shell.ts";

let configured = 0;
const SERVICES = fileURLToPath(new URL("./tracked-services.js", import.meta.url));

/** Starts services, and waits until they listen. @param words as `tracked-services` takes them. */
export async function startServices(
  network: Network,
  host: string,
  words: readonly string[],
): Promise<ChildProcess> {
  return await network.startService(host, ["node", SERVICES, ...words]);
}

/** Many checks in one process, from a file that can be written anew. */
export class Tracker extends FedTool {
  readonly #file: string;

  constructor(network: Network, host: string, config: object, more: readonly string[] = []) {
    configured += 1;
    const file = join(network.folder, `track-${host}-${configured}.json`);
    writeFileSync(file, JSON.stringify(config));
    super(network, host, ["vip-track", "--host-name", host, "--config", file, ...more]);
    this.#file = file;
  }

  /** @param text of the file from now on. */
  reload(text: string): void {
    writeFileSync(this.#file, text);
    this.signal("SIGHUP");
  }

  of(name: string): RecordOf<"track.state">[] {
    return ofType(this.records(), "track.state").filter((record) => record.name === name);
  }

  /** Waits until the last record of a check is so. */
  async until(name: string, isSo: (record: RecordOf<"track.state">) => boolean): Promise<void> {
    await waitFor(`the record of ${name}`, 15_000, () => {
      const last = this.of(name).at(-1);
      return (last !== undefined && isSo(last)) || undefined;
    });
  }

  /** Records of the checks of these names, from a moment to another. */
  between(names: RegExp, sinceUs: number, untilUs: number): RecordOf<"track.state">[] {
    return ofType(this.records(), "track.state").filter((record) => {
      const us = monotonicUsOf(record);
      return names.test(record.name) && us >= sinceUs && us < untilUs;
    });
  }
}

/** `vip-track … | vrrp-elect …`, as people run it. */
export class TrackedRouter {
  readonly #log: string;
  readonly #pidFile: string;

  /** @param track and @param elect more for each of the two. */
  constructor(network: Network, host: string, track: string, elect: string) {
    const stamp = join(network.folder, `tracked-${host}`);
    this.#log = `${stamp}.ndjson`;
    this.#pidFile = `${stamp}.pid`;
    const tracker = `{ echo $BASHPID > ${this.#pidFile}; exec vip-track --host-name ${host} ${track}; }`;
    const options = `--host-name ${host} --on-reader-loss ignore -I eth0 --vrid 51 --advert-int 100ms --startup-hold 0`;
    const command = `${tracker} | vrrp-elect ${options} ${elect} ${VIP} > ${this.#log} 2> ${stamp}.err`;
    network.start(host, ["bash", "-c", command], ["ignore", "inherit", "inherit"]);
  }

  signalTracker(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(this.#pidFile, "utf8")), signal);
  }

  records(): KnownRecord[] {
    return existsSync(this.#log) ? readRecordLog(this.#log) : [];
  }

  states(): RecordOf<"vrrp.state">[] {
    return ofType(this.records(), "vrrp.state");
  }

  async until(state: string): Promise<RecordOf<"vrrp.state">> {
    return await waitFor(`the tracked router to be ${state}`, 15_000, () => {
      const last = this.states().at(-1);
      return last?.state === state ? last : undefined;
    });
  }
}
