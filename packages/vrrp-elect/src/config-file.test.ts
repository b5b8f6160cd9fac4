/** Settings: what they mean, and how a mistake in them is told. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ExitError } from "@viptools/cli";
import { configJsonSchema, readConfigFile } from "./config-file.ts";
import { type RouterOptions, SettingError, toRouterOptions } from "./router-options.ts";
import type { RouterSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "viptools-config-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
function file(content: unknown): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const BASE: RouterSettings = { interface: "eth0", vrid: 51, vips: ["192.0.2.100"] };

const MEANINGS: [string, Partial<RouterSettings>, Partial<RouterOptions>][] = [
  ["V3-5.2.4-b no priority is 100", {}, { priority: 100, advertUs: 1_000_000, version: 3, downCount: 3 }],
  [
    "the longest skew and an interval to hand over",
    { advert_int: "100ms" },
    { handoverUs: 100_000 + 99_609.375 },
  ],
  ["V3-5.2.3-a the lowest VRID", { vrid: 1 }, { vrid: 1, instance: "eth0/4/1" }],
  ["V3-5.2.3-a the highest VRID", { vrid: 255 }, { vrid: 255, vmac: "00:00:5e:00:01:ff" }],
  ["V3-5.2.7-a the shortest interval", { advert_int: "10ms" }, { advertUs: 10_000 }],
  ["V3-5.2.7-a the longest interval", { advert_int: "40.95s" }, { advertUs: 40_950_000 }],
  [
    "V2-5.3.7-a V2-6.1-b a second and preemption in version 2",
    { vrrp_version: 2 },
    { advertUs: 1_000_000, preempt: true },
  ],
  ["25 ms to settle", {}, { settleUs: 25_000 }],
  ["a quarter of a short interval to settle", { advert_int: "10ms" }, { settleUs: 2500 }],
  ["a bare number is seconds", { startup_delay: 2 }, { startupDelayUs: 2_000_000 }],
  ["V3-7.3-a the virtual MAC of IPv4", {}, { vmac: "00:00:5e:00:01:33", family: 4 }],
  [
    "V3-7.3-a the virtual MAC of IPv6",
    { vips: ["fe80::1", "2001:db8::1"] },
    { vmac: "00:00:5e:00:02:33", family: 6 },
  ],
  ["no virtual MAC", { vmac: false }, { vmac: null }],
  [
    "IPv6 without a link-local address, leniently",
    { vips: ["2001:db8::1"], lenient_v6: true },
    { family: 6 },
  ],
  ["a member of a group", { sync_group: "g" }, { isGrouped: true, syncGroup: "g" }],
];
for (const [name, settings, part] of MEANINGS) {
  test(`toRouterOptions(): ${name}`, () => {
    const options = toRouterOptions({ ...BASE, ...settings });
    for (const [key, value] of Object.entries(part))
      assert.deepEqual(options[key as keyof RouterOptions], value, key);
  });
}

const REFUSED: [string, Partial<RouterSettings>, RegExp][] = [
  ["V3-5.2.7-a 41 s", { advert_int: "41s" }, /10ms to 40\.95s/],
  ["V3-5.2.7-a 15 ms", { advert_int: "15ms" }, /steps of 10ms/],
  ["V2-5.3.7-a half a second", { vrrp_version: 2, advert_int: "500ms" }, /whole seconds/],
  ["V2-5-a version 2 over IPv6", { vrrp_version: 2, vips: ["fe80::1"] }, /no IPv6/],
  ["V3-9-a a password in version 3", { auth_file: "/x" }, /no authentication/],
  ["V3-5.2.9-b two families", { vips: ["192.0.2.1", "fe80::1"] }, /one family/],
  ["V3-5.2.9-a no link-local address", { vips: ["2001:db8::1"] }, /fe80::200:5eff:fe00:233/],
  ["V3-5.2.9-a the link-local address not first", { vips: ["2001:db8::1", "fe80::7"] }, /first.*fe80::7/],
  ["a VIP twice", { vips: ["192.0.2.1", "192.0.2.1/24"] }, /twice/],
  ["settling for longer than a quarter", { advert_int: "100ms", settle: "26ms" }, /at most a quarter/],
  ["a carrier overlooked for too long", { advert_int: "100ms", link_down_delay: "1s" }, /at most 200 ms/],
  ["a peer of another family", { peers: ["fe80::1"] }, /IPv4 address/],
  ["a duration that is none", { preempt_delay: "soon" }, /Cannot read duration "soon"/],
];
for (const [name, settings, says] of REFUSED) {
  test(`toRouterOptions() refuses ${name}`, () => {
    assert.throws(
      () => toRouterOptions({ ...BASE, ...settings }),
      (error) => error instanceof SettingError && says.test(error.message),
    );
  });
}

const WRONG: [string, unknown, RegExp][] = [
  ["no JSON", "{", /: is not JSON/],
  ["no routers", {}, /routers is missing/],
  ["an empty list", { routers: [] }, /routers is empty: needs at least one/],
  [
    "one address at two routers",
    { routers: [BASE, { ...BASE, vrid: 52 }] },
    /routers\[1\]\.vips has 192\.0\.2\.100, like routers\[0\]/,
  ],
  [
    "V3-5.2.5-b an empty list of VIPs",
    { routers: [{ ...BASE, vips: [] }] },
    /routers\[0\]\.vips is empty: needs at least one/,
  ],
  ["V3-5.2.4-b a priority of 0", { routers: [{ ...BASE, priority: 0 }] }, /priority is 0: needs >=1/],
  ["V3-5.2.4-b a priority of 256", { routers: [{ ...BASE, priority: 256 }] }, /priority is 256: needs <=255/],
  [
    "V3-5.2.3-a no VRID",
    { routers: [{ interface: "eth0", vips: BASE.vips }] },
    /routers\[0\]\.vrid is missing/,
  ],
  [
    "V3-5.2.3-a a VRID of 256",
    { routers: [{ ...BASE, vrid: 256 }] },
    /routers\[0\]\.vrid is 256: needs <=255/,
  ],
  ["V3-5.2.3-a a VRID of 0", { routers: [{ ...BASE, vrid: 0 }] }, /routers\[0\]\.vrid is 0: needs >=1/],
  ["a VRID that is text", { routers: [{ ...BASE, vrid: "51" }] }, /routers\[0\]\.vrid is "51": needs number/],
  ["an unknown setting", { routers: [{ ...BASE, prio: 5 }] }, /routers\[0\]\.prio is unknown/],
  ["V3-5.2.5-b no VIPs", { routers: [{ interface: "eth0", vrid: 1 }] }, /routers\[0\]\.vips is missing/],
  ["a bad VIP", { routers: [BASE, { ...BASE, vrid: 2, vips: ["x"] }] }, /routers\[1\]\.vips .*"x"/],
  ["a bad default", { defaults: { down_count: 1 }, routers: [BASE] }, /defaults\.down_count is 1: needs >=2/],
  [
    "one instance twice",
    { routers: [BASE, { ...BASE, vips: ["192.0.2.7"] }] },
    /routers\[1\] is eth0\/4\/51 again/,
  ],
  ["a group of one", { routers: [{ ...BASE, sync_group: "g" }] }, /sync_group is "g": no other/],
];
for (const [name, content, says] of WRONG) {
  test(`readConfigFile() ends with 78 for ${name}, and names file, place and value`, () => {
    const path = file(content);
    assert.throws(
      () => readConfigFile(path),
      (error) =>
        error instanceof ExitError &&
        error.code === 78 &&
        error.message.startsWith(path) &&
        says.test(error.message),
    );
  });
}

test("readConfigFile() tells every mistake at once, and ends with 66 for a file that is not there", () => {
  const path = file({
    routers: [
      { ...BASE, advert_int: "5ms" },
      { ...BASE, vrid: 2, vips: ["y"] },
    ],
  });
  assert.throws(
    () => readConfigFile(path),
    (error) => error instanceof ExitError && error.message.split("\n").length === 2,
  );
  assert.throws(
    () => readConfigFile("/nope.json"),
    (error) => error instanceof ExitError && error.code === 66,
  );
});

test("readConfigFile() gives defaults to those who do not say otherwise; VRID 7 in two families is two routers (V3-1.7-a)", () => {
  const routers = readConfigFile(
    file({
      defaults: { priority: 150, advert_int: 0.1 },
      routers: [BASE, { ...BASE, vips: ["fe80::1"], priority: 90 }],
    }),
  );
  assert.deepEqual(
    routers.map(({ instance, priority, advertUs }) => [instance, priority, advertUs]),
    [
      ["eth0/4/51", 150, 100_000],
      ["eth0/6/51", 90, 100_000],
    ],
  );
});

test("configJsonSchema() names every setting and allows no other", () => {
  const schema = configJsonSchema() as {
    additionalProperties: boolean;
    properties: Record<string, { items: { properties: object } }>;
  };
  assert.equal(schema.additionalProperties, false);
  assert.ok("sync_group" in schema.properties["routers"]!.items.properties);
});
