/**
 * What a shell would offer, by its completions.
 *
 * @module
 */
import { attempt, TOP } from "../lab/shell.ts";

/** Whether this machine has a program. */
export function has(program: string): boolean {
  return attempt(["sh", "-c", `command -v ${program}`]).code === 0;
}

/**
 * Completes command lines as bash would at a tab behind each, by the function that the file has registered for the tool.
 *
 * @param lines words of a command line; the last one is being typed, and may be "".
 * @returns what is offered for each.
 */
export function completeInBash(lines: readonly (readonly string[])[]): string[][] {
  const queries = lines.map(
    (words) => `query ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")}`,
  );
  const script = `
    source completions/bash/viptools || exit 1
    query() {
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
      local name
      name=$(complete -p "$1") || exit 1
      name=\${name#*-F } name=\${name%% *}
      "$name" "$1" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
      echo "\${COMPREPLY[*]}"
    }
    ${queries.join("\n")}`;
  const { code, stdout, stderr } = attempt(["bash", "--norc", "-c", `cd ${TOP} && ${script}`]);
  if (code !== 0 || stderr !== "") throw new Error(`bash: exit ${code}: ${stderr}`);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(" ").filter((word) => word !== ""));
}
