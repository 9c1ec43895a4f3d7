"""What pages about many PDUs share."""

from __future__ import annotations

#: of each page about many PDUs. Below 44rem each row becomes a block whose cells carry their column's head, so that it fits a phone.
STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b2430; --line: #8884; --soft: #5b6675; --bar: #3b82c4; --bad: #b3261e;
--doubtful: #8a5300; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --ink: #e6eaf0; --soft: #a0acbb; --bad: #ff9d94; --doubtful: #f2bf70; } }
* { box-sizing: border-box; } html { background: var(--ground); color: var(--ink); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem;
overflow-wrap: break-word; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; } h3 { font-size: 1rem;
margin: 1rem 0 .2rem; } p { margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
vertical-align: top; }
th { font-weight: 600; color: var(--soft); }
.name { font-weight: 600; white-space: nowrap; max-width: 20rem; overflow: hidden; text-overflow:
ellipsis; } .text { overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar span { display: block; height: .3rem; margin: .15rem 0 0 auto; background: var(--bar); }
.bad { color: var(--bad); font-weight: 600; } .doubtful { color: var(--doubtful); font-weight: 600; }
@media (max-width: 44rem) {
table, tbody { display: block; } .head { display: none; }
tr { display: grid; grid-template-columns: 1fr 1fr; gap: .1rem 1rem; padding: .5rem 0; border-bottom:
1px solid var(--line); }
td { border: 0; padding: 0; display: flex; justify-content: space-between; gap: .8rem; min-width: 0; }
td:empty { display: none; }
td[data-head]::before { content: attr(data-head); color: var(--soft); flex: none; font-weight: 400; }
.name, .text, .wide { grid-column: 1 / -1; } .name { display: block; white-space: normal; max-width:
none; overflow-wrap: anywhere; } .half { grid-column: auto; }
.bar { display: flex; flex-wrap: wrap; } .bar span { flex-basis: 100%; max-width: 100%; } }
"""
