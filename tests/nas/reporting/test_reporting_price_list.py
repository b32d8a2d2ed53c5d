"""The tables of costs that travel in a page are the space's own costs."""

import json

from nas.core.fidelity import Setting
from nas.core.space import find_space
from nas.reporting.view import price_list as module
from nas.reporting.view.price_list import price, price_list
from tests.nas.reporting.looked_at import KNOBS, chain, cost_of, genomes


def indices(genome, knobs):
    return {knob.name: knob.choices.index(genome[knob.name]) for knob in knobs}


def test_every_member_has_its_price():
    listed = price_list(chain(), KNOBS)
    for genome in genomes():
        assert price(listed, indices(genome, KNOBS))[0] == cost_of(genome)


def test_what_is_no_member_has_none():
    listed = price_list(chain(), KNOBS)
    gated = {"stages.0.width": 2, "stages.1.width": 2, "norm": "batch", "gate": True}
    assert price(listed, indices(gated, KNOBS)) is None


def test_values_that_cost_alike_are_listed_once():
    last = price_list(chain(), KNOBS)[-1]
    assert last["knobs"] == ["norm", "gate"]
    assert last["radix"] == [1, 2]


def test_states_that_cost_alike_are_listed_once():
    assert [len(one["states"]) for one in price_list(chain(), KNOBS)] == [1, 3, 2]


def test_a_chain_too_long_for_a_page_is_left_out(monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    assert price_list(chain(), KNOBS) is None


def test_the_published_members_of_accvit_have_the_prices_of_its_closed_forms():
    space, setting = find_space("accvit"), Setting()
    choices = {knob.name: knob.choices for knob in space.knobs}
    for index in range(4):  # a small part of the space is listed as fast as it is checked
        for part in ("head_dim", "mlp_ratio"):
            name = f"stages.{index}.{part}"
            members = (space.encode(one)[name] for one in space.published.values())
            choices[name] = tuple(dict.fromkeys(members))
    listed = json.loads(json.dumps(price_list(space.chain(choices, setting), space.knobs)))
    for configuration in space.published.values():
        cost = space.cost(configuration)
        found = price(listed, indices(space.encode(configuration), space.knobs))
        assert found == [cost.params, cost.macs, cost.flops]
