/** Each kind of check, well and ill: real services, interfaces, routes, files, processes. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { FedTool } from "../lab/fed-tool.ts";
import type { Network } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { attempt, must } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";
import { startServices } from "../lab/tracked.ts";

const words = (line: string): string[] => line.split(" ");

/** What is looked at, and how the only run ends. */
type Row = readonly [settings: Readonly<Record<string, unknown>>, ok: boolean, detail: RegExp];

const ROWS = (folder: string): readonly Row[] => [
  [{ tcp: "127.0.0.1:8080" }, true, /^connected$/],
  [{ tcp: "127.0.0.1:8090" }, false, /^ECONNREFUSED$/],
  [{ tcp: "[::1]:8080" }, true, /^connected$/],
  [{ tcp: "192.0.2.99:80", timeout: "300ms" }, false, /^no result within 300 ms$/],
  [{ http: "http://127.0.0.1:8080/" }, true, /^200 OK$/],
  [{ http: "http://127.0.0.1:8081/" }, false, /^503 Service Unavailable$/],
  [{ http: "http://127.0.0.1:8081/", status: "200,500-599" }, true, /^503/],
  [{ http: "http://127.0.0.1:8080/page" }, false, /^404/],
  [{ http: "http://127.0.0.1:8080/page", host: "www.example" }, true, /^200/],
  [{ http: "http://127.0.0.1:8090/" }, false, /^ECONNREFUSED$/],
  [{ http: "http://127.0.0.1:8085/", timeout: "300ms" }, false, /^no result within 300 ms$/],
  [{ http: "https://127.0.0.1:8443/" }, false, /^DEPTH_ZERO_SELF_SIGNED_CERT$/],
  [{ http: "https://127.0.0.1:8443/", host: "www.example", verify: false }, true, /^200/],
  [{ http: "https://127.0.0.1:8080/" }, false, /^no TLS there$/],
  [{ link: "eth0" }, true, /^up$/],
  [{ link: "bare0" }, false, /^no carrier$/],
  [{ link: "bare0", carrier: false }, true, /^up, no carrier$/],
  [{ link: "bare1" }, false, /^down$/],
  [{ link: "eth9" }, false, /^there is no such interface$/],
  [{ route: "192.0.2.0/24" }, true, /^there$/],
  [{ route: "192.0.0.0/16" }, false, /^no such route$/],
  [{ route: "default" }, true, /^there$/],
  [{ route: "default", via: "192.0.2.9", interface: "eth0" }, true, /^there$/],
  [{ route: "default", via: "192.0.2.8" }, false, /^there, but via 192\.0\.2\.9$/],
  [{ route: "default", interface: "lo" }, false, /^there, but through eth0$/],
  [{ route: "2001:db8::/64", interface: "lo" }, false, /^there, but through eth0$/],
  [{ route: "198.51.100.0/24" }, false, /^no carrier$/],
  [{ route: "203.0.113.0/24" }, false, /^no such route$/],
  [{ route: "2001:db8::/64" }, true, /^there$/],
  [{ file: `${folder}/zero` }, true, /^value 0$/],
  [{ file: `${folder}/seven` }, false, /^value 7$/],
  [{ file: `${folder}/seven`, compare: ">= 7" }, true, /^value 7$/],
  [{ file: `${folder}/seven`, weight: 3 }, true, /^value 7$/],
  [{ file: `${folder}/seven`, weight: -3 }, false, /^value 7$/],
  [{ file: folder }, false, /^is no file$/],
  [{ file: `${folder}/pipe` }, false, /^is no file$/],
  [{ process: "a-program-with-a-long-name" }, true, /^1 running$/],
  [{ process: "a-program-with-a-long-nose" }, false, /^0 running$/],
  [{ process: `${folder}/a-program-with-a-long-name` }, true, /^1 running$/],
  [{ process: `${folder}/zero` }, false, /^0 running$/],
  [{ process: "a-program-with-a-long-name", count: "2-3" }, false, /^1 running$/],
  [{ dns: "127.0.0.1:5353", ask: "www.example" }, true, /^192\.0\.2\.80$/],
  [{ dns: "127.0.0.1:5353", ask: "www.example", answer: "192.0.2.81" }, false, /80, not 192\.0\.2\.81$/],
  [{ dns: "127.0.0.1:5353", ask: "missing.example" }, false, /^ENOTFOUND$/],
  [{ dns: "127.0.0.1:5353", ask: "silent.example", timeout: "300ms" }, false, /^(ETIMEOUT|no result)/],
  [{ dns: "127.0.0.1:53", ask: "www.example" }, false, /^ECONNREFUSED$/],
  [{ command: ["true"] }, true, /^exit 0$/],
  [{ command: ["/bin/echo", "-n", "$HOME  \u001b[2J"] }, true, /^exit 0: \$HOME {2}\\x1b\[2J$/],
  [{ shell: "echo first; echo second; exit 7" }, false, /^exit 7: first$/],
  [{ shell: "kill -9 $$" }, false, /^ended by SIGKILL$/],
  [{ shell: "sleep 60", timeout: "300ms" }, false, /^no result within 300 ms$/],
  [{ shell: "id -un", user: "nobody" }, true, /^exit 0: nobody$/],
  [{ shell: "echo $KEY $PATH $LANG $USER", environment: { KEY: "k" } }, true, /^exit 0: k \S+ C\.UTF-8$/],
  [{ shell: "pwd > /dev/stderr" }, true, /^exit 0: \/$/],
  [{ shell: "pwd; head -c 500000 /dev/zero" }, true, /^exit 0: \/$/],
  [{ shell: "exec yes" }, false, /^ended by SIGPIPE: y$/],
];

/** Interfaces, routes, files, a program and services for {@link ROWS}. */
async function setTheTable(network: Network): Promise<void> {
  const { folder } = network;
  for (const line of [
    "ip link add bare0 type veth peer name bare1",
    "ip link set bare0 up",
    "ip address add 198.51.100.1/24 dev bare0",
    "ip route add default via 192.0.2.9",
    "ip route add blackhole 203.0.113.0/24",
  ])
    network.command("a", line);
  writeFileSync(join(folder, "zero"), "0\n");
  writeFileSync(join(folder, "seven"), "7 and more\n");
  must(["mkfifo", join(folder, "pipe")]);
  const program = join(folder, "a-program-with-a-long-name");
  must(["cp", "/bin/sleep", program]);
  network.start("a", [program, "600"], "ignore");
  const [key, cert] = ["key", "cert"].map((name) => join(folder, name));
  must(words(`openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=www.example -keyout ${key} -out ${cert}`));
  await startServices(network, "a", [
    "http:8080:200",
    "http:8081:503",
    "tcp:8085",
    `https:8443:${key}:${cert}`,
    "dns:5353:192.0.2.80",
  ]);
}

test("each kind of check finds what is well and what is not", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    await setTheTable(network);
    const rows = ROWS(network.folder);
    const checks = rows.map(([settings], n) => ({ name: `check ${n}`, timeout: "5s", ...settings }));
    const path = join(network.folder, "all.json");
    writeFileSync(path, JSON.stringify({ checks }));
    const tracker = new FedTool(network, "a", ["vip-track", "--config", path, "--once"]);
    await tracker.ended();
    assert.equal(tracker.exitCode, 1, tracker.errors());
    const told = new Map(ofType(tracker.records(), "track.state").map((record) => [record.name, record]));
    for (const [n, [settings, ok, detail]] of rows.entries())
      await t.test(
        `${JSON.stringify(settings).replaceAll(network.folder, "")} is ${ok ? "ok" : "not ok"}`,
        () => {
          const record = told.get(`check ${n}`);
          assert.match(record?.detail ?? "never told", detail);
          assert.equal(record?.ok, ok);
        },
      );
    const seven = told.get(`check ${rows.findIndex(([{ weight }]) => weight === 3)}`);
    assert.equal(seven?.weight, 21, "a file's value times its weight");
    const once = words("vip-track --once --name web --tcp 127.0.0.1:8080");
    assert.equal(network.run("a", once).code, 0, "one that is well");
  });
});

/** Refused before anything is run. */
const WRONG: readonly (readonly [line: string, code: number, says: RegExp])[] = [
  ["vip-track", 64, /usage: vip-track --name/],
  ["vip-track --tcp 127.0.0.1:80", 64, /--name is missing/],
  ["vip-track --name x", 64, /nothing to look at: needs one of command, shell, tcp/],
  ["vip-track --name x --tcp web:80", 64, /--tcp has "web": needs an address/],
  ["vip-track --name x --link lo -- true", 64, /--link is given beside command/],
  ["vip-track --name x --link lo --status 200", 64, /--status is given for link: belongs to http/],
  ["vip-track --name x --link lo --every 1ms", 64, /--every is 1ms: needs 10ms or more/],
  ["vip-track --config /nope.json", 66, /Cannot read \/nope\.json: there is no such file or folder/],
  ["vip-track --config /nope.json --name x", 64, /--name is given beside --config/],
  ["vip-track --name x -- /nope", 78, /check x: \/nope: ENOENT/],
  ["vip-track --name x -- no-such-program", 78, /there is no no-such-program in \/usr\/local/],
  ["vip-track --name x --user no-such-user -- true", 78, /there is no user "no-such-user"/],
];
for (const [line, code, says] of WRONG)
  test(`"${line}" ends with ${code}`, needsRoot, () => {
    const outcome = attempt(words(line));
    assert.equal(outcome.code, code, outcome.stdout);
    assert.match(outcome.stderr, says);
  });

/** What the configuration names, and how both a start and `--check-config` end. */
const FILES: readonly (readonly [check: object, code: number, says: RegExp])[] = [
  [{ command: ["/nix"] }, 78, /check x: \/nix: ENOENT/],
  [{ command: ["/dev/null"] }, 78, /\/dev\/null is writable by others, and root would run/],
  [{ shell: "true", user: "no-such-user" }, 78, /there is no user "no-such-user"/],
  [{ command: ["true"] }, 0, /right, 1 checks/],
];
for (const [check, code, says] of FILES)
  test(`--check-config of ${JSON.stringify(check)} ends with ${code}, as a start would`, needsRoot, () => {
    const config = JSON.stringify({ checks: [{ name: "x", ...check }] });
    const run = (flag: string) => attempt(["vip-track", "--config", "/dev/stdin", flag], config);
    const checked = run("--check-config");
    assert.deepEqual([checked.code, run("--once").code], [code, code], checked.stderr);
    assert.match(checked.stderr, says);
  });
