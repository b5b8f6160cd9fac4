/**
 * Command lines, a word a line: an ExitError for usage, or settings that a tool can work with.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Args, type CommandSpec, ExitCode, ExitError, parseArgs } from "@viptools/cli";
import { SPEC as LISTEN, readListenOptions } from "arp-listen/dist/options.js";
import { SPEC as GARP } from "garp-send/dist/options.js";
import { readSettings as readGarp, readManner } from "garp-send/dist/settings.js";
import { SPEC as PROBE, readSettings as readProbe } from "vip-probe/dist/options.js";
import { readOptions as readCheck, SPEC as TRACK } from "vip-track/dist/options.js";
import { readFollowOptions } from "vmac-ctl/dist/follow-options.js";
import { SPEC as VMAC } from "vmac-ctl/dist/options.js";
import { SPEC as ELECT, readOptions as readRouter } from "vrrp-elect/dist/options.js";
import { octetsOf, type Target, textOf } from "../target.ts";

/** Options that name a file are left out: what is in files has targets of its own. */
const OF_FILES = /^--(config|neighbours|log|report|ack)(=|$)/;

function commandLine(
  name: string,
  spec: CommandSpec,
  seeds: readonly string[],
  read: (args: Args) => unknown,
): Target {
  const options = spec.options.map(({ name: option, value, choices, default: usual }) =>
    [`--${option}`, ...(value === undefined ? [] : [choices?.[0] ?? usual ?? "1"])].join("\n"),
  );
  return {
    name: `command-line-${name}`,
    kind: "text",
    seeds: () => octetsOf(...seeds.map((line) => line.replaceAll(" ", "\n")), ...options),
    refusals: [ExitError],
    longest: 400,
    play: (bytes) => {
      const argv = textOf(bytes).split("\n");
      if (argv.some((word) => OF_FILES.test(word))) return;
      try {
        read(parseArgs(spec, argv));
      } catch (error) {
        if (error instanceof ExitError) assert.equal(error.code, ExitCode.usage, error.message);
        throw error;
      }
    },
  };
}

const FOLLOW = VMAC.subcommands!.find(({ name }) => name === "follow")!;

export const TARGETS: readonly Target[] = [
  commandLine(
    "vrrp-elect",
    ELECT,
    ["-I eth0 --vrid 51 --priority 150 192.0.2.100/24", "-I eth0 --vrid=5 fe80::1 2001:db8::1"],
    readRouter,
  ),
  commandLine(
    "garp-send",
    GARP,
    ["-I eth0 --mac vrid:51 192.0.2.100", "-U -c 3 -i 10ms -I eth0 -"],
    (args) => {
      const settings = readGarp(args);
      const [first] = readManner(args, settings).rounds();
      assert.ok(first === undefined || first.afterUs >= 0);
    },
  ),
  commandLine(
    "arp-listen",
    LISTEN,
    ["-I eth0 --until gratuitous --for 5s", "-r - --vlan 5 --ip 192.0.2.1"],
    readListenOptions,
  ),
  commandLine("vip-probe", PROBE, ["--every 2ms --for 1s --kind tcp --port 80 192.0.2.100"], readProbe),
  commandLine(
    "vip-track",
    TRACK,
    ["--name web --tcp 192.0.2.1:80 --every 1s", "--name a --rise 2 -- /bin/true -x"],
    readCheck,
  ),
  commandLine(
    "vmac-ctl-follow",
    FOLLOW,
    ["-I eth0 --standby fenced", "--instance VI_1 -I eth0 --vrid 51 192.0.2.1"],
    readFollowOptions,
  ),
];
