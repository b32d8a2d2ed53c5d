"""A search and its front refuse costs that the networks do not have."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from nas.core.budget import Budget
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.searching.checked import check_costs, check_front
from nas.windows import Region
from tests.nas.toy import SPACE, ToySpace

TARGET = Setting(resolution=8, classes=10)


class Liar(ToySpace):
    """One parameter more than there is."""

    def cost(self, configuration):
        cost = super().cost(configuration)
        return replace(cost, params=cost.params + 1)


def region_of(space):
    choices = {knob.name: knob.choices for knob in space.knobs}
    return Region(space=space, choices=choices, budget=Budget(), target=TARGET)


def member_of(space):
    genome = space.encode(space.published["small"])
    cost = SPACE.cost(SPACE.adapt(SPACE.decode(genome), TARGET))
    return SimpleNamespace(
        number=7, genome=genome, params=cost.params, macs=cost.macs, flops=cost.flops
    )


def test_true_costs_pass():
    check_costs(region_of(SPACE))
    check_front(SPACE, TARGET, [member_of(SPACE)])


def test_a_search_by_wrong_costs_does_not_start():
    with pytest.raises(InputError, match=r"cannot be trusted: a member: .*\(-1\); see"):
        check_costs(region_of(Liar()))


def test_a_front_of_wrong_costs_is_not_drawn():
    with pytest.raises(InputError, match=r"cannot be trusted: trial 7: the closed form has"):
        check_front(Liar(), TARGET, [member_of(SPACE)])


@pytest.mark.parametrize("metric", ["params", "macs", "flops"])
def test_a_front_of_costs_recorded_otherwise_is_not_drawn(metric):
    member = member_of(SPACE)
    setattr(member, metric, getattr(member, metric) + 1)
    with pytest.raises(InputError, match=rf"trial 7: [\d,]+ {metric} were recorded, but"):
        check_front(SPACE, TARGET, [member])
