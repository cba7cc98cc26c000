// SPDX-License-Identifier: Apache-2.0
// Style sheet of report.html: dark text on white, one column, prints without loss.
#pragma once

namespace ranvier::report {

inline constexpr const char* kStyle = R"css(
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d4da; --band: #f4f6f8; --link: #0b5394; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 32px 64px; max-width: 1240px; color: var(--ink); background: #fff;
       font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 40px 0 8px; padding-top: 12px; border-top: 2px solid var(--ink); }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 4px 0 10px; max-width: 95ch; }
.kicker { text-transform: uppercase; letter-spacing: .08em; font-size: 12px; color: var(--soft); margin: 0; }
.soft { color: var(--soft); }
.verdict { font-size: 18px; font-weight: 600; padding: 10px 14px; border-left: 6px solid; margin: 8px 0 12px; max-width: none; }
.good { border-color: #009e73; background: #eaf6f2; } .note { border-color: #0072b2; background: #eaf3f9; }
.warning { border-color: #e69f00; background: #fdf5e6; } .bad { border-color: #b3261e; background: #fbeaea; }
ul.health { list-style: none; margin: 0; padding: 0; }
ul.health li { display: grid; grid-template-columns: 64px 150px 1fr; gap: 12px; padding: 5px 0; border-bottom: 1px solid var(--line); }
ul.health .mark { font-size: 12px; font-weight: 700; text-align: center; border: 1px solid; border-radius: 4px; height: 22px; line-height: 20px; color: var(--ink); }
ul.health .subject { font-weight: 600; }
dl.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px; margin: 8px 0; }
dl.cards div { border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; background: var(--band); }
dl.cards .wide { grid-column: span 2; }
dl.cards dt { font-size: 13px; color: var(--soft); } dl.cards dd { margin: 0; font-size: 22px; font-weight: 600; }
dl.cards dd small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); line-height: 1.35; }
figure { margin: 12px 0 4px; overflow-x: auto; } figcaption { font-size: 13px; color: var(--soft); max-width: 110ch; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif; fill: #1b1f24; }
svg text.small { font-size: 10px; } svg text.strong { font-weight: 700; } svg text.faint { fill: #57606a; }
details { margin: 6px 0; } summary { cursor: pointer; color: var(--link); font-size: 14px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; margin: 6px 0 10px; }
caption { text-align: left; color: var(--soft); padding: 4px 0; }
th, td { padding: 3px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
thead th { font-weight: 600; border-bottom: 2px solid var(--ink); vertical-align: bottom; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.sum th, tr.sum td { font-weight: 600; background: var(--band); } tr.total th, tr.total td { font-weight: 700; border-top: 2px solid var(--ink); }
tr.alert th, tr.alert td { background: #fbeaea; font-weight: 600; }
code, pre { font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--band); padding: 10px; margin: 6px 0; }
@media print {
  body { max-width: none; padding: 0; font-size: 11px; } h2 { break-after: avoid; } figure, tr, dl.cards div { break-inside: avoid; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } .scroll, figure { overflow: visible; }
}
)css";

}  // namespace ranvier::report
