// ---------------------------------------------------------------- the front

let star = null; // the what-if panel's network, where its place is known

function bars(samples, name, color) {
  const off = samples.map((one) => (one.error === null ? 0 : one.error / target.scale));
  if (name !== data.target || !off.some((value) => value > 0)) return undefined;
  return { array: off, color, thickness: 1.2, width: 4 };
}

// Of samples that have both values.
function cloud(samples, name, marker, xName, yName) {
  return {
    name: safe(name), mode: "markers", marker,
    x: samples.map((one) => shownValue(one, xName)),
    y: samples.map((one) => shownValue(one, yName)),
    hovertext: samples.map((one) => one.hover), hoverinfo: "text",
  };
}

function withBars(samples, made, color, x, y) {
  return { ...made, error_x: bars(samples, x, color), error_y: bars(samples, y, color) };
}

function plainClouds(there, x, y) {
  const edge = { color: "white", width: 1 };
  const mine = there.filter((one) => one.role === "search");
  const known = there.filter((one) => one.role === "published");
  const sure = mine.filter((one) => one.front && one.separable !== false);
  const unsure = mine.filter((one) => one.front && one.separable === false);
  return [
    cloud(mine.filter((one) => !one.front), "searched",
      { color: QUIET, size: 8, opacity: 0.7 }, x, y),
    withBars(sure, cloud(sure,
      unsure.length ? "front: the cheapest, or gain beyond noise" : "front",
      { color: FRONT, size: 12, line: edge }, x, y), FRONT, x, y),
    withBars(unsure, cloud(unsure, "front: gain within noise",
      { color: "white", size: 11, line: { color: FRONT, width: 2 } }, x, y), FRONT, x, y),
    withBars(known, cloud(known, "published, trained alike",
      { color: KNOWN, size: 11, symbol: "diamond", line: edge }, x, y), KNOWN, x, y),
  ];
}

const marked = (group) => ({
  opacity: 1,
  size: group.map((one) => (one.front ? 14 : 9)),
  symbol: group.map((one) => (one.role === "published" ? "diamond" : "circle")),
  line: { color: group.map((one) => (one.front ? INK : "#777777")),
    width: group.map((one) => (one.front ? 2 : 0.6)) },
});

function knobClouds(there, index, x, y) {
  const knob = data.knobs[index];
  const valued = (choice) => there.filter((one) => one.genome[index] === choice);
  if (knob.ordered && knob.choices.every((value) => typeof value === "number")) {
    const marker = { ...marked(there), colorscale: "Cividis", cmin: 0,
      cmax: knob.choices.length - 1,
      color: there.map((one) => knob.choices.indexOf(one.genome[index])),
      colorbar: { title: { text: safe(knob.name), side: "right" }, thickness: 14, len: 0.9,
        tickvals: knob.choices.map((_, i) => i), ticktext: knob.choices.map(safe) } };
    return [{ ...cloud(there, knob.name, marker, x, y), showlegend: false }];
  }
  const tried = knob.choices.filter((choice) => valued(choice).length);
  const common = [...tried].sort((one, other) => valued(other).length - valued(one).length)
    .slice(0, COLOURS.length);
  const shown = tried.filter((choice) => common.includes(choice)); // in the knob's own order
  const trace = (name, group, color) => cloud(group, name, { ...marked(group), color }, x, y);
  const traces = shown.map((choice, i) => trace(choice, valued(choice), COLOURS[i]));
  const rest = there.filter((one) => !shown.includes(one.genome[index]));
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
function names(there, x, y) {
  const place = (one, name) =>
    (measures[name].log ? Math.log(shownValue(one, name)) : shownValue(one, name));
  const span = (name) => {
    const values = there.map((one) => place(one, name)).filter(Number.isFinite);
    return Math.max(...values) - Math.min(...values) || 1;
  };
  const apart = (one, other, name, pixels, share) =>
    Math.abs(place(one, name) - place(other, name)) > share * span(name) / pixels;
  const wide = at("front").clientWidth, high = at("front").clientHeight, shown = [];
  for (const one of there.filter((one) => one.front || one.role === "published")
    .sort((a, b) => place(b, y) - place(a, y))) {
    if (shown.every((other) => apart(one, other, x, wide, 30) || apart(one, other, y, high, 20))) {
      shown.push(one);
    }
  }
  const text = (one) => (one.role === "search"
    ? safe(one.name.replace("trial ", "")) + "\u2002" : "\u2002" + safe(one.name));
  const mine = (one, yes, no) => (one.role === "search" ? yes : no);
  return [{ x: shown.map((one) => shownValue(one, x)), y: shown.map((one) => shownValue(one, y)),
    mode: "text", text: shown.map(text), hoverinfo: "skip", showlegend: false, cliponaxis: false,
    textposition: shown.map((one) => mine(one, "top left", "bottom right")),
    textfont: { size: 12, color: shown.map((one) => mine(one, FRONT, KNOWN)) } }];
}

function drawFront() {
  const x = at("x").value, y = at("y").value, colour = at("colour").value;
  const there = data.samples.filter((one) =>
    shownValue(one, x) !== undefined && shownValue(one, y) !== undefined);
  const clouds = colour === "" ? plainClouds(there, x, y) : knobClouds(there, Number(colour), x, y);
  const left = data.samples.length - there.length;
  at("noise").textContent = (colour === "" ? data.noise
    : "Outlined and larger: the front. Diamonds: published members.") +
    (left ? ` Not drawn, for want of a value: ${left}.` : "");
  const traces = [...staircase(x, y), ...clouds.filter((one) => one.x.length),
    ...names(there, x, y)];
  if (star && star[x] !== undefined && star[y] !== undefined) {
    traces.push({ x: [star[x] / measures[x].scale], y: [star[y] / measures[y].scale],
      name: "what if (predicted)", mode: "markers", hoverinfo: "name",
      marker: { symbol: "star", size: 15, color: "#F0E442", line: { color: INK, width: 1.5 } } });
  }
  const values = (name) => there.map((one) => shownValue(one, name));
  draw("front", traces, { xaxis: axis(measures[x], values(x)), yaxis: axis(measures[y], values(y)) });
}
