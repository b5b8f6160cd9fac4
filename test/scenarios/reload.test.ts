/** Settings read again by a whole pipe: what follows the election follows it through what the reload changes. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Elector } from "../lab/elector.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ofType, readRecordLog } from "../lab/record-log.ts";
import { waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const OTHER_VIP = "192.0.2.101";
const HEAD = { v: 1, tool: "test", host: "t", pid: 1, ts: "2026-11-25T00:00:00.000000000Z", seq: 1 };

/** An elector with a configuration file, and an owner behind it. */
class ReloadedPipe {
  readonly #network: Network;
  readonly #host: string;
  readonly #path: string;
  readonly #log: string;
  readonly #child: ChildProcess;
  /** State records that were there when settings were read again. */
  #told = 0;

  constructor(network: Network, host: string, router: object) {
    this.#network = network;
    this.#host = host;
    this.#path = join(network.folder, `${host}.json`);
    this.#log = join(network.folder, `${host}.ndjson`);
    this.#write(router);
    const command = `vrrp-elect --config ${this.#path} | vmac-ctl follow`;
    const out = openSync(this.#log, "w");
    this.#child = network.start(host, ["bash", "-c", command], ["pipe", out, "inherit"]);
  }

  reload(router: object): void {
    this.#told = this.#states().length;
    this.#write(router);
    this.#child.stdin!.write(`${JSON.stringify({ ...HEAD, type: "elect.set", action: "reload" })}\n`);
  }

  /** Waits for this state, told since the start or the last reload. */
  async until(state: string): Promise<void> {
    await waitFor(`${this.#host} to be ${state}`, 10_000, () => {
      const since = this.#states().slice(this.#told);
      return since.at(-1)?.state === state || undefined;
    });
  }

  /** What was changed on the host since the start. */
  built(): string[] {
    const built = (["vmac.prepared", "vmac.up"] as const).flatMap((type) =>
      ofType(readRecordLog(this.#log), type),
    );
    return built.flatMap(({ changes }) => changes);
  }

  answers(from: string, vip: string): boolean {
    return this.#network.run(from, ["ping", "-c", "1", "-W", "1", vip]).code === 0;
  }

  #states(): { state: string }[] {
    return ofType(readRecordLog(this.#log), "vrrp.state");
  }

  #write(router: object): void {
    const routers = [{ interface: "eth0", vrid: 51, ...router }];
    writeFileSync(this.#path, JSON.stringify({ defaults: { advert_int: "100ms" }, routers }));
  }
}

test("a virtual router that a reload makes anew owns its address again", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    const a = new ReloadedPipe(network, "a", { vips: [VIP] });
    await a.until("active");
    await waitFor("the VIP to answer", 5000, () => a.answers("c", VIP) || undefined);
    a.reload({ vips: [VIP], min_ttl: 254 });
    await a.until("active");
    await waitFor("the VIP to answer again", 5000, () => a.answers("c", VIP) || undefined);
  });
});

test("a Backup whose VIPs a reload changes takes the new ones, and not those before", needsRoot, async () => {
  await onStage(["a", "b", "c"], async (network) => {
    const b = new Elector(network, "b", ["-I", "eth0", "--vrid", "51", "--advert-int", "100ms", VIP]);
    await b.until("active");
    const a = new ReloadedPipe(network, "a", { vips: [VIP], priority: 90 });
    await a.until("backup");
    a.reload({ vips: [OTHER_VIP], priority: 90 });
    await a.until("backup");
    await b.stop();
    await a.until("active");
    await waitFor("the new VIP to answer", 5000, () => a.answers("c", OTHER_VIP) || undefined);
    assert.doesNotMatch(a.built().join(), /192\.0\.2\.100/, "the one before was never there");
  });
});
