/** vip-probe --report: a real failover, drawn from what the client felt and what the routers logged, in a real browser. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { needsBrowser, visit } from "../lab/browser.ts";
import { drawnBars, drawnMarks, drawnWords } from "../lab/drawn.ts";
import { breakAfterAdvert } from "../lab/fault.ts";
import { type Network, VIP } from "../lab/network.ts";
import { monotonicUsOf, ofType, readRecordLog, recordLine } from "../lab/record-log.ts";
import type { PipeRouter } from "../lab/router.ts";
import { hasEnded, TOP, waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";

const ADVERT_MS = 100;
/** A name that would be an element, if it could. */
const CLIENT = "<script>alert(1)</script>";
const CLIENT_AS_HTML = "&lt;script&gt;alert(1)&lt;/script&gt;";
/** Of the page's style, on a light screen. */
const COLOURS = { active: "#1f6feb", owned: "#1a7f4b", announced: "#b35900", outage: "#cf222e" } as const;
const DARK_ACTIVE = "#5a9dff";
/** Screenshots of the newest run. */
const PICTURES = join(TOP, "test/dist/pictures");

/** a is Active and is cut off in silence; b takes over. @returns the client's log. */
async function failOver(
  network: Network,
  { a, b }: { a: PipeRouter; b: PipeRouter },
  page: string,
): Promise<string> {
  const path = join(network.folder, "probe.ndjson");
  const logs = ["--log", a.logPath, "--log", b.logPath];
  const times = ["--every", "5ms", "--grace", "1s", "--for", "4s", "--each"];
  const argv = ["vip-probe", ...times, "--host-name", CLIENT, "--report", page, ...logs, VIP];
  const client = network.start("c", argv, ["ignore", openSync(path, "w"), "inherit"]);
  await waitFor("the client to be answered", 10_000, () => readRecordLog(path).length > 50 || undefined);
  breakAfterAdvert(network, "a", "silent loss");
  await untilActive("b", b, ADVERT_MS);
  await waitFor("the client to end", 20_000, () => hasEnded(client) || undefined);
  assert.equal(client.exitCode, 1, "asks were lost");
  return path;
}

test(
  "vip-probe --report lines up a failover: states, ownership, announcements and what the client felt",
  needsRoot.skip === false ? needsBrowser : needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      mkdirSync(PICTURES, { recursive: true });
      const routers = await startPair(network, ADVERT_MS);
      const page = join(network.folder, "failover.html");
      const clientLog = await failOver(network, routers, page);
      const picture = join(PICTURES, "failover-light.png");
      const { dom, said, requests } = visit(network, "c", page, "light", picture);
      assert.deepEqual([said, requests], [[], []], "nothing on the console, nothing from the network");
      assert.ok(statSync(picture).size > 20_000);
      t.diagnostic(`screenshot: ${picture}`);
      await t.test("lanes and axes are labelled", () => {
        const words = drawnWords(dom);
        for (const label of ["a", "b", `${CLIENT_AS_HTML} icmp ${VIP}: answer time in ms, logarithmic`])
          assert.ok(words.includes(label), `${label} in ${words}`);
        assert.ok(words.some((text) => /^seconds since .* UTC, by the clock of /.test(text)));
      });
      await t.test("a host name is no element", () => {
        assert.ok(dom.includes(`<td>${CLIENT_AS_HTML} icmp ${VIP}</td>`));
        assert.doesNotMatch(dom, /<script>alert/);
      });
      await t.test("spans stand where the logs say", () => compare(dom, clientLog, routers.b));
      await t.test("clocks are told", () => assert.match(dom, /b: the same boot as .*: offset exactly 0\./));
      await t.test("a dark screen gets other colours", { skip: inFull.skip }, () => {
        const dark = visit(network, "c", page, "dark", join(PICTURES, "failover-dark.png"));
        assert.deepEqual([dark.said, dark.requests], [[], []]);
        assert.equal(drawnBars(dark.dom, DARK_ACTIVE).length, drawnBars(dom, COLOURS.active).length);
      });
      await t.test("control: a page that complains and loads is found out", () => control(network));
    });
  },
);

/** Of the outage's length, in pixels: places are compared by the scale that its own ends give. */
const PIXELS_OFF = 2.5;

function compare(dom: string, clientLog: string, b: PipeRouter): void {
  const losses = ofType(readRecordLog(clientLog), "probe.back");
  const longest = losses.toSorted((x, y) => y.outage_ms - x.outage_ms)[0]!;
  const outage = drawnBars(dom, COLOURS.outage, true).toSorted((x, y) => y.width - x.width)[0]!;
  const startUs = monotonicUsOf(longest) - longest.outage_ms * 1000;
  const placeOf = (us: number): number =>
    outage.x + ((us - startUs) / (longest.outage_ms * 1000)) * outage.width;
  const since = b.records().filter((record) => monotonicUsOf(record) >= startUs);
  const active = ofType(since, "vrrp.state").find(({ state }) => state === "active")!;
  /** Of b, whose lane is the second one. */
  const firstDrawn = (shapes: readonly { readonly x: number; readonly y: number }[]): number | undefined =>
    shapes.find(({ x, y }) => x >= outage.x && y > outage.y + outage.height / 2)?.x;
  for (const [what, shapes, us] of [
    ["b is Active", drawnBars(dom, COLOURS.active), monotonicUsOf(active)],
    ["b owns the address", drawnBars(dom, COLOURS.owned), monotonicUsOf(ofType(since, "vmac.up")[0]!)],
    ["b announces it", drawnMarks(dom, COLOURS.announced), monotonicUsOf(ofType(since, "garp.sent")[0]!)],
  ] as const) {
    const drawn = firstDrawn(shapes);
    assert.ok(
      drawn !== undefined && Math.abs(drawn - placeOf(us)) < PIXELS_OFF,
      `${what} at ${drawn}, not at ${placeOf(us)}`,
    );
  }
}

function control(network: Network): void {
  const path = join(network.folder, "control.html");
  writeFileSync(path, `<img src="http://192.0.2.250/x.png"><script>throw new Error("boom")</script>`);
  const { said, requests } = visit(network, "c", path, "light", join(network.folder, "control.png"));
  assert.match(said.join(), /boom/);
  assert.deepEqual(requests, ["http://192.0.2.250/x.png"]);
}

/** What a log may hold that nobody can use. */
const BROKEN = `not json\n{"v":1}\n{"v":1,"type":"new.fact","tool":"t","host":"h","pid":1,"ts":"2026-11-25T00:00:00.000000000Z","seq":1}\n`;

test("vip-probe --report draws earlier logs, and tells what is wrong with them", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const log = join(network.folder, "old.ndjson");
    const head = { host: "a", mono_ns: "5000000000", boot_id: "x" };
    writeFileSync(log, BROKEN);
    for (const [type, more] of [
      ["probe.lost", {}],
      ["probe.back", { outage_ms: 12, lost: 3, mono_ns: "5012000000" }],
    ] as const)
      appendFileSync(log, recordLine({ ...head, type, target: VIP, kind: "icmp", ...more }));
    appendFileSync(log, '{"v":1,"type":"probe.ba');
    const page = join(network.folder, "old.html");
    const { code, stderr, stdout } = network.run("a", ["vip-probe", "--report", page, "--log", log]);
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /3 of 6 lines are no records, the first one: line 1 is not JSON/);
    assert.match(stderr, /1 of 6 records are of kinds that this version does not know/);
    const html = readFileSync(page, "utf8");
    assert.match(html, /3 of 6 lines are no records/);
    assert.match(html, /12\.0 ms without an answer, 3 asks lost/);
    assert.match(html, /wrote no record of each ask/);
  });
});

const LINES = 1_000_000;
/** A heap that the lines alone would not fit in. */
const HEAP_MB = 64;

const MANY = 10_000;
/** Stands for the time in a line that is made once. */
const TIME = "777000777";
const AT = { host: "a", mono_ns: TIME };
const ROUTER = {
  instance: "eth0/4/51",
  interface: "eth0",
  family: 4,
  vrid: 51,
  version: 3,
  vips: [`${VIP}/32`],
};
const ASK = recordLine({ ...AT, type: "probe.asked", target: VIP, kind: "icmp", n: 0, rtt_us: 300 });
const [ACTIVE, BACKUP] = ["active", "backup"].map((state) => {
  const more = { state, previous: "backup", reason: "x", priority: 1, vmac: null, epoch: 1, boot_id: "x" };
  return recordLine({ ...AT, type: "vrrp.state", ...ROUTER, ...more });
}) as [string, string];

/** An ask each millisecond, and a change of state each hundred. */
function lineOf(n: number): string {
  const line = n % 100 > 0 ? ASK : n % 200 > 0 ? BACKUP : ACTIVE;
  return line.replace(TIME, String((n + 1) * 1_000_000));
}

test(`vip-probe --report reads a log of many lines in ${HEAP_MB} MB of heap`, inFull, async (t) => {
  await onStage(["a"], async (network) => {
    const log = join(network.folder, "many.ndjson");
    for (let n = 0; n < LINES; n += MANY)
      appendFileSync(log, Array.from({ length: MANY }, (_, k) => lineOf(n + k)).join(""));
    const page = join(network.folder, "many.html");
    const startMs = Date.now();
    const bin = join(TOP, "node_modules/.bin/vip-probe");
    const { code, stderr } = network.run("a", [
      "node",
      `--max-old-space-size=${HEAP_MB}`,
      bin,
      "--report",
      page,
      "--log",
      log,
    ]);
    assert.equal(code, 0, stderr);
    t.diagnostic(
      `${LINES} lines of ${statSync(log).size >> 20} MB in ${Date.now() - startMs} ms, page of ${statSync(page).size >> 10} KiB`,
    );
    assert.match(readFileSync(page, "utf8"), /of the oldest spans are not drawn: there were too many/);
    rmSync(log);
  });
});
