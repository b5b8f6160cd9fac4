/** What a shell offers for an option, by its table. */
import { isOnByDefault, optionGroupsOf } from "@viptools/cli";

/** A command begins with the path of a program. */
const FILES = /(^|_)FILE|FOLDER|DIRECTORY|PATH|FIFO|COMMAND/;

/** All of a command's options by heading, in the order of its help: that of a script names each of them. */
export function groupsOf(spec) {
  return spec.isScript ? new Map([["options", spec.options]]) : optionGroupsOf(spec);
}

/** The same without the headings. */
export function optionsOf(spec) {
  return [...groupsOf(spec).values()].flat();
}

/** @returns how an option may be typed: `-I`, `--interface`; `--pass`, `--no-pass`. */
export function namesOf(option) {
  return [
    ...(option.letter === undefined ? [] : [`-${option.letter}`]),
    `--${option.name}`,
    ...(isOnByDefault(option) ? [`--no-${option.name}`] : []),
  ];
}

/** @returns "none" of a flag; "choices", "interface" or "file"; "text" where nothing can be offered. */
export function valueKindOf(option) {
  if (option.value === undefined) return "none";
  if (option.choices !== undefined) return "choices";
  return kindOfWord(option.value);
}

/** The same for the words beside the options. */
export function kindOfWord(name) {
  if (name === "IF" || name === "INTERFACE") return "interface";
  return FILES.test(name) ? "file" : "text";
}
