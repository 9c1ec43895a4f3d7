"use strict";
// Load and energy over time as one plot with two axes, by uPlot, in the style sheet's colours.

for (const card of document.querySelectorAll("[data-plot]")) {
  const place = card.querySelector(".plot"), note = card.querySelector("[data-note]");
  const outlet = card.querySelector("[data-outlet]"), hours = card.querySelector("[data-hours]");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const figure = (plot, value) => value === null ? "–" : value.toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  let plot = null;

  function options() {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, size: 64 };
    const line = (scale, label) => ({ label, scale, stroke: colour(`--${scale}`), width: 2, value: figure });
    const form = (step) => uPlot.fmtDate(step < 60 ? "{HH}:{mm}:{ss}" : step < 86400 ? "{HH}:{mm}" : "{YYYY}-{MM}-{DD}");
    const x = { ...axis, size: 40, space: 80, values: (plot, ticks, index, space, step) => ticks.map((at) => form(step)(new Date(1000 * at))) };
    return {
      width: place.clientWidth, height: 260,
      scales: { load: { range: (plot, low, high) => [0, Math.max(1.15 * high, 0.1)] }, energy: { range: (plot, low, high) => [low - 0.05, high + 0.05] } },
      series: [{ label: "Time", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" }, line("load", "Load A"), line("energy", "Energy kWh")],
      axes: [x, { ...axis, scale: "load" }, { ...axis, scale: "energy", side: 1, size: 96, grid: { show: false } }],
    };
  }

  async function draw() {
    const asked = new URLSearchParams({ hours: hours.value, outlet: outlet.value });
    try {
      const answer = await fetch(`${card.dataset.plot}?${asked}`, { cache: "no-store" });
      const { at, load, energy } = await answer.json();
      if (plot) plot.destroy();
      plot = at.length ? new uPlot(options(), [at, load, energy], place) : null;
      place.dataset.points = at.length;
      note.textContent = at.length ? `${at.length} reading${at.length === 1 ? "" : "s"}` : "No readings in this time.";
    } catch (error) {
      note.textContent = "The readings cannot be loaded; trying again.";
    }
  }

  outlet.addEventListener("change", draw);
  hours.addEventListener("change", draw);
  window.addEventListener("resize", draw);
  setInterval(draw, 10000);
  draw();
}
