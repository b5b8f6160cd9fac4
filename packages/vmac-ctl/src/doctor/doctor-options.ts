/**
 * The command lines of `vmac-ctl doctor` and `vmac-ctl probe`.
 *
 * @module
 */
import type { CommandSpec, OptionSpec } from "@viptools/cli";

const INTERFACE: OptionSpec = { name: "interface", letter: "I", value: "IF", about: "the NIC" };
const LISTEN: OptionSpec = {
  name: "listen",
  value: "T",
  default: "1500ms",
  about: "how long to listen for others first: longer than their advert interval",
};
const NO_INTERFACE = [69, "no such interface"] as const;

export const DOCTOR: CommandSpec = {
  name: "doctor",
  summary: "say what on this host or wire keeps a virtual router from working, and what mends it",
  usage: "-I IF [--vrid N] [--target ADDRESS] [VIP…]",
  examples: [
    ["vmac-ctl doctor -I eth0 --vrid 51 192.0.2.100", "before the first start, or when nobody is served"],
    ["vmac-ctl doctor -I eth0", "of all that this host owns on eth0"],
    ["vmac-ctl doctor -I eth0 --json | jq -r .command", "only what mends it"],
  ],
  words: { name: "VIP", atLeast: 0 },
  options: [
    INTERFACE,
    { name: "vrid", value: "N", about: "virtual router, 1 to 255 [all that this host owns there]" },
    { name: "family", value: "F", choices: ["4", "6"], about: "without VIPs: only this family" },
    LISTEN,
    {
      name: "target",
      value: "ADDRESS",
      about: "ask this neighbour from the virtual MAC too, as `probe` does",
    },
  ],
  exits: [[1, "something was found"], NO_INTERFACE, [71, "nothing was found, and a check could not be done"]],
  records: ["vmac.finding", "tool.error"],
};

export const PROBE: CommandSpec = {
  name: "probe",
  summary: "ask a neighbour from the NIC's MAC, then from the virtual MAC: does the network let that pass?",
  usage: "-I IF --vrid N --target ADDRESS",
  examples: [
    ["vmac-ctl probe -I eth0 --vrid 51 --target 192.0.2.254", "with the gateway as the neighbour"],
    ["vmac-ctl probe -I eth0 --vrid 51 --target fe80::1", "the same for IPv6's virtual MAC"],
  ],
  options: [
    INTERFACE,
    { name: "vrid", value: "N", about: "virtual router, 1 to 255" },
    { name: "target", value: "ADDRESS", about: "a neighbour that answers: the gateway" },
    LISTEN,
    { name: "force", about: "also while somebody uses the virtual MAC: takes its frames away for a moment" },
  ],
  exits: [
    [1, "frames from the virtual MAC do not pass"],
    [69, "no such interface, or the target does not answer the NIC's MAC either"],
    [75, "somebody uses the virtual MAC"],
  ],
  records: ["vmac.probed"],
};
