"""Many configurations are priced at once as each is on its own."""

import random

import pandas as pd
import pytest

from nas.core.budget import Budget
from nas.core.errors import InputError
from nas.windows.pricing import Prices
from search_spaces.accvit import SPACE
from tests.nas.windows.neighbours import Neighbours, genomes, region
from tests.search_spaces.test_accvit_chain import as_sum, random_canonical, whole


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_prices_are_the_closed_forms_costs():
    rng = random.Random(0)
    rows = [random_canonical(rng) for _ in range(300)]
    expected = [as_sum(SPACE.cost(SPACE.decode(row))) for row in rows]
    prices = Prices(whole())
    assert [tuple(cost) for cost in prices(columns(rows)).tolist()] == expected
    assert (prices(pd.DataFrame(rows)) == prices(columns(rows))).all()


def test_all_of_a_small_space_is_priced_where_costs_depend_on_neighbours():
    found = region(Neighbours(seed=3), Budget())
    rows = list(genomes(found.choices))
    costs = Prices(found.chain)(columns(rows))
    assert [tuple(cost) for cost in costs.tolist()] == [
        as_sum(found.space.cost(row)) for row in rows
    ]


def test_the_first_row_that_is_no_member_is_named():
    found = region(Neighbours(), Budget())
    rows = list(genomes(found.choices))[:5]
    rows[3] = {**rows[3], "knob.2": 99}
    with pytest.raises(InputError, match=r"^row 3: knob\.2 is no canonical"):
        Prices(found.chain)(columns(rows))
