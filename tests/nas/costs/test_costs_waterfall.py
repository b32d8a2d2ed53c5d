"""What each changed knob costs: one step a knob, members all the way, summing to the difference."""

import random
from itertools import pairwise

import pytest

from nas.core.cost import METRICS
from nas.core.fidelity import Setting
from nas.core.space import find_space
from nas.costs import stratified, waterfall
from tests.nas.toy import SPACE as TOY
from tests.nas.toy import ToySpace

ACCVIT = find_space("accvit")
SMALL = Setting(resolution=64, classes=10)


def difference(space, start, end, setting):
    before, after = (space.cost(space.adapt(space.decode(g), setting)) for g in (start, end))
    return [after.of(metric) - before.of(metric) for metric in METRICS]


@pytest.mark.parametrize("space", [TOY, ACCVIT], ids=["toy", "accvit"])
@pytest.mark.parametrize("setting", [Setting(), SMALL], ids=["reference", "small"])
def test_the_steps_sum_to_the_difference_and_name_each_changed_knob_once(space, setting):
    members = list(stratified(space, 30, seed=4))
    random.Random(0).shuffle(members)
    for start, end in pairwise(members):
        changes = waterfall(space, start, end, setting)
        sums = [sum(getattr(change, metric) for change in changes) for metric in METRICS]
        assert sums == difference(space, start, end, setting)
        named = [name for change in changes for name in change.knobs]
        assert sorted(named) == sorted(name for name in start if start[name] != end[name])
        for change in changes:
            assert change.before == tuple(start[name] for name in change.knobs)
            assert change.after == tuple(end[name] for name in change.knobs)


def test_the_way_there_and_nowhere():
    start = ACCVIT.encode(ACCVIT.published["femto"])
    assert waterfall(ACCVIT, start, start, Setting()) == ()


def test_a_single_knob_costs_what_the_networks_differ_by():
    start = ACCVIT.encode(ACCVIT.published["nano"])
    (change,) = waterfall(ACCVIT, start, {**start, "stages.1.dilations": "1"}, Setting())
    assert change.knobs == ("stages.1.dilations",)
    assert (change.before, change.after) == (("1+2+4",), ("1",))
    assert [change.params, change.macs, change.flops] == difference(
        ACCVIT, start, {**start, "stages.1.dilations": "1"}, Setting()
    )
    assert change.params < 0


def test_a_knob_that_would_break_a_rule_waits_for_the_one_that_allows_it():
    start = ACCVIT.encode(ACCVIT.published["nano"])
    end = {**start, "stages.0.width": 48, "stages.0.head_dim": 16}  # 48 is no multiple of 32
    changes = waterfall(ACCVIT, start, end, Setting())
    assert [change.knobs for change in changes] == [("stages.0.head_dim",), ("stages.0.width",)]
    back = waterfall(ACCVIT, end, start, Setting())
    assert [change.knobs for change in back] == [("stages.0.width",), ("stages.0.head_dim",)]


def test_the_order_is_the_spaces_and_it_decides_the_split():
    start = TOY.encode(TOY.published["small"])
    end = {**start, "width": 16, "kernel": 1}
    changes = waterfall(TOY, start, end, SMALL)
    assert [change.knobs for change in changes] == [("width",), ("kernel",)]

    class Reversed(ToySpace):
        knobs = tuple(reversed(ToySpace.knobs))

    other = waterfall(Reversed(), start, end, SMALL)
    assert [change.knobs for change in other] == [("kernel",), ("width",)]
    assert {c.knobs: c.params for c in changes} != {c.knobs: c.params for c in other}
    assert sum(c.params for c in changes) == sum(c.params for c in other)


class Tied(ToySpace):
    """Some knobs may only change together, as every step between would break a rule."""

    def __init__(self, tied):
        self.tied = tied

    def violation(self, genome):
        """All of the tied knobs hold their first choice, or none does."""
        first = {knob.name: knob.choices[0] for knob in self.knobs}
        held = {genome[name] == first[name] for name in self.tied}
        return "only all or none" if len(held) > 1 else None


FIRST = {knob.name: knob.choices[0] for knob in TOY.knobs}
LAST = {knob.name: knob.choices[-1] for knob in TOY.knobs}


@pytest.mark.parametrize(
    ("tied", "steps"),
    [
        (("width", "pool"), [("kernel",), ("mood",), ("width", "pool")]),
        (("width", "kernel", "pool"), [("mood",), ("width", "kernel", "pool")]),
        (("width", "kernel", "pool", "mood"), [("width", "kernel", "pool", "mood")]),
    ],
)
def test_knobs_that_a_rule_ties_change_in_one_step(tied, steps):
    space = Tied(tied)
    changes = waterfall(space, FIRST, LAST, SMALL)
    assert [change.knobs for change in changes] == steps
    assert [sum(getattr(c, m) for c in changes) for m in METRICS] == difference(
        space, FIRST, LAST, SMALL
    )


def test_a_dead_knob_adds_nothing_until_another_brings_it_to_life():
    dead = {
        "fusion": "mean",
        "conv_dilations": "1",
        **{f"stages.{index}.dilations": "1" for index in range(4)},
    }
    start = ACCVIT.canonical({**ACCVIT.encode(ACCVIT.published["nano"]), **dead})
    end = {**start, "fusion": "gate", "conv_dilations": "1+2"}
    changes = waterfall(ACCVIT, start, end, Setting())
    assert [(change.knobs, change.params > 0) for change in changes] == [
        (("fusion",), False),
        (("conv_dilations",), True),
    ]
    assert changes[0].params == changes[0].macs == 0
