"""The style sheet of the report page: light and dark, wide and narrow, screen and print."""

from __future__ import annotations

from tonewright.reporting import look


def style_sheet() -> str:
    """Return the CSS of the page; it names no other file."""
    return "\n".join(
        [
            f":root {{ color-scheme: light dark; --card: #f5f6f8; {look.variables(dark=False)} }}",
            f"@media (prefers-color-scheme: dark) {{ :root {{ --card: #1e2227; {look.variables(dark=True)} }} }}",
            f"@media print {{ :root {{ color-scheme: light; --card: #fff; {look.variables(dark=False)} }} }}",
            _PAGE,
            look.chart_style(),
        ]
    )


_PAGE = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI",
  Roboto, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.25rem; }
h1 { font-size: clamp(1.4rem, 4.5vw, 2rem); line-height: 1.2; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.4rem 0 .7rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p { max-width: 42rem; margin: .5rem 0; overflow-wrap: anywhere; }
.files { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem .9rem; margin: 0; }
.files dt, .quiet, footer { color: var(--muted); }
.files dd { margin: 0; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin: 1.6rem 0 0;
  padding: 0; list-style: none; }
.figures li { background: var(--card); border-radius: .6rem; padding: .8rem 1rem; }
.figures strong { display: block; font-size: 1.35rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
.figures span { color: var(--muted); font-size: .9rem; }
.said { max-width: 46rem; margin: 0; padding: 0; list-style: none; }
.said li { padding: .38rem 0 .38rem 1rem; border-left: 3px solid var(--grid); overflow-wrap: anywhere; }
.said b { font-variant-numeric: tabular-nums; }
figure { margin: 0; }
.chart { display: block; width: 100%; height: auto; }
.narrow { display: none; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; }
  header, main, footer { padding: 0 1rem; } header { padding-top: 1.5rem; } }
@media print { .wide { display: block; } .narrow { display: none; } h2, figure, tr, li { break-inside: avoid; } }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { overflow-x: auto; margin: 0 0 1.4rem; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--output); outline-offset: 3px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .94rem; }
caption { text-align: left; color: var(--muted); padding: 0 0 .4rem; }
th, td { padding: .34rem .9rem .34rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { font-weight: 500; color: var(--muted); }
.scroll th:first-child, td.word, th.word { text-align: left; }
tbody th { color: var(--ink); font-weight: 400; }
details { margin: .7rem 0; }
summary { cursor: pointer; padding: .35rem 0; }
pre { background: var(--card); border-radius: .6rem; padding: .9rem 1rem; overflow-x: auto;
  font: .85rem/1.5 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
footer { padding-top: 1.2rem; padding-bottom: 2.5rem; font-size: .9rem; }
""".strip()
