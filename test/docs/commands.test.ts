/** What the project's own programs say of themselves, and of wrong words; none of these rows starts anything. */
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { attempt } from "../lab/shell.ts";

const OPTIONS_OF = {
  bench: ["--quick", "--json", "--readme", "--again", "--budget", "--list"],
  chaos: [
    "--seed",
    "--for",
    "--once",
    "--routers",
    "--blows",
    "--advert-min",
    "--advert-max",
    "--follow-args",
  ],
  fuzz: ["--for", "--seed", "--keep", "--play", "--list", "--crashers"],
  soak: ["--changes", "--adverts", "--records", "--seed", "--slack", "--also", "--json"],
} as const;
type Name = keyof typeof OPTIONS_OF;

const play = (name: Name, ...args: string[]) =>
  attempt(["node", fileURLToPath(new URL(`../${name}/main.js`, import.meta.url)), ...args]);

for (const [name, options] of Object.entries(OPTIONS_OF) as [Name, readonly string[]][]) {
  test(`npm run ${name} -- --help names each option`, () => {
    for (const word of ["--help", "-h"]) {
      const { code, stdout, stderr } = play(name, word);
      assert.deepEqual([code, stderr], [0, ""]);
      for (const option of options) assert.ok(stdout.includes(option), `${option}\n${stdout}`);
    }
  });

  test(`npm run ${name} refuses an option that it does not know`, () => {
    const { code, stdout, stderr } = play(name, "--no-such");
    assert.deepEqual([code, stdout], [64, ""]);
    assert.match(stderr, new RegExp(`^${name}: Unknown option '--no-such'.*\\n$`));
  });
}

const WRONG: readonly (readonly [Name, readonly string[], RegExp])[] = [
  ["bench", ["--list", "no-such"], /^bench: no bench has "no-such" in its name: see --list\n$/],
  ["chaos", ["--for", "soon"], /^chaos: --for soon: needs a number from 0 on\n$/],
  ["chaos", ["--for", "Infinity"], /^chaos: --for Infinity: needs a number from 0 on\n$/],
  ["chaos", ["--routers", "9"], /^chaos: --routers 9: needs a number from 2 to 5\n$/],
  ["fuzz", ["--for", "0"], /^fuzz: --for 0: needs a number from 0.001 to 86400\n$/],
  ["fuzz", ["no-such"], /^fuzz: no-such is no target: --list names them\n$/],
  ["soak", ["--records", ""], /^soak: --records : needs a number from 0 on\n$/],
  ["soak", ["--slack=-1"], /^soak: --slack -1: needs a number from 0 on\n$/],
];

for (const [name, args, sentence] of WRONG) {
  test(`npm run ${name} -- ${args.join(" ")} is refused with a sentence`, () => {
    const { code, stderr } = play(name, ...args);
    assert.equal(code, 64, stderr);
    assert.match(stderr, sentence);
  });
}
