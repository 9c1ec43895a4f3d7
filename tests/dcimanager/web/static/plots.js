"use strict";
// Load and energy over time with uPlot, in the style sheet's light or dark colours. `part`, `day` and `clock` are defined in page.js.

for (const panel of document.querySelectorAll("[data-plots]")) {
  const outlet = panel.querySelector("[data-outlet]");
  const hours = panel.querySelector("[data-hours]");
  const note = panel.querySelector("[data-note]");
  const plots = {};
  const joined = uPlot.sync(`plots ${panel.dataset.plots}`);     // one pointer for both plots
  let count = 0;                // plots that are drawn
  let gutter = 60;              // width of the vertical axes: equal, so that a moment is at the same place in both plots
  const wanted = [["load", "Load", "A"], ["energy", "Energy", "kWh"]];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // As the server's `number`: three decimals, commas between thousands.
  const digits = (value) => value.toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const figure = (value, unit) => value === null || value === undefined ? "–" : digits(value) + "\u00a0" + unit;

  const counted = (count) => `${count} reading${Number(count) === 1 ? "" : "s"}`;

  const fromZero = (plot, low, high) => [0, Math.max(high * 1.15, 0.1)];
  const around = (plot, low, high) => {
    const margin = Math.max((high - low) * 0.15, 0.05);
    return [low - margin, high + margin];
  };
  // For one reading, uPlot itself would show almost three years.
  const whole = (plot, first, last) => plot.data[0].length > 1 ? [Math.min(first, last - 120), last] : [first - 120, first];
  const moment = (at, step) => {
    const when = new Date(at * 1000), date = day(when).slice(5), time = clock(when).slice(0, step < 60 ? 8 : 5);
    return step >= 86400 ? date : step >= 14400 ? `${date} ${time}` : time;
  };

  // Show the reading under the pointer, beside the plot's title.
  function read(plot, name, unit) {
    const index = plot.cursor.idx;
    const value = index === null || index === undefined ? null : plot.data[1][index];
    panel.querySelector(`[data-read=${name}]`).textContent = value === null ? ""
      : `${figure(value, unit)} at ${((at) => `${day(at)} ${clock(at)}`)(new Date(plot.data[0][index] * 1000))}`;
  }

  const tick = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 6 });

  // `last`: the lower plot, which has the labels of the common time axis.
  function options(place, name, title, unit, last) {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "12px system-ui" };
    return {
      width: place.clientWidth, height: last ? 150 : 124, cursor: { points: { size: 7 }, y: false, sync: { key: joined.key } }, legend: { show: false },
      padding: [8, 30, 0, 0],
      hooks: { setCursor: [(plot) => read(plot, name, unit)] },
      scales: { x: { range: whole }, y: { range: name === "load" ? fromZero : around } },
      series: [
        {},
        { label: title, stroke: colour("--" + name), width: 2, fill: name === "load" ? colour("--load") + "22" : undefined,
          points: { show: (plot, index) => plot.data[0].length < 60 } },
      ],
      axes: [
        { ...axis, space: 90, size: last ? 34 : 8, values: (plot, ticks, _, __, step) => ticks.map((at) => last ? moment(at, step) : "") },
        { ...axis, size: () => gutter, values: (plot, ticks) => ticks.map(tick) },
      ],
    };
  }

  // Refresh the list of outlets. The chosen one stays in it even if it is no longer metered: its old readings can still be shown.
  let listed = "";
  function list(outlets) {
    if (JSON.stringify(outlets) === listed) return;
    listed = JSON.stringify(outlets);
    const [first, chosen] = [outlet.options[0], outlet.selectedOptions[0]];
    outlet.replaceChildren(first, ...outlets.map(([identity, words]) => new Option(words, identity)));
    if (![...outlet.options].some((one) => one.value === chosen.value)) outlet.append(chosen);
    outlet.value = chosen.value;
  }

  function draw(data) {
    list(data.outlets);
    const drawn = wanted.filter(([name]) => data[name].some((value) => value !== null));
    const longest = Math.max(0, ...drawn.map(([name]) => tick(Math.round(Math.max(...data[name]))).length + 4));
    if (gutter !== 20 + 8 * longest || drawn.length !== count) destroy();
    [gutter, count] = [20 + 8 * longest, drawn.length];
    panel.hidden = data.polling && !data.count;    // the page itself says that the first poll runs
    panel.querySelector("[data-choice]").hidden = false;
    for (const [name, title, unit] of wanted) {
      const place = panel.querySelector(`[data-plot=${name}]`);
      const known = data[name].some((value) => value !== null);
      place.hidden = place.previousElementSibling.hidden = !known;
      if (!known) continue;
      const columns = [data.at, data[name]];
      if (plots[name]) plots[name].setData(columns);
      else plots[name] = new uPlot(options(place, name, title, unit, name === drawn[drawn.length - 1][0]), columns, place);
      place.dataset.points = data[name].filter((value) => value !== null).length;
      const last = data[name].filter((value) => value !== null).pop();
      place.setAttribute("aria-label", `${title} over time; ${counted(place.dataset.points)}, the last ${figure(last, unit)}`);
    }
    const bare = data.count ? wanted.filter(([name]) => data[name].every((value) => value === null)) : [];
    note.textContent = !data.count ? "No readings in this time: choose a longer one, or poll now."
      : counted(data.count) + (data.used === null ? "" : `; energy used in this time: ${figure(data.used, "kWh")}`)
        + (data.changed ? "; the counter's step at a change of address or settings is not counted" : "")
        + bare.map(([, title]) => `; ${title.toLowerCase()} not metered`).join("");
  }

  function address(kind) {
    const chosen = new URLSearchParams({ hours: hours.value });
    if (outlet.value) chosen.set("outlet", outlet.value);
    return `${panel.dataset.plots}.${kind}?${chosen}`;
  }

  let asked = 0;
  async function turn() {
    const mine = ++asked;
    panel.querySelector("[data-csv]").href = address("csv");
    try {
      const answer = await part(address("json"));
      const data = answer.ok ? await answer.json() : null;
      if (mine !== asked) return;
      if (data) draw(data);
      else note.textContent = `The readings cannot be loaded (HTTP ${answer.status}); trying again.`;
    } catch (error) {
      if (mine === asked) note.textContent = "The server does not answer; trying again.";
    }
  }

  function destroy() {
    for (const [name] of wanted) {
      if (plots[name]) plots[name].destroy();
      delete plots[name];
    }
  }

  function anew() {
    destroy();
    turn();
  }

  let width = panel.clientWidth;
  new ResizeObserver(() => { if (panel.clientWidth !== width) { width = panel.clientWidth; anew(); } }).observe(panel);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  outlet.addEventListener("change", turn);
  hours.addEventListener("change", turn);
  turn();
  document.addEventListener("refreshed", turn);
  setInterval(() => { if (!document.hidden) turn(); }, 1000 * Math.min(15, Number(panel.dataset.every)));
}
