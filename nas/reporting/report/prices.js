// ---------------------------------------------------------------- exact costs

// undefined: there are none; null: they are still packed
let prices = data.whatif.prices_packed ? null : undefined;

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
