/**
 * The tables of docs/announcing.md: pure.
 *
 * @module
 */
import { type Cell, CLIENTS, type ClientName, type State } from "./cells.ts";
import { FORMS, NEW_MAC } from "./forms.ts";

const BEGIN = "<!-- generated: node test/dist/announcing/main.js -->";
const END = "<!-- end of what is generated -->";

interface Column {
  readonly title: string;
  readonly client: ClientName;
  readonly states: readonly State[];
}

const plain = (title: string, ...states: State[]): Column => ({ title, client: "plain", states });

const COLUMNS: Readonly<Record<4 | 6, readonly Column[]>> = {
  4: [
    plain("changed < 1 s ago", "fresh"),
    plain("REACHABLE", "reachable"),
    plain("STALE", "stale"),
    plain("INCOMPLETE", "incomplete"),
    plain("FAILED", "failed"),
    plain("PERMANENT", "permanent"),
    plain("none", "none"),
    { title: "none, `arp_accept=1`", client: "open", states: ["none"] },
    { title: "any, `drop_gratuitous_arp=1`", client: "closed", states: CLIENTS.closed.states },
  ],
  6: [
    plain("REACHABLE", "fresh", "reachable"),
    plain("STALE", "stale"),
    plain("INCOMPLETE", "incomplete"),
    plain("FAILED", "failed"),
    plain("PERMANENT", "permanent"),
    plain("none", "none"),
    { title: "none, `accept_untracked_na=1` and `forwarding=1`", client: "open", states: ["none"] },
    { title: "any, `drop_unsolicited_na=1`", client: "closed", states: CLIENTS.closed.states },
  ],
};

/** @returns the page with its tables replaced. @throws {Error} if the page has no place for them. */
export function replaceTables(page: string, cells: readonly Cell[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page needs the lines "${BEGIN}" and "${END}"`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${formatTables(cells)}\n\n${page.slice(end)}`;
}

function formatTables(cells: readonly Cell[]): string {
  return ([4, 6] as const).map((family) => formatTable(family, cells)).join("\n\n");
}

function formatTable(family: 4 | 6, cells: readonly Cell[]): string {
  const columns = COLUMNS[family];
  const rows = FORMS.filter((form) => form.family === family).map((form) => {
    const ofForm = cells.filter((cell) => cell.form.name === form.name);
    return [form.name, ...columns.map((column) => formatColumn(column, ofForm))];
  });
  const title = family === 4 ? "ARP" : "neighbour advertisement";
  const lines = [
    [title, ...columns.map((column) => column.title)],
    columns.map(() => "---").concat("---"),
    ...rows,
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Where several states are in one column, it says what they have in common. */
function formatColumn({ client, states }: Column, cells: readonly Cell[]): string {
  const textOf = (of: ClientName, state: State): string =>
    describe(cells.find((cell) => cell.client === of && cell.state === state)!);
  const texts = states.map((state) => textOf(client, state));
  if (new Set(texts).size === 1) return texts[0]!;
  const isAsWithout = states.every((state, n) => textOf("plain", state) === texts[n]);
  return client !== "plain" && isAsWithout ? "as without" : texts.join(" / ");
}

/** What the packet did to the entry. */
export function describe({ before, after }: Cell): string {
  const [was, is] = [before?.state[0], after?.state[0]];
  if (after?.lladdr === NEW_MAC)
    return before?.router === null && after.router !== null ? "yes, no router now" : "yes";
  return was === is ? "no" : `no, ${is ?? "gone"} now`;
}
