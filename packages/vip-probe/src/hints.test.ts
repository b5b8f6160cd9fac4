import assert from "node:assert/strict";
import test from "node:test";
import { Hints } from "./hints.ts";

function hear(act: (hints: Hints) => void): string[] {
  const said: string[] = [];
  act(new Hints({ target: "192.0.2.1", kind: "udp", port: 9 }, (message) => said.push(message)));
  return said;
}

test("Hints say each reason once, and nothing of a queue that is full", () => {
  const said = hear(({ onFailed }) => {
    for (const code of ["EAGAIN", "ENETUNREACH", "ENETUNREACH", "EACCES", "ENOBUFS"]) onFailed(code);
  });
  assert.deepEqual(
    said.map((message) => message.split(": ")[2]),
    ["Network is unreachable", "Permission denied"],
  );
});

const HEARD: readonly (readonly [
  name: string,
  answers: readonly boolean[],
  everyMs: number,
  said: number,
])[] = [
  ["a refusal first", [true, true], 100, 1],
  ["an answer of a service first", [false, true], 100, 0],
  ["refusals that are a second apart", [true, true], 1000, 0],
];
for (const [name, answers, everyMs, said] of HEARD)
  test(`Hints hear ${name}`, () => {
    const heard = hear((hints) => {
      for (const isRefusal of answers) hints.hearAnswer(isRefusal, everyMs * 1000);
    });
    assert.equal(heard.length, said);
  });
