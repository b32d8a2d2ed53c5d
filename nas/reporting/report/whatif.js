// ---------------------------------------------------------------- what if

let chosen = []; // for each knob the index of its choice
const selects = [];

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
      `± ${roughly(model.error / target.scale)} ${target.unit}`, ""]);
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
    const unit = target.unit === "%" ? "points" : target.unit;
    const words = (value) => `${roughly(value / target.scale)} ${unit}`.trim();
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
