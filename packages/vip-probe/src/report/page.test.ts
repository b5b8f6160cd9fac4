import assert from "node:assert/strict";
import test from "node:test";
import { makePicture } from "./make-picture.ts";
import { renderPage } from "./page.ts";
import { asked, back, chronicleOf, lost, owned, state } from "./records.fixture.ts";

const SCRIPT = "draw();";

function pageOf(host: string): string {
  const client = { host: `${host} client` };
  const picture = makePicture(
    chronicleOf(
      [asked(client, 0, 1), lost(client, 10), back(client, 20, 10), asked(client, 30, 1)],
      [state({ host }, 5, "active", host), owned({ host }, 6, "vmac.up")],
    ),
    [`a note of ${host}`],
  );
  return renderPage(picture!, SCRIPT, "hash");
}

const NAMES: readonly (readonly [host: string, inHtml: string])[] = [
  ["<script>", "&lt;script&gt;"],
  ["</script><img src=x onerror=draw()>", "&lt;/script&gt;&lt;img src=x onerror=draw()&gt;"],
  ["<!--", "&lt;!--"],
  [`"><a href='x'>&amp;`, "&quot;&gt;&lt;a href=&#39;x&#39;&gt;&amp;amp;"],
  ["\u202egnp.exe\u0007", "\\u202egnp.exe\\u7"],
];
for (const [host, inHtml] of NAMES) {
  test(`renderPage() makes no HTML of a host name ${JSON.stringify(host)}`, () => {
    const page = pageOf(host);
    const plain = pageOf("a");
    const tagsOf = (html: string): string[] => html.match(/<[!/a-z][^>\s]*/gi)!;
    assert.deepEqual(tagsOf(page), tagsOf(plain), "the same elements, whatever the name");
    assert.ok(page.includes(`<td>${inHtml}</td>`), "the name is shown");
  });
}

test("renderPage() carries the picture whole, lets only its own script run, and loads nothing", () => {
  const page = pageOf("</script>");
  const json = /<script type="application\/json" id="picture">(.*?)<\/script>/.exec(page)![1]!;
  assert.equal(JSON.parse(json).routers[0].label, "</script>");
  assert.match(page, /default-src 'none'; script-src 'sha256-hash'; style-src 'unsafe-inline'"/);
  assert.doesNotMatch(page, /\b(src|href)\s*=|url\(|@import|https?:/);
});
