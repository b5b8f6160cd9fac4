/**
 * How the page looks, on light and on dark screens. The chart takes its colours from here.
 *
 * @module
 */
export const STYLE = `
:root {
  --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --rule: #d9dee5; --stripe: #f6f8fa;
  --active: #1f6feb; --backup: #c3d3e8; --initialize: #e6e9ed; --owned: #1a7f4b;
  --announced: #b35900; --answer: #3b4a5e; --lost: #cf222e; --outage: #cf222e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11161d; --ink: #e4e9f0; --soft: #9aa6b5; --rule: #323b47; --stripe: #181f28;
    --active: #5a9dff; --backup: #34475f; --initialize: #252c36; --owned: #3fb97a;
    --announced: #ffa94d; --answer: #b9c6d8; --lost: #ff6b6b; --outage: #ff6b6b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1400px; margin: 0 auto; padding: 24px 28px 48px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 17px; margin: 28px 0 8px; }
ul { margin: 0; padding: 0 0 0 20px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 16px 0 4px; padding: 0; list-style: none; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: 7px; }
.legend i { width: 18px; height: 12px; border-radius: 2px; }
.legend .faded i { opacity: 0.3; }
i.active { background: var(--active); } i.backup { background: var(--backup); } i.initialize { background: var(--initialize); }
i.owned { background: var(--owned); height: 6px !important; } i.lost { background: var(--lost); width: 3px !important; }
i.announced { background: var(--announced); width: 9px !important; height: 9px !important; transform: rotate(45deg); }
i.answer { background: var(--answer); width: 6px !important; height: 6px !important; border-radius: 3px !important; }
i.outage { background: var(--outage); opacity: 0.2; }
#chart { width: 100%; min-height: 300px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: 3px 18px 3px 8px; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
th:first-child, td:first-child { text-align: right; white-space: nowrap; }
tbody tr:nth-child(odd) { background: var(--stripe); }
`;
