/** What is read of a page, and what is refused. */
import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { type RunStep, readPage } from "./page.ts";

const LAB = "<!-- lab: a b -->\n";
const SH = "```sh\nfirst \\\n  more\nsecond\n```\n";
const TRANSCRIPT = "```text\n# one\nout\n# two\n\n```\n";

/** Hosts, scripts, shown lines and exit codes of the first step. */
function commandsOf(text: string): unknown[] {
  const step = readPage(LAB + text)[0]!.steps[0] as RunStep;
  return step.commands.map(({ hosts, script, shown, exit }) => [hosts.join(), script, shown, exit]);
}

const READ: readonly (readonly [name: string, text: string, commands: unknown[]])[] = [
  [
    "a block is one command of each host",
    `<!-- run: a b -->\n${SH}`,
    [["a,b", "first \\\n  more\nsecond\n", [], 0]],
  ],
  [
    "lines are commands of a host each, with exit codes",
    `<!-- run lines: a b; exit 1 0 -->\n${SH}`,
    [
      ["a", "first \\\n  more", [], 1],
      ["b", "second", [], 0],
    ],
  ],
  [
    "a transcript has commands behind prompts, and what they say; the last host has the rest",
    `<!-- run: a; exit 1 -->\n${TRANSCRIPT}`,
    [
      ["a", "one", ["out"], 1],
      ["a", "two", [], 1],
    ],
  ],
  [
    "a text behind a block is what the block shows",
    `<!-- run: a -->\n${SH}\nwords\n\n\`\`\`text\nshown\n\`\`\`\n`,
    [["a", "first \\\n  more\nsecond\n", ["shown"], 0]],
  ],
  [
    "a text that is marked as not run is a picture",
    `<!-- run: a -->\n${SH}\n<!-- not run: a picture -->\n\`\`\`text\nshown\n\`\`\`\n`,
    [["a", "first \\\n  more\nsecond\n", [], 0]],
  ],
];

for (const [name, text, commands] of READ) {
  test(`readPage: ${name}`, () => {
    deepEqual(commandsOf(text), commands);
  });
}

test("readPage: orders, files and later text are steps of the last lab, in their order", () => {
  const text = `${LAB}<!-- lab: c -->
<!-- do: c: x; y -->
<!-- until: switch: z -->
<!-- file: c: /etc/f -->
\`\`\`json
{}
\`\`\`
<!-- meanwhile: c: w -->
<!-- run: c; stays; for 3s -->
${SH}<!-- shown: c -->
\`\`\`text
late
\`\`\`
`;
  const [, { hosts, steps }] = readPage(text) as [unknown, ReturnType<typeof readPage>[0]];
  deepEqual(hosts, ["c"]);
  deepEqual(
    steps.map(({ kind, line }) => [kind, line]),
    [
      ["do", 3],
      ["until", 4],
      ["file", 6],
      ["run", 11],
      ["shown", 17],
    ],
  );
  const run = steps[3] as RunStep;
  deepEqual([run.stays, run.forMs, run.meanwhile.map(({ script }) => script)], [true, 3000, ["w"]]);
});

const REFUSED: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ["a block without a mark", LAB + SH, /line 2: a block of sh needs a mark/],
  ["a transcript without a mark", LAB + TRANSCRIPT, /line 2: a block of text needs a mark/],
  [
    "an indented block without a mark",
    `- x\n\n  \`\`\`sh\n  y\n  \`\`\`\n`,
    /line 3: a block of sh needs a mark/,
  ],
  ["a mark that is none", `${LAB}<!-- once: a: x -->\n`, /line 2: "once: a: x" is no mark/],
  ["JSON without a mark", "```json\n{}\n```\n", /line 1: a block of json needs a mark/],
  ["a run before any lab", `<!-- run: a -->\n${SH}`, /line 2: there is no lab yet/],
  ["a host that the lab has not", `${LAB}<!-- run: c -->\n${SH}`, /line 3: no host "c"/],
  ["a mark without a block", `${LAB}<!-- run: a -->\n`, /line 2: "run" has no block/],
  ["two marks for a block", `${LAB}<!-- run: a -->\n<!-- not run: x -->\n${SH}`, /line 4: two marks/],
  ["no reason", `<!-- not run: -->\n${SH}`, /line 1: "not run: " needs a reason/],
  ["an option that is none", `${LAB}<!-- run: a; stay -->\n${SH}`, /line 2: .* in place of "stay"/],
  ["fewer hosts than lines", `${LAB}<!-- run lines: a -->\n${SH}`, /line 3: 2 lines and 1 hosts/],
  ["an order without a colon", `${LAB}<!-- do: a -->\n`, /line 2: "do: a" needs hosts, a colon/],
  [
    "a file that is to be run",
    `${LAB}<!-- run: a -->\n\`\`\`json\n{}\n\`\`\`\n`,
    /line 3: .* json cannot be run/,
  ],
];

for (const [name, text, message] of REFUSED) {
  test(`readPage: ${name} is refused with its line`, () => {
    throws(() => readPage(text), { name: "SyntaxError", message });
  });
}

test("readPage: comments and texts about something else are left alone", () => {
  deepEqual(
    readPage("<!-- generated: x -->\n```text\na picture\n```\n<!-- not run: why -->\n```sh\nx\n```\n"),
    [],
  );
});
