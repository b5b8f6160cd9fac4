/** Text for man(7): what roff would read as its own language is escaped. */

/** `-` becomes the ASCII one, which can be copied from the page. */
const ESCAPES = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  "…": "...",
};

const LINE_MAX = 79;

/** @returns the text for the middle of a line. What is not ASCII goes by its number. */
export function escapeRoff(text) {
  return text
    .replaceAll(/[\\\-'`^~…]/g, (character) => ESCAPES[character])
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `\\[u${hexadecimal(character)}]`);
}

function hexadecimal(character) {
  return character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
}

/** @returns the text as a line of its own, which is no request even if it starts like one. */
export function line(text) {
  return protect(escapeRoff(text));
}

export const bold = (text) => `\\fB${escapeRoff(text)}\\fR`;
export const italic = (text) => `\\fI${escapeRoff(text)}\\fR`;

/** A command line: names, options and choices as they are typed, what is to be filled in (capitals) as such. */
export function form(text) {
  const parts = text.split(/(?<![-\w])([A-Z][A-Z0-9_/]*)(?![a-z])/);
  return parts.map((part, n) => (n % 2 === 1 ? italic(part) : emphasise(part))).join("");
}

/** Brackets, bars and dots between words are not typed. */
function emphasise(text) {
  return text
    .split(/([[\]|…]+|\s+)/)
    .map((part, n) => (n % 2 === 1 || part === "" ? escapeRoff(part) : bold(part)))
    .join("");
}

/** Sentences in which names of man pages, options and words in backquotes stand out. @returns lines. */
export function prose(text) {
  const parts = text.split(
    /(`[^`]+`|(?<![\w-])--[a-z][a-z0-9-]*|(?<![\w-])-[a-zA-Z](?![\w-])|[a-z-]+\(\d\))/,
  );
  const marked = parts.map((part, n) => (n % 2 === 0 ? escapeRoff(part) : standOut(part))).join("");
  return marked.split(/(?<=[.:]) (?=[A-Z])/).flatMap(fold);
}

/** Lines are short, because some readers of man pages complain of long ones. */
function fold(sentence) {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (longer.length <= LINE_MAX) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map(protect);
}

function standOut(part) {
  const page = /^([a-z-]+)(\(\d\))$/.exec(part);
  return page === null ? bold(part.replaceAll("`", "")) : `${bold(page[1])}${page[2]}`;
}

function protect(text) {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
