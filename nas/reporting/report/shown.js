"use strict";
// Draws the page from the JSON beside it. Nothing is fetched; every text is set as text.

const data = JSON.parse(document.getElementById("data").textContent);
const INK = "#222222", GREY = "#666666", GRID = "#E6E6E6", QUIET = "#9A9A9A";
const FRONT = "#0072B2", KNOWN = "#D55E00", STEP = "#9CC7E0", LOST = "#CC79A7";
// Okabe & Ito, without black, which is for outlines, and yellow, which is faint on white; grey
// for what is beyond them.
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
const measures = Object.fromEntries(data.measures.map((one) => [one.name, one]));
const target = measures[data.target];
const searched = data.samples.filter((one) => one.role === "search");
const frontMembers = searched.filter((one) => one.front);
const at = (id) => document.getElementById(id);
const narrow = () => document.body.clientWidth < 600;

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function options(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, text]) => {
    const option = element("option", text);
    option.value = value;
    return option;
  }));
  if (chosen !== undefined) select.value = chosen;
}

// Plotly takes its texts for markup.
const safe = (text) =>
  String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
const tail = (text, most) => (text.length > most ? "…" + text.slice(1 - most) : text);

// Four digits that count: 12,340, 0.01234, 4.2M.
function digits(value) {
  const size = Math.abs(value);
  if (size >= 1e6 && size < 1e15) {
    return size >= 1e9 ? digits(value / 1e9) + "G" : digits(value / 1e6) + "M";
  }
  if (size && !(size >= 1e-4 && size < 1e15)) return value.toExponential(3);
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}

const roughly = (value) => digits(Number(value.toPrecision(2)));
const worded = (measure, value) =>
  digits(value / measure.scale) + (measure.unit ? " " + measure.unit : "");

function shownValue(sample, name) {
  const value = sample.values[name];
  return value === undefined ? undefined : value / measures[name].scale;
}

function ticks(low, high) {
  for (const steps of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]]) {
    const found = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
      for (const step of steps) {
        const value = Number((step * 10 ** e).toPrecision(6));
        if (value >= low && value <= high) found.push(value);
      }
    }
    if (found.length >= 4) return found.filter((_, i) => i % Math.ceil(found.length / 9) === 0);
  }
  return null;
}

// `values` are those drawn, in the measure's unit.
function axis(measure, values) {
  const low = Math.min(...values), high = Math.max(...values);
  const log = measure.log && values.length > 0 && low > 0;
  const made = { title: { text: safe(log ? measure.axis_log : measure.axis), standoff: 12 },
    gridcolor: GRID, zeroline: false, automargin: true, linecolor: "#AAAAAA" };
  if (!log) return made;
  const margin = Math.max((high / low) ** 0.06, 1.05);
  const found = ticks(low / margin, high * margin);
  Object.assign(made, { type: "log",
    range: [Math.log10(low / margin), Math.log10(high * margin)] });
  if (found) Object.assign(made, { tickvals: found, ticktext: found.map(digits) });
  return made;
}

function draw(id, traces, layout) {
  const common = {
    font: { family: "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif", size: 13, color: INK },
    plot_bgcolor: "white", paper_bgcolor: "white", hovermode: "closest",
    hoverlabel: { align: "left", bgcolor: "white", font: { size: 12 } },
    margin: { l: narrow() ? 50 : 64, r: narrow() ? 28 : 18, t: 12, b: 50 },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12.5 },
      itemsizing: "constant" },
  };
  return Plotly.react(id, traces, { ...common, ...layout },
    { displayModeBar: false, responsive: true });
}
