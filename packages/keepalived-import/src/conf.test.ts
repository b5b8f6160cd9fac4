// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters of keepalived are written so.
/** keepalived.conf as text: lines, words, blocks. The longer examples are those of its manual. */
import assert from "node:assert/strict";
import test from "node:test";
import { ConfError } from "./conf-error.ts";
import { type ConfFile, LineReader } from "./conf-lines.ts";
import { parseConf, type Statement } from "./conf-tree.ts";
import { commandWords, tokensOf, withoutComment } from "./tokens.ts";

const PLACE = { file: "f", line: 1 };
const FILES: Readonly<Record<string, string>> = {
  "one.conf": "one\n",
  "loop.conf": "include loop.conf",
  "sub.conf": "a ${_PWD}",
};
const file = (text: string, path = "f", folder = "/etc"): ConfFile => ({ path, folder, text });
const read = (text: string): string[] =>
  new LineReader({
    configId: "main",
    find: (pattern) => (FILES[pattern] === undefined ? [] : [file(FILES[pattern], pattern, "/sub")]),
  })
    .read(file(text))
    .map((line) => line.text);

const LINES: readonly (readonly [name: string, text: string, lines: readonly string[]])[] = [
  ["comments", "a # b\n! c\nd ! e", ["a", "d"]],
  ["comments in quotes are none", 'auth_pass "a#b!c" # d', ['auth_pass "a#b!c"']],
  ["an escaped comment is none", "a \\# b", ["a \\# b"]],
  ["a line that goes on", "a \\\n b\nc", ["a b", "c"]],
  ["conditions", "@main a\n@back b\n@^main c\n@^back d", ["a", "d"]],
  ["parameters", "$P=240\npriority $P\n${P}x ${Q} $Px", ["priority 240", "240x ${Q} $Px"]],
  ["an empty parameter", "$P=\na ${P}b", ["a b"]],
  ["conditional parameters", "@main $P=1\n@back $P=2\np $P", ["p 1"]],
  ["a parameter that is a condition", "$M=@main\n$M a\n$N=@back\n$N b", ["a"]],
  [
    "parameters are looked at when they are used",
    "$B=10.2.${S}\n$S=0\n${B}.1\n$S=10\n${B}.1",
    ["10.2.0.1", "10.2.10.1"],
  ],
  [
    "parameters of several lines, one in the other",
    "$R= \\\n r ${A}.${N} { \\\n  @back x \\\n  y \\\n }\n$V= \\\n v \\\n $N=1 \\\n $R \\\n $N=2 \\\n $R\n$A=z\n$V",
    ["v", "r z.1 {", "y", "}", "r z.2 {", "y", "}"],
  ],
  ["what is given", "${_INSTANCE} ${_HASH}${_BANG} ${_PWD}", ["main #! /etc"]],
  ["a sequence", "~SEQ(N, 0, 2) ip 10.${N}", ["ip 10.0", "ip 10.1", "ip 10.2"]],
  ["a sequence in steps, downwards", "~SEQ(N, 5, -2, 1) ${N}", ["5", "3", "1"]],
  ["a sequence from one, in hexadecimal", "~SEQx(N, 11) ${N}", [..."123456789ab"]],
  ["a file", "include one.conf\ntwo", ["one", "two"]],
  ["its folder, while it is read", "include sub.conf\na ${_PWD}", ["a /sub", "a /etc"]],
  ["no file that matches", "include none*.conf\ntwo", ["two"]],
];
for (const [name, text, lines] of LINES)
  test(`LineReader: ${name}`, () => assert.deepEqual(read(text), lines));

const WORDS: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["a  b\tc", ["a", "b", "c"]],
  ['abcd" efg h jkl "mnop', ["abcd efg h jkl mnop"]],
  ['abcd "efg h jkl" mnop', ["abcd", "efg h jkl", "mnop"]],
  ["'a \"b\"' \"c 'd'\"", ['a "b"', "c 'd'"]],
  ['\\x41\\102\\t\\"\\\\', ['AB\t"\\']],
  ["V{ a }", ["V", "{", "a", "}"]],
  ['"{" ${X}', ["{", "${X}"]],
];
for (const [line, words] of WORDS) {
  test(`tokensOf(): ${line}`, () => {
    assert.deepEqual(
      tokensOf(line, PLACE).map(({ text }) => text),
      words,
    );
  });
}

test("commandWords(): single quotes hold blanks", () => {
  assert.deepEqual(commandWords("/s  'a b' c'd e'f"), ["/s", "a b", "cd ef"]);
});

test("withoutComment(): an escaped quote closes nothing", () => {
  assert.equal(withoutComment('"a\\"#b" # c'), '"a\\"#b" ');
});

const parse = (text: string): Statement[] =>
  parseConf(new LineReader({ configId: "main", find: () => [] }).read(file(text)));
const shape = (statements: readonly Statement[]): unknown[] =>
  statements.map(({ keyword, words, block }) => [
    keyword,
    ...words,
    ...(block === undefined ? [] : [shape(block)]),
  ]);

const TREES: readonly (readonly [text: string, tree: unknown])[] = [
  [
    "a b {\n c d\n e {\n }\n}",
    [
      [
        "a",
        "b",
        [
          ["c", "d"],
          ["e", []],
        ],
      ],
    ],
  ],
  ["a\n{\n b\n}\nc", [["a", [["b"]]], ["c"]]],
  ["a { b { c d } e }", [["a", [["b", [["c", "d"]]], ["e"]]]]],
  ['a "{"', [["a", "{"]]],
];
for (const [text, tree] of TREES)
  test(`parseConf(): ${JSON.stringify(text)}`, () => assert.deepEqual(shape(parse(text)), tree));

/** Each of so many parameters is the next one twice. */
const doubled = (count: number, joint: string): string => {
  const lines = Array.from({ length: count }, (_, n) => `$A${n}=\\\n\${A${n + 1}}${joint}\${A${n + 1}}`);
  return `${lines.join("\n")}\n$A${count}=x\n\${A0}`;
};

const MISTAKES: readonly (readonly [text: string, says: RegExp])[] = [
  ["a\n}", /f, line 2: } closes nothing/],
  ["a {\n b {\n}", /f, line 1: the block of a is not closed/],
  ["{ a }", /f, line 1: { has no statement/],
  ['a\nb "c', /f, line 2: a quote is not closed: needs another "/],
  ["$A=x${A}\n\n${A}", /f, line 3: a parameter contains itself/],
  ["~SEQ(A, 1, 0, 2) x", /does not end/],
  ["~SEQ(A) x", /is no sequence/],
  ["~SEQ(A, 1, 1, 1, 1) x", /is no sequence/],
  ["~SEQ(A, 9007199254740992, 1, 9007199254740999) x", /is no sequence/],
  ["~SEQ(A, 9000) ~SEQ(B, 9000) ~SEQ(C, 9000) x", /line 1: there are over 100000 lines/],
  [doubled(40, "\\\n"), /there are over 100000 lines/],
  [doubled(40, " "), /the line has \d+ characters: needs at most 65536/],
];
for (const [text, says] of MISTAKES) {
  test(`ConfError: ${JSON.stringify(text).slice(0, 70)}`, () =>
    assert.throws(
      () => parse(text),
      (error) => error instanceof ConfError && says.test(error.message),
    ));
}
for (const [text, says] of [
  ["a\ninclude loop.conf", /loop\.conf, line 1: files include each other/],
  ["a\ninclude none.conf", /f, line 2: there is no file none\.conf/],
] as const) {
  test(`ConfError: ${JSON.stringify(text)}`, () => assert.throws(() => read(text), says));
}
