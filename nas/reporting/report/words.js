// ---------------------------------------------------------------- words and tables

// `columns`: head, class and the cell's text of a row each.
function table(id, columns, rows) {
  const top = element("tr");
  top.append(...columns.map(([head, kind]) => element("th", head, kind)));
  at(id).replaceChildren(top, ...rows.map((one) => {
    const row = element("tr");
    row.append(...columns.map(([, kind, text]) => element("td", text(one), kind)));
    return row;
  }));
}

function measured(measure) {
  const off = (one) => (measure.name === data.target && one.error !== null
    ? ` ± ${roughly(one.error / measure.scale)}` : "");
  return [measure.title, "number", (one) => (one.values[measure.name] === undefined ? ""
    : digits(one.values[measure.name] / measure.scale) + off(one))];
}

function members() {
  const by = data.size || data.target; // from the cheapest
  const inOrder = [...frontMembers].sort((a, b) => a.values[by] - b.values[by]);
  const columns = [["trial", "number", (one) => String(one.number)],
    ...data.measures.filter((one) => one.name !== "trial").map(measured)];
  if (inOrder.some((one) => one.replicates > 1)) {
    columns.push(["seeds", "number", (one) => String(one.replicates)]);
  }
  if (inOrder.some((one) => one.separable !== null)) {
    columns.push(["standing", "words", (one) => (one.remark || "").replace("on the front; ", "")]);
  }
  if (inOrder.some((one) => one.brief)) {
    columns.push(["knobs that differ", "words", (one) => one.brief]);
  }
  table("members", columns, inOrder);
}

function failures() {
  if (!data.failures.length) {
    const none = element("p", "None: every trial that ended has a result.", "quiet");
    at("failures").replaceWith(none);
    return;
  }
  table("failures", [["kind", "", (one) => one.kind],
    ["trials", "number", (one) => String(one.count)], ["which", "", (one) => one.trials],
    ["the first says", "words", (one) => one.message]], data.failures);
}

function words() {
  at("title").textContent = data.title;
  at("setting").textContent = `study ${data.study}; ${data.setting}`;
  at("tiles").append(...data.tiles.map(([label, value]) => {
    const tile = element("div");
    tile.append(element("b", value), element("span", label));
    return tile;
  }));
  members();
  failures();
  const command = data.facts.find(([name]) => name === "command");
  at("command").textContent = command ? command[1]
    : "the command was not noted; its settings are below";
  at("facts").append(...data.facts.filter((fact) => fact !== command)
    .flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function controls() {
  const names = data.measures.map((one) => [one.name, one.label]);
  const costs = data.objectives.map((one) => one.name).filter((name) => name !== data.target);
  options(at("x"), names, costs[0] || data.measures[data.measures.length - 1].name);
  options(at("y"), names, data.target);
  options(at("colour"), [["", "the front"], ...data.knobs.map((knob, i) => [i, knob.name])]);
  for (const id of ["x", "y", "colour"]) at(id).addEventListener("change", drawFront);
  at("more-effects").addEventListener("click", () => { allEffects = !allEffects; drawEffects(); });
}

words();
controls();
drawFront();
startKnown();
drawEffects();
drawCoverage();
drawProgress();
startWhatIf();
