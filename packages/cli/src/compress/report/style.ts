/** Of the report; colours are named once, for light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fcfbf8, #131416);
  --raised: light-dark(#f4f2ec, #1d1f22);
  --ink: light-dark(#1c1d1f, #e9e6df);
  --muted: light-dark(#6d6a63, #98948b);
  --line: light-dark(#dfdbd1, #34363a);
  --quiet: light-dark(#cfcabd, #4a4c50);
  --accent: light-dark(#0a6b64, #4fc3b4);
  --bad: light-dark(#b3261e, #ff8a7a);
  font: 15px/1.55 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  color: var(--ink); background: var(--paper); -webkit-text-size-adjust: 100%;
}
* { box-sizing: border-box; }
body { margin: 0; }
main { max-width: 1240px; margin: 0 auto; padding: 56px 32px 96px; }
h1, h2, p, ul, dl, figure { margin: 0; }
h1 { font-size: 40px; line-height: 1.15; letter-spacing: -0.022em; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 22px; letter-spacing: -0.012em; font-weight: 650; }
small { font-size: 12.5px; color: var(--muted); display: block; font-weight: 400; }
.kicker { color: var(--muted); font-size: 13px; letter-spacing: 0.02em; margin-bottom: 6px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 0 32px; margin-top: 36px; border-top: 1px solid var(--line); }
.tile { padding: 18px 0 22px; }
.tile strong { display: block; font-size: 38px; line-height: 1.2; letter-spacing: -0.025em; font-weight: 620; font-variant-numeric: tabular-nums; color: var(--accent); }
.tile span { display: block; font-weight: 550; line-height: 1.35; margin: 2px 0 5px; }
.verdicts { list-style: none; padding: 0; border-top: 1px solid var(--line); }
.verdicts li { display: grid; grid-template-columns: 92px minmax(0, 330px) 1fr; gap: 0 16px; padding: 9px 0; border-bottom: 1px solid var(--line); align-items: baseline; }
.verdicts small { font-size: 14px; }
.verdicts b { font-size: 13px; font-weight: 600; }
.held b { color: var(--accent); }
.held b::before { content: '✓ '; }
.broken b { color: var(--bad); }
.broken b::before { content: '✗ '; }
section { margin-top: 72px; scroll-margin-top: 24px; }
section > header { margin-bottom: 22px; }
section > header p { color: var(--muted); max-width: 74ch; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 28px 56px; }
figure { margin-top: 20px; }
.columns figure { margin-top: 0; }
figcaption { font-weight: 550; margin-bottom: 10px; }
.chart { min-width: 0; overflow: hidden; color: var(--ink); }
.chart svg { display: block; max-width: 100%; }
.caption { color: var(--muted); font-size: 12.5px; margin-top: 18px; max-width: 110ch; }
details { color: var(--muted); font-size: 13px; margin-top: 6px; }
summary { cursor: pointer; }
details ul { padding-left: 18px; }
.note { padding: 10px 14px; border-left: 3px solid var(--quiet); background: var(--raised); margin-bottom: 14px; }
.note.bad { border-color: var(--bad); color: var(--bad); }
.scroll { overflow-x: auto; margin-top: 20px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: 8px 13px 8px 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 500; white-space: nowrap; padding-bottom: 6px; border-color: var(--quiet); }
tbody th { font-weight: 550; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.layers thead button { all: unset; cursor: pointer; }
.layers thead button:focus-visible, button:focus-visible, select:focus-visible, canvas:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.layers thead th[aria-sort='ascending'] button::after { content: ' ↑'; }
.layers thead th[aria-sort='descending'] button::after { content: ' ↓'; }
.layers tbody tr { cursor: pointer; }
.layers tbody tr:hover { background: var(--raised); }
.layers td:first-child { color: var(--muted); }
.name { font-weight: 600; display: block; min-width: 118px; overflow-wrap: anywhere; }
.scheme { min-width: 132px; }
.share { background: linear-gradient(var(--quiet), var(--quiet)) no-repeat right 100% / calc(100% * var(--share)) 2px; padding-bottom: 4px; min-width: 74px; }
.pair s { text-decoration: none; color: var(--muted); }
.pair .to { color: var(--muted); }
.pair b { font-weight: 550; }
.good { color: var(--accent); font-weight: 600; }
.same { color: var(--muted); }
.bad { color: var(--bad); }
td .bad, .slower .name { color: var(--bad); font-weight: 600; font-style: normal; }
.why { min-width: 190px; max-width: 420px; overflow-wrap: anywhere; }
.why em { display: block; font-style: normal; font-weight: 600; }
.mask .bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 10px; }
.mask canvas { width: 100%; height: 460px; display: block; border: 1px solid var(--line); border-radius: 6px; touch-action: none; cursor: grab; background: var(--paper); }
.mask canvas:active { cursor: grabbing; }
.mask output { display: block; min-height: 1.6em; font-size: 13px; color: var(--muted); margin-top: 8px; font-variant-numeric: tabular-nums; }
.facts { color: var(--muted); font-size: 13.5px; margin-left: 6px; }
select, .bar button { font: inherit; font-size: 13.5px; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 4px 11px; min-height: 32px; max-width: 420px; }
.bar button { cursor: pointer; min-width: 34px; }
dl { display: grid; grid-template-columns: 150px minmax(0, 1fr); gap: 5px 16px; font-size: 13px; margin-top: 28px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 720px) {
  main { padding: 32px 18px 64px; }
  h1 { font-size: 30px; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  .verdicts li { grid-template-columns: 1fr; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 8px; }
}
@media print { .mask .bar button, .mask output { display: none; } section { break-inside: avoid; } }
`;
