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
let star = null; // the what-if panel's network, where its place is known

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

const digits = (value) =>
  value.toLocaleString("en", { maximumSignificantDigits: 4 });
const worded = (measure, value) =>
  digits(value / measure.scale) + (measure.unit ? " " + measure.unit : "");

// ---------------------------------------------------------------- axes and layout

function ticks(low, high) {
  for (const steps of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]]) {
    const found = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
      for (const step of steps) {
        const value = Number((step * 10 ** e).toPrecision(6));
        if (value >= low && value <= high) found.push(value);
      }
    }
    if (found.length >= 4) return found;
  }
  return null;
}

function axis(measure, values) {
  const made = { title: { text: measure.title, standoff: 12 }, gridcolor: GRID, zeroline: false,
    automargin: true, linecolor: "#AAAAAA" };
  if (!measure.log || !values.length) return made;
  const low = Math.min(...values), high = Math.max(...values);
  if (!(low > 0)) return made;
  const margin = Math.max((high / low) ** 0.06, 1.05);
  made.type = "log";
  made.range = [Math.log10(low / margin), Math.log10(high * margin)];
  made.title.text += ", log scale";
  const found = ticks(low / margin, high * margin);
  if (found) Object.assign(made, { tickvals: found, ticktext: found.map(digits) });
  return made;
}

function draw(id, traces, layout) {
  const common = {
    font: { family: "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif", size: 13, color: INK },
    plot_bgcolor: "white", paper_bgcolor: "white", hovermode: "closest",
    hoverlabel: { align: "left", bgcolor: "white", font: { size: 12 } },
    margin: { l: 64, r: 18, t: 12, b: 50 },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12.5 },
      itemsizing: "constant" },
  };
  return Plotly.react(id, traces, { ...common, ...layout },
    { displayModeBar: false, responsive: true });
}

// ---------------------------------------------------------------- the front

function shownValue(sample, name) {
  const value = sample.values[name];
  return value === undefined ? undefined : value / measures[name].scale;
}

function bars(samples, name, color) {
  const off = samples.map((one) => (one.error === null ? 0 : one.error / target.scale));
  if (name !== data.target || !off.some((value) => value > 0)) return undefined;
  return { array: off, color, thickness: 1.2, width: 4 };
}

function cloud(samples, name, marker, xName, yName) {
  const there = samples.filter((one) =>
    shownValue(one, xName) !== undefined && shownValue(one, yName) !== undefined);
  const withBars = there.some((one) => one.front || one.role === "published");
  const ink = marker.color === "white" ? FRONT : marker.color;
  return {
    name, mode: "markers", marker,
    x: there.map((one) => shownValue(one, xName)), y: there.map((one) => shownValue(one, yName)),
    error_x: withBars ? bars(there, xName, ink) : undefined,
    error_y: withBars ? bars(there, yName, ink) : undefined,
    hovertext: there.map((one) => one.hover), hoverinfo: "text",
  };
}

function plainClouds(x, y) {
  const edge = { color: "white", width: 1 };
  const known = data.samples.filter((one) => one.role === "published");
  const sure = frontMembers.filter((one) => one.separable !== false);
  const unsure = frontMembers.filter((one) => one.separable === false);
  return [
    cloud(searched.filter((one) => !one.front), "searched",
      { color: QUIET, size: 8, opacity: 0.7 }, x, y),
    cloud(sure, unsure.length ? "front: the cheapest, or gain beyond noise" : "front",
      { color: FRONT, size: 12, line: edge }, x, y),
    cloud(unsure, "front: gain within noise",
      { color: "white", size: 11, line: { color: FRONT, width: 2 } }, x, y),
    cloud(known, "published, trained alike",
      { color: KNOWN, size: 11, symbol: "diamond", line: edge }, x, y),
  ];
}

function knobClouds(index, x, y) {
  const knob = data.knobs[index];
  const size = (one) => (one.front ? 14 : 9);
  const edge = (group) => ({ color: group.map((one) => (one.front ? INK : "white")),
    width: group.map((one) => (one.front ? 2 : 0.8)) });
  const symbols = (group) => group.map((one) => (one.role === "published" ? "diamond" : "circle"));
  const numeric = knob.ordered && knob.choices.every((value) => typeof value === "number");
  if (numeric) {
    const places = data.samples.map((one) => knob.choices.indexOf(one.genome[index]));
    const marker = { color: places, opacity: 1, colorscale: "Cividis", cmin: 0, cmax: knob.choices.length - 1,
      size: data.samples.map(size), symbol: symbols(data.samples), line: edge(data.samples),
      colorbar: { title: { text: knob.name, side: "right" }, thickness: 14, len: 0.9,
        tickvals: knob.choices.map((_, i) => i), ticktext: knob.choices.map(String) } };
    const all = cloud(data.samples, knob.name, marker, x, y);
    return [{ ...all, showlegend: false, error_x: undefined, error_y: undefined }];
  }
  const count = (choice) => data.samples.filter((one) => one.genome[index] === choice).length;
  const tried = knob.choices.filter(count);
  const common = [...tried].sort((one, other) => count(other) - count(one)).slice(0, COLOURS.length);
  const shown = tried.filter((choice) => common.includes(choice)); // in the knob's own order
  const trace = (name, group, color) => {
    const marker = { color, opacity: 1, size: group.map(size), symbol: symbols(group),
      line: edge(group) };
    return { ...cloud(group, name, marker, x, y), error_x: undefined, error_y: undefined };
  };
  const traces = shown.map((choice, i) => trace(String(choice),
    data.samples.filter((one) => one.genome[index] === choice), COLOURS[i]));
  const rest = data.samples.filter((one) => !shown.includes(one.genome[index]));
  if (rest.length) traces.push(trace("other values", rest, QUIET));
  return traces;
}

function staircase(x, y) {
  const names = data.objectives.map((one) => one.name);
  if (names.length !== 2 || !names.includes(x) || !names.includes(y) || x === y) return [];
  const xGrows = measures[x].direction === "maximize";
  const points = frontMembers.map((one) => [shownValue(one, x), shownValue(one, y)]);
  points.sort((a, b) => (xGrows ? b[0] - a[0] : a[0] - b[0]));
  const every = searched.map((one) => shownValue(one, x));
  points.push([xGrows ? Math.min(...every) : Math.max(...every), points[points.length - 1][1]]);
  return [{ x: points.map((one) => one[0]), y: points.map((one) => one[1]), mode: "lines",
    line: { color: STEP, width: 2, shape: "hv" }, hoverinfo: "skip", showlegend: false }];
}

// The names of marked samples, the best first; one that would lie on another is left out.
function names(x, y) {
  const place = (one, name) => {
    const value = shownValue(one, name);
    return measures[name].log ? Math.log(value) : value;
  };
  const marked = [...data.samples.filter((one) => one.role === "published"), ...frontMembers]
    .filter((one) => shownValue(one, x) !== undefined && shownValue(one, y) !== undefined)
    .sort((a, b) => place(b, y) - place(a, y));
  const width = (name) => {
    const values = data.samples.map((one) => place(one, name)).filter(Number.isFinite);
    return Math.max(...values) - Math.min(...values) || 1;
  };
  const across = width(x), up = width(y), shown = [];
  for (const one of marked) {
    const free = shown.every((other) => Math.abs(place(one, x) - place(other, x)) > 0.025 * across ||
      Math.abs(place(one, y) - place(other, y)) > 0.05 * up);
    if (free) shown.push(one);
  }
  return [{ x: shown.map((one) => shownValue(one, x)), y: shown.map((one) => shownValue(one, y)),
    mode: "text", text: shown.map((one) => (one.role === "search"
      ? one.name.replace("trial ", "") + "\u2002" : "\u2002" + one.name)),
    textposition: shown.map((one) => (one.role === "search" ? "top left" : "bottom right")),
    textfont: { size: 12, color: shown.map((one) => (one.role === "search" ? FRONT : KNOWN)) },
    hoverinfo: "skip", showlegend: false, cliponaxis: false }];
}

function drawFront() {
  const x = at("x").value, y = at("y").value, colour = at("colour").value;
  const clouds = colour === "" ? plainClouds(x, y) : knobClouds(Number(colour), x, y);
  at("noise").textContent = colour === "" ? data.noise
    : "Outlined and larger: the front. Diamonds: published members.";
  const traces = [...staircase(x, y), ...clouds.filter((one) => one.x.length), ...names(x, y)];
  if (star && star[x] !== undefined && star[y] !== undefined) {
    traces.push({ x: [star[x] / measures[x].scale], y: [star[y] / measures[y].scale],
      name: "what if (predicted)", mode: "markers", hoverinfo: "name",
      marker: { symbol: "star", size: 15, color: "#F0E442", line: { color: INK, width: 1.5 } } });
  }
  const values = (name) => data.samples.map((one) => shownValue(one, name))
    .filter((value) => value !== undefined);
  draw("front", traces, { xaxis: axis(measures[x], values(x)), yaxis: axis(measures[y], values(y)) });
}

// ---------------------------------------------------------------- published models

const KNOWN_AXES = { params: 1, macs: 1, activations: 1 };

function knownTrace(models, name, x, marker, labelled) {
  return { name, x: models.map((one) => one[x]), y: models.map((one) => one.top1),
    mode: labelled ? "markers+text" : "markers", marker, cliponaxis: false,
    text: models.map((one) => one.name.replace(/[_.].*$/, "").replace(`${one.family} `, "")),
    textposition: "top center", textfont: { size: 11.5, color: KNOWN },
    hovertext: models.map((one) => `<b>${one.name}</b><br>top-1 ${one.top1} %, ` +
      `${one.params} M parameters, ${one.macs} G MACs<br>${one.recipe}` +
      `${one.distilled ? ", distilled" : ""}<br>source: ${one.source}`), hoverinfo: "text" };
}

function drawKnown() {
  const x = at("known-x").value, family = at("family").value;
  const there = data.imagenet.filter((one) => one.top1 !== null && one[x] !== null);
  const own = there.filter((one) => one.family === family);
  const rest = there.filter((one) => one.family !== family);
  const hollow = (group, colour) => ({ size: 9, color: group.map((one) =>
    (one.distilled ? "white" : colour)), line: { width: 1.5, color: colour } });
  const best = [...there].sort((a, b) => a[x] - b[x]).filter((one, i, all) =>
    all.slice(0, i).every((other) => other.top1 < one.top1));
  const floor = Math.min(...there.map((one) => one.top1)) - 1.2;
  const mine = frontMembers.filter((one) => shownValue(one, x) !== undefined);
  const inked = knownTrace(own, family, x, { ...hollow(own, KNOWN), symbol: "diamond", size: 11 },
    own.length < 8);
  const traces = [
    { x: best.map((one) => one[x]), y: best.map((one) => one.top1), mode: "lines",
      line: { color: "#CCCCCC", width: 1.5, shape: "hv" }, hoverinfo: "skip", showlegend: false },
    knownTrace(rest, "other published models (hollow: distilled)", x, hollow(rest, QUIET), false),
    inked,
    { x: mine.map((one) => shownValue(one, x)), y: mine.map(() => floor), name: "this run's front",
      mode: "markers", marker: { symbol: "line-ns-open", size: 14, color: FRONT,
        line: { width: 2, color: FRONT } },
      hovertext: mine.map((one) => `${one.name}: its cost here, no ImageNet accuracy`),
      hoverinfo: "text" },
  ];
  const unknown = data.imagenet.filter((one) => one.family === family && one.top1 === null);
  if (unknown.length) {
    traces.push({ x: unknown.map((one) => one[x]), y: unknown.map(() => floor),
      name: "accuracy only in a figure", mode: "markers", hoverinfo: "text",
      hovertext: unknown.map((one) => `${one.name}: ${one.source}`),
      marker: { symbol: "diamond-open", size: 10, color: KNOWN } });
  }
  const across = [...there.map((one) => one[x]), ...mine.map((one) => shownValue(one, x))];
  draw("imagenet", traces, { xaxis: axis({ ...measures[x], log: true }, across),
    yaxis: { title: { text: "ImageNet-1K top-1 (%)" }, gridcolor: GRID, zeroline: false } });
}

// ---------------------------------------------------------------- knobs, sizes, growth

const STRONGEST = 12;
let allEffects = false;

function drawEffects() {
  const rows = data.effects.rows;
  at("effects-said").textContent = rows.length ? data.effects.explained
    : `Too few complete trials (${searched.length}), or knobs that varied, to say anything.`;
  at("more-effects").hidden = rows.length <= STRONGEST;
  at("more-effects").textContent = allEffects ? `the ${STRONGEST} surest` : `all ${rows.length}`;
  if (!rows.length) { at("effects").hidden = true; return; }
  const shown = (allEffects ? rows : rows.slice(0, STRONGEST)).slice().reverse();
  const colour = shown.map((row) => (row.clear ? FRONT : QUIET));
  const scaled = (value) => value / target.scale;
  at("effects").style.height = `${90 + 26 * shown.length}px`;
  const short = (text) => (text.length > 44 ? text.slice(0, 43) + "…" : text);
  const traces = shown.map((row, i) => ({ x: [scaled(row.gain)], y: [i], mode: "markers",
    marker: { color: colour[i], size: 9 }, showlegend: false,
    error_x: { type: "data", symmetric: false, array: [scaled(row.high - row.gain)],
      arrayminus: [scaled(row.gain - row.low)], color: colour[i], thickness: 2, width: 0 },
    hovertext: [`<b>${row.change}</b><br>${digits(scaled(row.gain))} ` +
      `(${digits(scaled(row.low))} to ${digits(scaled(row.high))})<br>` +
      `${row.n} trials on the smaller side`], hoverinfo: "text" }));
  const unit = target.unit === "%" ? "points" : target.unit;
  draw("effects", traces, {
    xaxis: { title: { text: unit ? `change (${unit})` : `change in ${target.label}` },
      gridcolor: GRID, zeroline: true, zerolinecolor: INK, zerolinewidth: 1 },
    yaxis: { tickvals: shown.map((_, i) => i), ticktext: shown.map((row) => short(row.change)),
      automargin: true, gridcolor: "#F4F4F4", zeroline: false, range: [-0.7, shown.length - 0.3],
      tickfont: { size: 12 } } });
}

function drawCoverage() {
  if (!data.coverage.length) { at("coverage-card").hidden = true; return; }
  const size = measures[data.size];
  const labels = data.coverage.map((bin) =>
    `${(bin.low / size.scale).toPrecision(3)}–${(bin.high / size.scale).toPrecision(3)}`);
  const bar = (name, colour, height) => ({ type: "bar", name, x: labels,
    y: data.coverage.map(height), marker: { color: colour }, hoverinfo: "y+name" });
  const traces = [bar("on the front", FRONT, (bin) => bin.front),
    bar("other complete trials", "#BBBBBB", (bin) => bin.complete - bin.front),
    bar("failed", LOST, (bin) => bin.failed)];
  draw("coverage", traces.filter((trace) => trace.y.some((height) => height)), { barmode: "stack",
    bargap: 0.15, xaxis: { title: { text: size.title }, tickfont: { size: 11 } },
    yaxis: { title: { text: "trials" }, gridcolor: GRID, rangemode: "tozero" } });
}

function drawProgress() {
  const steps = data.progress.share;
  at("progress-said").textContent = data.progress.explained;
  if (!steps.length) { at("progress").hidden = true; return; }
  draw("progress", [{ x: steps.map((one) => one[0]), y: steps.map((one) => 100 * one[1]),
    mode: "lines", line: { color: FRONT, width: 2.5, shape: "hv" }, name: "hypervolume",
    hovertemplate: "%{x} trials: %{y:.1f} %<extra></extra>" }], {
    xaxis: { title: { text: "complete trials" }, gridcolor: GRID, rangemode: "tozero" },
    yaxis: { title: { text: "dominated (%)" }, gridcolor: GRID, rangemode: "tozero" } });
}

// ---------------------------------------------------------------- what if

let prices = data.whatif.prices_packed ? null : undefined;
let chosen = []; // for each knob the index of its choice
const selects = [];

async function unpacked() {
  const packed = Uint8Array.from(atob(at("prices").textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const listed = await new Response(stream).json();
  const place = Object.fromEntries(data.knobs.map((knob, i) => [knob.name, i]));
  for (const position of listed) {
    position.place = position.knobs.map((name) => place[name]);
    for (const state of position.states) {
      state.find = new Map(state.at.map((cell, i) => [cell, i]));
    }
  }
  return listed;
}

const cellOf = (position, choices) => position.place.reduce((cell, knob, i) =>
  cell * position.radix[i] + position.alias[i][choices[knob]], 0);

function priceOf(choices) {
  const total = [0, 0, 0];
  let state = 0;
  for (const position of prices) {
    const here = position.states[state];
    const step = here.find.get(cellOf(position, choices));
    if (step === undefined) return null;
    for (let i = 0; i < 3; i++) total[i] += here.cost[3 * step + i];
    state = here.next[step];
  }
  return total;
}

// The canonical member that differs in the fewest knobs, `kept` not among them: a shortest path.
function nearest(choices, kept) {
  let ends = new Map([[0, { off: 0, path: [] }]]);
  for (const position of prices) {
    const onward = new Map();
    for (const [state, { off, path }] of ends) {
      const here = position.states[state];
      for (let step = 0; step < here.at.length; step++) {
        let cell = here.at[step], wrong = off;
        for (let i = position.radix.length - 1; i >= 0; i--) {
          const alias = cell % position.radix[i];
          cell = (cell - alias) / position.radix[i];
          if (position.alias[i][choices[position.place[i]]] !== alias) {
            wrong += position.place[i] === kept ? 1000 : 1;
          }
        }
        const known = onward.get(here.next[step]);
        if (!known || wrong < known.off) {
          onward.set(here.next[step], { off: wrong, path: [...path, here.at[step]] });
        }
      }
    }
    ends = onward;
  }
  const best = [...ends.values()].reduce((a, b) => (b.off < a.off ? b : a));
  const mended = [...choices];
  prices.forEach((position, p) => {
    let cell = best.path[p];
    for (let i = position.radix.length - 1; i >= 0; i--) {
      const alias = cell % position.radix[i], knob = position.place[i];
      cell = (cell - alias) / position.radix[i];
      if (position.alias[i][choices[knob]] !== alias) mended[knob] = position.alias[i].indexOf(alias);
    }
  });
  return mended;
}

function predicted(costs) {
  const model = data.whatif.model;
  if (!model || (Object.keys(model.costs).length && !costs)) return null;
  let value = model.intercept;
  for (const [name, weight] of Object.entries(model.costs)) value += weight * Math.log(costs[name]);
  data.knobs.forEach((knob, i) => {
    if (model.knobs[knob.name]) value += model.knobs[knob.name][chosen[i]];
  });
  return value;
}

function answer(kept) {
  let costs = null, said = "";
  if (prices) {
    let total = priceOf(chosen);
    if (!total) {
      const mended = nearest(chosen, kept);
      const changed = data.knobs.map((knob, i) => [knob, i])
        .filter(([, i]) => mended[i] !== chosen[i]);
      said = "not a network of its own; also set: " + changed
        .map(([knob, i]) => `${knob.name} = ${knob.choices[mended[i]]}`).join(", ");
      chosen = mended;
      total = priceOf(chosen);
    }
    costs = { params: total[0], macs: total[1], flops: total[2] };
  }
  at("mended").textContent = said;
  chosen.forEach((choice, i) => { selects[i].value = choice; });
  const genome = chosen.map((choice, i) => data.knobs[i].choices[choice]);
  const twin = data.samples.find((one) => one.genome.every((value, i) => value === genome[i]));
  const tiles = [];
  if (costs) {
    for (const name of ["params", "macs", "flops"]) {
      tiles.push([measures[name].label, worded(measures[name], costs[name]),
        costs[name].toLocaleString("en")]);
    }
  }
  const guess = predicted(costs), model = data.whatif.model;
  if (guess !== null) {
    tiles.push([`predicted ${target.label}`, `${digits(guess / target.scale)} ` +
      `± ${(model.error / target.scale).toPrecision(2)} ${target.unit}`, ""]);
  }
  if (twin) tiles.push([`measured: ${twin.name}`, worded(target, twin.values[data.target]), ""]);
  at("answers").replaceChildren(...tiles.map(([label, text, exact]) => {
    const tile = element("div");
    tile.title = exact;
    tile.append(element("b", text), element("span", label));
    return tile;
  }));
  star = guess === null || kept < 0 ? null : { ...(costs || {}), [data.target]: guess };
  drawFront();
}

function begin(sample) {
  chosen = sample.genome.map((value, i) => data.knobs[i].choices.indexOf(value));
  if (chosen.some((choice) => choice < 0)) chosen = chosen.map((choice) => Math.max(choice, 0));
  answer(-1);
}

// Knobs alike but for a number in their name are a table: a row a number, a column a knob.
function panel() {
  const single = element("table"), tables = new Map();
  data.knobs.forEach((knob, i) => {
    const select = element("select");
    select.setAttribute("aria-label", knob.name);
    select.dataset.knob = knob.name;
    options(select, knob.choices.map((choice, j) => [j, String(choice)]));
    select.addEventListener("change", () => { chosen[i] = Number(select.value); answer(i); });
    selects.push(select);
    const found = knob.name.match(/^(.*?)\.(\d+)\.(.*)$/);
    if (!found) {
      const row = element("tr"), cell = element("td");
      cell.append(select);
      row.append(element("th", knob.name), cell);
      single.append(row);
      return;
    }
    const [, head, number, part] = found;
    if (!tables.has(head)) tables.set(head, { parts: [], rows: new Map() });
    const table = tables.get(head);
    if (!table.parts.includes(part)) table.parts.push(part);
    if (!table.rows.has(number)) table.rows.set(number, {});
    table.rows.get(number)[part] = select;
  });
  at("choices").append(single);
  for (const [head, { parts, rows }] of tables) {
    const table = element("table"), top = element("tr");
    top.append(element("th", head), ...parts.map((part) => element("th", part)));
    table.append(top);
    for (const [number, cells] of rows) {
      const row = element("tr");
      row.append(element("th", number), ...parts.map((part) => {
        const cell = element("td");
        if (cells[part]) cell.append(cells[part]);
        return cell;
      }));
      table.append(row);
    }
    const holder = element("div", undefined, "scroll");
    holder.append(table);
    at("choices").append(holder);
  }
}

function whatIfWords() {
  const model = data.whatif.model, told = [];
  if (prices) told.push("Costs are exact, at the target of the search.");
  else if (data.whatif.prices_packed) told.push("This browser cannot unpack the table of costs.");
  else told.push("This space gives no chain of costs (nas.core.chain), so none are shown here.");
  if (model) {
    const words = (value) => `${(value / target.scale).toPrecision(2)} ${target.unit === "%" ? "points" : target.unit}`.trim();
    told.push(`Prediction: ridge regression on ${Object.keys(model.costs).length ? "log costs and " : ""}` +
      `knobs, ${model.n} trials; cross-validated error ${words(model.error)} ` +
      `(guessing the mean: ${words(model.guess)})` +
      (model.error > 0.9 * model.guess ? ", so it knows hardly more than the mean." : "."));
  } else told.push("Too few trials for a prediction.");
  at("whatif-said").textContent = told.join(" ");
}

async function startWhatIf() {
  panel();
  if (data.whatif.prices_packed) {
    try { prices = await unpacked(); } catch (error) { prices = undefined; }
  }
  const starts = [...frontMembers, ...data.samples.filter((one) => one.role === "published")];
  options(at("start"), starts.map((one, i) => [i, one.name]));
  at("start").addEventListener("change", () => begin(starts[Number(at("start").value)]));
  whatIfWords();
  begin(starts[0]);
  document.body.dataset.ready = "yes";
}

// ---------------------------------------------------------------- words and tables

function table(id, heads, rows) {
  const top = element("tr");
  top.append(...heads.map(([text, kind]) => element("th", text, kind)));
  at(id).replaceChildren(top, ...rows.map((cells) => {
    const row = element("tr");
    row.append(...cells.map((text, i) => element("td", text, heads[i][1])));
    return row;
  }));
}

function words() {
  at("title").textContent = data.title;
  at("setting").textContent = `study ${data.study}; ${data.setting}`;
  at("tiles").append(...data.tiles.map(([label, value]) => {
    const tile = element("div");
    tile.append(element("b", value), element("span", label));
    return tile;
  }));
  const shown = data.measures.filter((one) => one.name !== "trial");
  const by = data.size || data.target; // from the cheapest
  const inOrder = [...frontMembers].sort((a, b) => a.values[by] - b.values[by]);
  table("members", [["trial", "number"], ...shown.map((one) => [one.title, "number"]), ["seeds", "number"],
    ["standing", ""], ["knobs that differ", ""]], inOrder.map((one) => [String(one.number),
      ...shown.map((m) => (one.values[m.name] === undefined ? "" : digits(one.values[m.name] / m.scale) +
        (m.name === data.target && one.error !== null ? ` ± ${(one.error / m.scale).toPrecision(2)}` : ""))),
      String(one.replicates), (one.remark || "").replace("on the front; ", ""), one.brief]));
  if (data.failures.length) {
    table("failures", [["kind", ""], ["trials", "number"], ["which", ""], ["the first says", ""]],
      data.failures.map((one) => [one.kind, String(one.count), one.trials, one.message]));
  } else at("failures").replaceWith(element("p", "None: every trial that ended has a result.", "quiet"));
  const facts = data.facts.filter(([name]) => name !== "command");
  const command = data.facts.find(([name]) => name === "command");
  at("command").textContent = command ? command[1] : "the command was not noted; its settings are below";
  at("facts").append(...facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function controls() {
  const names = data.measures.map((one) => [one.name, one.label]);
  const costs = data.objectives.map((one) => one.name).filter((name) => name !== data.target);
  options(at("x"), names, costs[0] || data.measures[data.measures.length - 1].name);
  options(at("y"), names, data.target);
  options(at("colour"), [["", "the front"], ...data.knobs.map((knob, i) => [i, knob.name])]);
  for (const id of ["x", "y", "colour"]) at(id).addEventListener("change", drawFront);
  at("more-effects").addEventListener("click", () => { allEffects = !allEffects; drawEffects(); });
  if (!data.imagenet.length) { at("imagenet-card").hidden = true; return; }
  const known = Object.keys(KNOWN_AXES).filter((name) => measures[name]);
  options(at("known-x"), known.map((name) => [name, measures[name].label]), known[0]);
  const families = [...new Set(data.imagenet.map((one) => one.family))].sort();
  options(at("family"), families.map((name) => [name, name]),
    data.family || families[0]);
  for (const id of ["known-x", "family"]) at(id).addEventListener("change", drawKnown);
  drawKnown();
}

words();
controls();
drawFront();
drawEffects();
drawCoverage();
drawProgress();
startWhatIf();
