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
  const traces = shown.map((row, i) => ({ x: [scaled(row.gain)], y: [i], mode: "markers",
    marker: { color: colour[i], size: 9 }, showlegend: false,
    error_x: { type: "data", symmetric: false, array: [scaled(row.high - row.gain)],
      arrayminus: [scaled(row.gain - row.low)], color: colour[i], thickness: 2, width: 0 },
    hovertext: [`<b>${safe(row.change)}</b><br>${digits(scaled(row.gain))} ` +
      `(${digits(scaled(row.low))} to ${digits(scaled(row.high))})<br>` +
      `${row.n} trials on the smaller side`], hoverinfo: "text" }));
  const unit = target.unit === "%" ? "points" : target.unit;
  const said = (row) => safe(narrow() ? tail(row.change, 22) : short(row.change, 44));
  draw("effects", traces, {
    xaxis: { title: { text: unit ? `change (${unit})` : safe(`change in ${target.label}`) },
      rangemode: "tozero", gridcolor: GRID, zeroline: true, zerolinecolor: INK, zerolinewidth: 1 },
    yaxis: { tickvals: shown.map((_, i) => i), ticktext: shown.map(said), automargin: true,
      gridcolor: "#F4F4F4", zeroline: false, range: [-0.7, shown.length - 0.3],
      tickfont: { size: 12 } } });
}

// Bars between the sizes that are written at their edges.
function drawCoverage() {
  const bins = data.coverage;
  if (!bins.length) { at("coverage-card").hidden = true; return; }
  const size = measures[data.size];
  const edges = [...bins.map((bin) => bin.low), bins[bins.length - 1].high];
  const labels = edges.map((value) => digits(Number((value / size.scale).toPrecision(3))));
  const every = Math.ceil(labels.join("").length * 13 / at("coverage").clientWidth);
  const bar = (name, color, height) => ({ type: "bar", name, x: bins.map((_, i) => i + 0.5),
    y: bins.map(height), marker: { color }, hoverinfo: "text", hovertext: bins.map((bin) =>
      `${digits(bin.low / size.scale)} to ${safe(worded(size, bin.high))}<br>${name}: ${height(bin)}`) });
  const traces = [bar("on the front", FRONT, (bin) => bin.front),
    bar("other complete trials", "#BBBBBB", (bin) => bin.complete - bin.front),
    bar("failed", LOST, (bin) => bin.failed)];
  draw("coverage", traces.filter((trace) => trace.y.some((height) => height)), { barmode: "stack",
    bargap: 0.08, xaxis: { title: { text: safe(size.title) }, tickfont: { size: 11.5 },
      tickvals: edges.map((_, i) => i), ticktext: labels.map((text, i) => (i % every ? "" : text)),
      tickangle: 0, zeroline: false, showgrid: false, range: [-0.3, bins.length + 0.3] },
    yaxis: { title: { text: "trials" }, gridcolor: GRID, rangemode: "tozero", tickformat: "d" } });
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
