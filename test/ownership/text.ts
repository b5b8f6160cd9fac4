/**
 * A script as text that one can type.
 *
 * @module
 */
import { setCommands } from "./scene.ts";
import { instanceOf, type Script, type Step, type Told, type VirtualRouter } from "./script.ts";

/** @returns a line for each thing to do, on a host whose interface is eth0; records come in words. */
export function textOf({ scene, steps }: Script): string {
  return [...setCommands(scene), ...steps.map(stepOf)].join("\n");
}

function stepOf(step: Step): string {
  const kill = "killMs" in step && step.killMs !== undefined ? `, kill -9 after ${step.killMs} ms` : "";
  switch (step.type) {
    case "up":
      return `${["vmac-ctl up", wordsOf(step.router), step.options, ...step.vips].filter(Boolean).join(" ")}${kill}`;
    case "down":
      return `vmac-ctl down ${wordsOf(step.router)}${kill}`;
    case "follow":
      return `vmac-ctl follow ${step.options} &   # the input of the one before ends`;
    case "tell":
      return `# tell: ${step.records.map(toldOf).join("; ")}${kill === "" ? `, wait ${step.pauseMs} ms` : kill}`;
    case "end":
      return `# its input ends${kill}`;
    case "signal":
      return `kill -${step.signal.slice(3)} %vmac-ctl`;
    case "tear":
      return `# ${instanceOf(step.router)}: an owner was killed while it wrote its note (${step.note})`;
    case "find":
      return `ip address show   # needs ${step.vips.join(" ")}`;
    case "disturb":
      return `# ${step.how} of ${instanceOf(step.router)}`;
    default:
      return `vmac-ctl ${step.type}${kill}`;
  }
}

function toldOf(told: Told): string {
  const instance = instanceOf(told.router);
  switch (told.type) {
    case "state":
      return `${instance} ${told.state}, next epoch, ${told.vips.join(" ")}${told.hasVmac ? "" : ", no vmac"}`;
    case "lease":
      return `${[instance, told.kind, "lease"].filter(Boolean).join(" ")} of ${told.validMs} ms`;
    case "prepare":
      return `${instance} prepare`;
    case "stale":
      return `${instance} lease that is stale: ${told.why}`;
  }
}

function wordsOf({ vrid }: VirtualRouter): string {
  return `-I eth0 --vrid ${vrid}`;
}
