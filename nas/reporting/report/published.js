// ---------------------------------------------------------------- published models

const KNOWN_AXES = ["params", "macs", "activations"];

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
  const hollow = (group, colour) => ({ size: 9, line: { width: 1.5, color: colour },
    color: group.map((one) => (one.distilled ? "white" : colour)) });
  const best = [...there].sort((a, b) => a[x] - b[x]).filter((one, i, all) =>
    all.slice(0, i).every((other) => other.top1 < one.top1));
  const floor = Math.min(...there.map((one) => one.top1)) - 1.2;
  const mine = frontMembers.filter((one) => shownValue(one, x) !== undefined);
  const traces = [
    { x: best.map((one) => one[x]), y: best.map((one) => one.top1), mode: "lines",
      line: { color: "#CCCCCC", width: 1.5, shape: "hv" }, hoverinfo: "skip", showlegend: false },
    knownTrace(rest, "other published models (hollow: distilled)", x, hollow(rest, QUIET), false),
    knownTrace(own, family, x, { ...hollow(own, KNOWN), symbol: "diamond", size: 11 },
      own.length < 8),
    { x: mine.map((one) => shownValue(one, x)), y: mine.map(() => floor), name: "this run's front",
      mode: "markers", marker: { symbol: "line-ns-open", size: 14, color: FRONT,
        line: { width: 2, color: FRONT } },
      hovertext: mine.map((one) => `${safe(one.name)}: its cost here, no ImageNet accuracy`),
      hoverinfo: "text" },
  ];
  const unknown = data.imagenet.filter((one) =>
    one.family === family && one.top1 === null && one[x] !== null);
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

function startKnown() {
  if (!data.imagenet.length) { at("imagenet-card").hidden = true; return; }
  const known = KNOWN_AXES.filter((name) => measures[name]);
  options(at("known-x"), known.map((name) => [name, measures[name].label]), known[0]);
  const families = [...new Set(data.imagenet.map((one) => one.family))].sort();
  options(at("family"), families.map((name) => [name, name]), data.family || families[0]);
  for (const id of ["known-x", "family"]) at(id).addEventListener("change", drawKnown);
  drawKnown();
}
