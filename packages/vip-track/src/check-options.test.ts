/** What settings become, and which do not fit together. */
import assert from "node:assert/strict";
import test from "node:test";
import { type CheckOptions, toCheckOptions } from "./check-options.ts";
import type { CheckSettings } from "./settings.ts";

const read = (settings: Partial<CheckSettings>, defaults?: Partial<CheckSettings>): CheckOptions =>
  toCheckOptions({ name: "x", ...settings }, defaults);

test("toCheckOptions() fills in what is left out: the timeout is the interval", () => {
  const { everyUs, timeoutUs, rise, fall, weight, startsFailed } = read({ tcp: "127.0.0.1:80" });
  assert.deepEqual(
    [everyUs, timeoutUs, rise, fall, weight, startsFailed],
    [1e6, 1e6, 1, 1, undefined, false],
  );
  assert.equal(read({ tcp: "127.0.0.1:80", every: "200ms" }).timeoutUs, 200_000);
});

test("toCheckOptions() takes what is said for many, unless the check says otherwise", () => {
  const { everyUs, fall } = read({ tcp: "127.0.0.1:80", fall: 5 }, { every: "5s", fall: 2, user: "nobody" });
  assert.deepEqual([everyUs, fall], [5e6, 5]);
});

const TARGETS: readonly (readonly [settings: Partial<CheckSettings>, target: object])[] = [
  [{ tcp: "[2001:db8::1]:80" }, { kind: "tcp", address: "2001:db8::1", port: 80 }],
  [{ shell: "true" }, { kind: "command", argv: ["/bin/sh", "-c", "true"] }],
  [
    { command: ["/bin/x", "-a"], user: "nobody" },
    { kind: "command", argv: ["/bin/x", "-a"], user: "nobody" },
  ],
  [
    { http: "https://192.0.2.1/health?full=1", host: "www.example.com" },
    { kind: "http", address: "192.0.2.1", port: 443, isSecure: true, path: "/health?full=1" },
  ],
  [{ http: "http://[2001:db8::1]:8080" }, { address: "2001:db8::1", port: 8080, path: "/" }],
  [{ link: "eth0" }, { kind: "link", name: "eth0", needsCarrier: true }],
  [{ route: "default" }, { network: "0.0.0.0", length: 0 }],
  [
    { route: "default", via: "fe80::1" },
    { network: "::", length: 0, via: "fe80::1" },
  ],
  [
    { route: "198.51.100.0/24", interface: "eth1" },
    { length: 24, interfaceName: "eth1" },
  ],
  [{ route: "2001:db8::1" }, { network: "2001:db8::1", length: 128 }],
  [
    { file: "/run/x", weight: 2 },
    { kind: "file", factor: 2, compare: undefined },
  ],
  [
    { file: "/run/x", compare: "> 1", weight: 2 },
    { factor: undefined, compare: "> 1" },
  ],
  [{ file: "/run/x", weight: 0 }, { factor: undefined }],
  [
    { process: "nginx", count: "2-5" },
    { program: "nginx", counts: [{ least: 2, most: 5 }] },
  ],
  [
    { process: "nginx", count: 2 },
    { program: "nginx", counts: [{ least: 2, most: Number.POSITIVE_INFINITY }] },
  ],
  [
    { dns: "192.0.2.53", ask: "example.com" },
    { address: "192.0.2.53", port: 53, question: "example.com", recordType: "A" },
  ],
];
for (const [settings, target] of TARGETS)
  test(`toCheckOptions() reads ${JSON.stringify(settings)}`, () => {
    const seen = read(settings).target as unknown as Record<string, unknown>;
    assert.deepEqual(Object.fromEntries(Object.keys(target).map((key) => [key, seen[key]])), target);
  });

test("toCheckOptions(): the weight of a file's number is no weight of the check", () => {
  assert.equal(read({ file: "/run/x", weight: 2 }).weight, undefined);
  assert.equal(read({ file: "/run/x", weight: 2, compare: "> 1" }).weight, 2);
});

const REFUSED: readonly (readonly [settings: Partial<CheckSettings>, key: string, says: RegExp])[] = [
  [{}, "name", /nothing to look at: needs one of command, shell, tcp/],
  [{ tcp: "127.0.0.1:80", link: "eth0" }, "link", /beside tcp: a check looks at one thing/],
  [{ tcp: "127.0.0.1:80", status: "200" }, "status", /is given for tcp: belongs to http/],
  [{ link: "eth0", user: "nobody" }, "user", /is given for link: belongs to command, shell/],
  [{ tcp: "127.0.0.1:80", every: "5ms" }, "every", /is 5ms: needs 10ms or more/],
  [{ tcp: "127.0.0.1:80", every: "2h" }, "every", /is 2h: needs 10ms to 1h/],
  [{ tcp: "127.0.0.1:80", every: "soon" }, "every", /is "soon": needs a number with ms, s or m/],
  [{ tcp: "127.0.0.1:80", timeout: 0 }, "timeout", /is 0: needs 1ms or more/],
  [{ tcp: "web:80" }, "tcp", /"web": needs an address/],
  [{ http: "192.0.2.1/health" }, "http", /needs a URL like http:/],
  [{ http: "http://www.example.com/" }, "http", /"www.example.com": needs an address/],
  [{ http: "http://192.0.2.1/", host: "a b" }, "host", /needs a name/],
  [{ http: "http://192.0.2.1/", host: "192.0.2.2" }, "host", /needs a name/],
  [{ http: "http://192.0.2.1/", status: "ok" }, "status", /is "ok": needs numbers/],
  [{ link: "an-interface-too-long" }, "link", /at most 15 characters/],
  [{ route: "198.51.100.0/33" }, "route", /needs NETWORK\/LENGTH/],
  [{ route: "net" }, "route", /"net"/],
  [{ command: ["bin/x"] }, "command", /is "bin\/x": needs a path from \/ on/],
  [{ file: "x" }, "file", /is "x": needs a path from \/ on/],
  [{ file: "/x", compare: "5" }, "compare", /needs <, <=/],
  [{ process: "./x" }, "process", /needs a name, or a path/],
  [{ process: "x", count: "some" }, "count", /is "some": needs numbers/],
  [{ dns: "192.0.2.53" }, "ask", /is missing/],
  [{ dns: "192.0.2.53", ask: "x", rrtype: "MX", answer: "y" }, "answer", /is given for MX: belongs to A/],
];
for (const [settings, key, says] of REFUSED)
  test(`toCheckOptions() refuses ${JSON.stringify(settings)}`, () =>
    assert.throws(() => read(settings), { name: "SettingError", key, message: says }));
