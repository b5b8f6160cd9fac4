/**
 * The page: complete in itself, and not allowed to load or run anything else. Pure.
 *
 * What logs say comes in as text only: escaped in HTML, as JSON without any "<" for the script.
 *
 * @module
 */
import type { OutageStory, Picture } from "./picture.ts";
import { STYLE } from "./style.ts";

/**
 * @param script draws what stands in #picture into #chart.
 * @param scriptHash of it: SHA-256, base64. Nothing else may run.
 */
export function renderPage(picture: Picture, script: string, scriptHash: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(picture.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(picture.title)}</h1>
${list(picture.clients.map(({ label, summary }) => `${label}: ${summary ?? "wrote no summary"}`))}
${legend()}
<div id="chart" role="img" aria-label="Time line of routers and clients; the tables below say the same in words"></div>
${picture.stories.map(story).join("\n")}
<h2>Clocks</h2>
${list(picture.clocks)}
${picture.notes.length === 0 ? "" : `<h2>Not in the picture</h2>\n${list(picture.notes)}`}
</main>
<script type="application/json" id="picture">${scriptJson(picture)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const LEGEND: readonly (readonly [className: string, text: string])[] = [
  ["active", "Active"],
  ["backup", "Backup"],
  ["initialize", "Initialize"],
  ["owned", "owns the address"],
  ["announced", "announces it"],
  ["answer", "answer time of an ask"],
  ["lost", "ask without an answer"],
  ["outage", "outage of a client"],
];

function legend(): string {
  const entries = LEGEND.map(([name, text]) => `<li><i class="${name}"></i>${text}</li>`);
  return `<ul class="legend">${entries.join("")}<li class="faded"><i class="active"></i>pale: its log says nothing more</li></ul>`;
}

function story({ client, outage, events, leftOut }: OutageStory): string {
  const length = (outage.toMs - outage.fromMs).toFixed(1);
  const lost = outage.lost === undefined ? "" : `, ${outage.lost} ${outage.lost === 1 ? "ask" : "asks"} lost`;
  const end = outage.isOver ? "" : ", not over when the probe ended";
  const rows = events.map(
    ({ afterMs, lane, what }) =>
      `<tr><td>${afterMs < 0 ? "" : "+"}${afterMs.toFixed(1)}</td><td>${escapeHtml(lane)}</td><td>${escapeHtml(what)}</td></tr>`,
  );
  return `<section>
<h2>${escapeHtml(client)}: ${length} ms without an answer${lost}${end}</h2>
<table><thead><tr><th>ms</th><th>who</th><th>what</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table>${leftOut > 0 ? `<p>and ${leftOut} more events</p>` : ""}
</section>`;
}

function list(sentences: readonly string[]): string {
  return `<ul>${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join("")}</ul>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** For a script element, which ends at the first "</script" whatever stands around it. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
