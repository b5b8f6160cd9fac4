/**
 * `npm run chaos`: random faults on random routers, and what must hold all the same.
 */
import { CommandLine } from "../lab/command-line.ts";
import { campaign } from "./campaign.ts";

/** What is built of networks for one script. */
const ROUTERS_MAX = 5;
const USAGE = `usage: npm run chaos -- [--seed N] [--for MINUTES | --once] [--routers N] [--blows N]
                        [--advert-min MS] [--advert-max MS] [--follow-args=TEXT]
  --follow-args is more for vmac-ctl follow: with "--fence none" it has to fail
`;

const OPTIONS = {
  seed: { type: "string" },
  for: { type: "string", default: "2" },
  once: { type: "boolean", default: false },
  routers: { type: "string", default: "5" },
  blows: { type: "string", default: "7" },
  "follow-args": { type: "string", default: "" },
  "advert-min": { type: "string", default: "10" },
  "advert-max": { type: "string", default: "1000" },
} as const;
const line = new CommandLine("chaos", USAGE);
const { values } = line.read(OPTIONS);
const number = (
  name: "for" | "routers" | "blows" | "advert-min" | "advert-max" | "seed",
  least: number,
  most?: number,
): number => line.number(name, values[name], least, most);

/** What changes the script of a seed. */
function optionsAgain(): string[] {
  const names = ["routers", "blows", "advert-min", "advert-max"] as const;
  return names.map((name) => `--${name} ${values[name]}`);
}

const firstSeed = values.seed === undefined ? Math.floor(Date.now() / 1000) % 1_000_000 : number("seed", 0);
const limits = {
  routersMax: number("routers", 2, ROUTERS_MAX),
  blowsMax: number("blows", 2),
  advertMinMs: number("advert-min", 10),
  advertMaxMs: number("advert-max", 10),
};
const forMs = values.once ? 0 : number("for", 0) * 60_000;
line.mustBeRoot();
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const outcome = await campaign({
  firstSeed,
  limits,
  forMs,
  followArgs: values["follow-args"],
  say,
});
const { seed, played, blows, unjudged, violations, besideKeepalived } = outcome;
say(
  `${played} scripts, ${blows} blows, ${unjudged} scripts not judged: ${violations.length === 0 ? "everything held" : "it did not hold"}`,
);
if (besideKeepalived.length > 0)
  say(
    `beside that keepalived: ${besideKeepalived.map(({ property, sentence }) => `${property}: ${sentence}`).join("; ")}`,
  );
if (violations.length > 0) {
  say(`again: npm run chaos -- --seed ${seed} --once ${optionsAgain().join(" ")}`);
  process.exitCode = 1;
}
