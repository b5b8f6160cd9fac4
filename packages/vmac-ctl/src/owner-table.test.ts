/** Rules 3 and 5 of the pipe: what a record may make this host do, and what it may not. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { type OwnerAction, OwnerTable } from "./owner-table.ts";

const BOOT = "this-boot";
const MS = 1000;
const INSTANCE = "eth0/4/51";

const head = (atMs: number, pid: number) =>
  ({
    v: 1,
    tool: "vrrp-elect",
    host: "a",
    pid,
    ts: "2026-11-21T00:00:00.000000000Z",
    mono_ns: String(atMs * 1e6),
    seq: 1,
  }) as const;

interface More {
  readonly boot?: string;
  readonly pid?: number;
}

interface LeaseMore {
  readonly validMs?: number;
  readonly leaving?: boolean;
  readonly settling?: boolean;
}

function state(
  atMs: number,
  name: RecordOf<"vrrp.state">["state"],
  epoch: number,
  { boot = BOOT, pid = 7 }: More = {},
): RecordOf<"vrrp.state"> {
  return {
    ...head(atMs, pid),
    type: "vrrp.state",
    instance: INSTANCE,
    interface: "eth0",
    family: 4,
    vrid: 51,
    version: 3,
    state: name,
    previous: "backup",
    reason: "x",
    priority: 100,
    vips: ["192.0.2.100/32"],
    vmac: "00:00:5e:00:01:33",
    epoch,
    boot_id: boot,
  };
}

function lease(
  atMs: number,
  epoch: number,
  { boot = BOOT, pid = 7, validMs = 250, ...kind }: More & LeaseMore = {},
): RecordOf<"vrrp.lease"> {
  return {
    ...head(atMs, pid),
    type: "vrrp.lease",
    instances: [INSTANCE],
    epoch: [epoch],
    valid_ms: validMs,
    boot_id: boot,
    ...kind,
  };
}

const prepare = (atMs: number, epoch: number, boot = BOOT): RecordOf<"vrrp.prepare"> => ({
  ...head(atMs, 7),
  type: "vrrp.prepare",
  instance: INSTANCE,
  epoch,
  vips: ["192.0.2.100/32"],
  vmac: "00:00:5e:00:01:33",
  within_ms: 60,
  boot_id: boot,
});

type Event = RecordOf<"vrrp.state"> | RecordOf<"vrrp.lease"> | RecordOf<"vrrp.prepare"> | "tick";
const shown = (action: OwnerAction): string =>
  "untilUs" in action ? `${action.type} until ${action.untilUs / MS}` : action.type;

/** Each line: when it is read, what is read, what it makes us do, when to look again. */
function play(
  name: string,
  script: readonly (readonly [number, Event, readonly string[], number | undefined])[],
): void {
  test(name, () => {
    const table = new OwnerTable({ bootId: BOOT });
    for (const [atMs, event, actions, deadlineMs] of script) {
      const done = event === "tick" ? table.tick(atMs * MS) : table.obey(event, atMs * MS);
      assert.deepEqual(done.map(shown), actions, `at ${atMs} ms`);
      assert.equal(
        table.deadlineUs(),
        deadlineMs === undefined ? undefined : deadlineMs * MS,
        `deadline at ${atMs} ms`,
      );
    }
  });
}

play("a Backup prepares, an Active owns while its leases run, and gives back", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [1000, state(1000, "active", 2), [], undefined],
  [1001, lease(1000, 2), ["own until 1250"], 1250],
  [1101, lease(1100, 2), ["own until 1350"], 1350],
  [1200, state(1200, "backup", 3), ["release"], undefined],
]);

play("S1 a lease that ends is told, and the next one owns again", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, state(0, "active", 2), [], undefined],
  [1, lease(0, 2), ["own until 250"], 250],
  [249, "tick", [], 250],
  [250, "tick", ["lapse"], undefined],
  [400, lease(390, 2), ["own until 640"], 640],
]);

play("rule 5: a state without a lease takes nothing", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [5, state(5, "active", 2), [], undefined],
  [5000, "tick", [], undefined],
]);

play("rule 5: a lease that was read too late changes nothing", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, state(0, "active", 2), [], undefined],
  [250, lease(0, 2), [], undefined],
  [9999, lease(100, 2), [], undefined],
]);

play("rule 5: what is said to be of later builds nothing", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [10, prepare(11, 1), [], undefined],
  [11, prepare(11, 1), ["build"], 1071],
]);

play("rule 5: a foreign boot's records change nothing", [
  [0, state(0, "backup", 1, { boot: "other" }), [], undefined],
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, state(0, "active", 2), [], undefined],
  [1, lease(0, 2, { boot: "other" }), [], undefined],
  [1, state(1, "backup", 3, { boot: "other" }), [], undefined],
]);

play("a lease of another epoch or another writer changes nothing", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, state(0, "active", 2), [], undefined],
  [1, lease(0, 1), [], undefined],
  [1, lease(0, 3), [], undefined],
  [1, lease(0, 2, { pid: 8 }), [], undefined],
]);

play("an older epoch of the same writer changes nothing", [
  [0, state(0, "backup", 5), ["prepare"], undefined],
  [1, state(1, "active", 4), [], undefined],
  [2, lease(2, 4), [], undefined],
]);

play("of two writers the one that spoke last is believed", [
  [100, state(100, "backup", 9, { pid: 7 }), ["prepare"], undefined],
  [200, state(200, "active", 1, { pid: 8 }), [], undefined],
  [201, lease(200, 1, { pid: 8 }), ["own until 450"], 450],
  [202, state(150, "backup", 10, { pid: 7 }), [], 450],
]);

play("a state that is said twice is obeyed once more without harm", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [1, state(1, "backup", 1), ["release"], undefined],
]);

play("S7 one who may soon be Active builds ahead, and gives back if the Active lives", [
  [0, prepare(0, 1), [], undefined],
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [1, prepare(1, 1), ["build"], 1061],
  [2, state(2, "active", 2), [], undefined],
  [3, lease(3, 2), ["own until 253"], 253],
  [4, prepare(4, 2), [], 253],
  [9, state(9, "backup", 3), ["release"], undefined],
  [10, prepare(10, 3), ["build"], 1070],
  [20, state(20, "backup", 4), ["release"], undefined],
]);

play("S7 a take-over that was announced and does not come is given up", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, prepare(0, 1), ["build"], 1060],
  [1060, "tick", ["release"], undefined],
]);

play("rule 5: an old announcement, or one of another boot, builds nothing", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [9000, prepare(0, 1), [], undefined],
  [9000, prepare(9000, 1, "another"), [], undefined],
  [9000, prepare(9000, 0), [], undefined],
]);

play("S7 one who leaves serves on", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, state(0, "active", 2), [], undefined],
  [1, lease(0, 2), ["own until 250"], 250],
  [50, lease(50, 2, { leaving: true, validMs: 160 }), ["serve until 210"], 210],
  [60, lease(1, 2), [], 210],
]);

play("S7 one who settles serves before it speaks", [
  [0, state(0, "backup", 1), ["prepare"], undefined],
  [0, state(0, "active", 2), [], undefined],
  [1, lease(0, 2, { settling: true, validMs: 110 }), ["serve until 110"], 110],
  [11, lease(10, 2), ["own until 260"], 260],
]);

play("a virtual router that nobody introduced is not owned", [[0, lease(0, 1), [], undefined]]);

test("every ignored record is counted by its reason (S8)", () => {
  const table = new OwnerTable({ bootId: BOOT, interfaces: ["eth0"] });
  table.obey(lease(0, 1), 0);
  table.obey({ ...state(0, "backup", 1), interface: "eth1", instance: "eth1/4/51" }, 0);
  table.obey(state(0, "backup", 2, { boot: "other" }), 0);
  table.obey(state(0, "active", 2), 0);
  table.obey(state(0, "active", 1), 0);
  table.obey(lease(0, 2), 999_000);
  table.obey(lease(2000, 2), 999_000);
  assert.deepEqual(table.ignored(), {
    foreign_boot: 1,
    older_epoch: 1,
    stale_lease: 1,
    future_lease: 1,
    unknown_instance: 1,
    other_interface: 1,
  });
});
