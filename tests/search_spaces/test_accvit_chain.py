"""The space as a chain: its paths are the canonical genomes, their sums the closed forms' costs."""

import random
import time
from functools import cache
from itertools import product

import pytest

from nas.core.budget import Budget, parse_bound
from nas.core.cost import Cost
from nas.core.draws import random_genome
from nas.core.fidelity import Setting, UnrepresentableError
from nas.core.narrowing import narrow
from nas.windows import Region, Window, cross, mutate
from search_spaces.accvit import SPACE

TARGETS = [
    Setting(),
    Setting(resolution=64, classes=10, channels=1),
    Setting(resolution=384, classes=21_841),
]
WHOLE = {knob.name: knob.choices for knob in SPACE.knobs}
FEMTO = SPACE.encode(SPACE.published["femto"])
NARROW = ["28M-28.5M", "28.3M-28.4M", "28.36M-28.37M"]


@cache
def whole(target=TARGETS[0]):
    return SPACE.chain(WHOLE, target)


@cache
def window(**bounds):
    budget = Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items()))
    return Window(whole(), budget)


def sums(chain, genome):
    """The costs along the path of a genome, found without arrays: every path that spells it."""
    paths = {None: [(0, 0, 0)]}
    for position in chain.positions:
        values = tuple(genome[name] for name in position.knobs)
        after = {}
        for state, costs in paths.items():
            for step in position.steps.get(state, ()):
                if any(values == offered and _alike(values, offered) for offered in step.values):
                    after.setdefault(step.state, []).extend(
                        tuple(map(sum, zip(cost, step.cost, strict=True))) for cost in costs
                    )
        paths = after
    return [cost for costs in paths.values() for cost in costs]


def _alike(one, other):
    """True is not 1."""
    return all(type(a) is type(b) for a, b in zip(one, other, strict=True))


def as_sum(cost):
    return (cost.params, cost.macs, cost.flops)


def random_canonical(rng):
    while True:
        genome = random_genome(SPACE.knobs, rng)
        if rng.random() < 0.3:  # seldom is nothing branched
            genome |= {name: "1" for name in genome if name.endswith("dilations")}
        if SPACE.violation(genome) is None:
            return SPACE.canonical(genome)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_the_chain_has_as_many_paths_as_the_space_has_configurations(target):
    assert whole(target).size == SPACE.size


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_canonical_genome_is_one_path_whose_sum_is_its_cost(target):
    rng, chain = random.Random(0), whole(target)
    for _ in range(150):
        genome = random_canonical(rng)
        cost = SPACE.cost(SPACE.adapt(SPACE.decode(genome), target))
        assert sums(chain, genome) == [as_sum(cost)]


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_drawn_paths_are_valid_canonical_genomes_at_their_cost(target):
    for priced in Window(whole(target), Budget()).draw(random.Random(0), 300):
        assert SPACE.violation(priced.genome) is None
        assert SPACE.canonical(priced.genome) == priced.genome
        assert list(priced.genome) == list(FEMTO)
        assert all(type(priced.genome[n]) is type(FEMTO[n]) for n in FEMTO)
        cost = SPACE.cost(SPACE.adapt(SPACE.decode(priced.genome), target))
        assert as_sum(priced.cost) == as_sum(cost)


@pytest.mark.parametrize("name", SPACE.published)
def test_the_published_variants_are_paths(name):
    cost = SPACE.cost(SPACE.published[name])
    assert sums(whole(), SPACE.encode(SPACE.published[name])) == [as_sum(cost)]


@pytest.mark.parametrize("resolution", [100, 16])
def test_a_target_that_cannot_be_is_named(resolution):
    with pytest.raises(UnrepresentableError, match=f"resolution {resolution}"):
        SPACE.chain(WHOLE, Setting(resolution=resolution))


def test_scaled_widths_are_refused_rather_than_priced_wrongly():
    with pytest.raises(UnrepresentableError, match=r"width scale 0\.5: .* expected 1"):
        SPACE.chain(WHOLE, Setting(width_scale=0.5))


SMALL = {name: (value,) for name, value in FEMTO.items()}
LONE = ["fusion=gate", "conv_dilations=1", "stages.*.dilations=1"]


def small(**free):
    return SMALL | {name.replace("__", "."): values for name, values in free.items()}


def fixed(*texts):
    left = narrow(SPACE, list(texts), [])
    names = {name for name in left if len(left[name]) == 1}
    return SMALL | {name: left[name] for name in names}


NARROWED = {
    "gate only": small(fusion=("gate",), conv_dilations="all", stages__0__dilations="all"),
    "gate only, nothing branched": fixed(*LONE),
    "mean only, nothing branched": fixed("fusion=mean", *LONE[1:]),
    "gate only, branched or not": small(
        fusion=("gate",),
        conv_dilations=("1", "3"),
        stages__0__dilations=("1", "2", "1+2"),
        stages__1__dilations=("1", "1+4"),
        stages__2__dilations=("1", "1+2"),
    ),
    "both fusions, branched or not": small(
        fusion=("gate", "mean"),
        conv_dilations=("1", "2", "1+2", "1+2+3"),
        stages__0__dilations=("1", "4", "2+4", "1+2+4+8"),
        stages__1__dilations=("1", "1+4"),
        stages__2__dilations=("1", "2", "1+2"),
        se=(True, False),
    ),
    "own MLPs only": small(
        stages__0__mlp=("per-branch",),
        stages__1__mlp=("per-branch",),
        stages__2__mlp=("per-branch",),
        stages__0__dilations=("1", "8", "1+8"),
        stages__1__dilations=("2", "1+2"),
        stages__2__dilations="all",
    ),
    "all MLPs on lone branches": small(
        stages__0__mlp="all",
        stages__1__mlp=("convnext", "per-branch"),
        stages__0__dilations=("1", "2"),
        stages__1__dilations=("1", "1+2"),
        stages__3__mlp="all",
    ),
    "heads that do not divide": small(
        stem_width="all",
        stages__0__width=(32, 48, 80),
        stages__0__head_dim=(16, 32),
        stages__1__width=(64, 160),
        stages__2__width=(128, 192),
        stages__3__width=(256, 320),
        stages__2__depth=(1, 14),
        stages__3__mlp_ratio=(2, 3, 4),
    ),
    "no head divides": small(stages__0__width=(48, 80), stages__0__head_dim=(32,)),
}


def listed(choices, target):
    found = {}
    for values in product(*choices.values()):
        genome = dict(zip(choices, values, strict=True))
        if SPACE.violation(genome) is None:
            canonical = SPACE.canonical(genome)
            cost = SPACE.cost(SPACE.adapt(SPACE.decode(canonical), target))
            found[tuple(canonical.items())] = as_sum(cost)
    return found


@pytest.mark.parametrize("target", TARGETS[:2], ids=str)
@pytest.mark.parametrize("which", NARROWED)
def test_a_narrowed_chain_has_each_network_once_however_many_genomes_spell_it(which, target):
    choices = {
        name: WHOLE[name] if values == "all" else values for name, values in NARROWED[which].items()
    }
    truth = listed(choices, target)
    chain = SPACE.chain(choices, target)
    assert chain.size == len(truth)
    members = Window(chain, Budget()).members
    assert {tuple(m.genome.items()): as_sum(m.cost) for m in members} == truth
    assert len(members) == len(truth)


def test_the_order_of_narrowed_choices_changes_no_count():
    choices = small(
        conv_dilations=("1+2", "1", "1+2+3", "3"), stages__0__dilations=("2+4", "1", "8", "1+2")
    )
    assert SPACE.chain(choices, Setting()).size == len(listed(choices, Setting()))


def test_the_bounds_on_5m_to_30m_are_at_most_one_per_cent_apart():
    least, most = window(params="5M-30M").count
    assert 0 < least <= most <= 1.01 * least
    assert most < SPACE.size


def test_the_bounds_on_parts_of_a_window_surround_those_on_the_whole():
    """2**-40 of rounding each."""
    parts = [window(params=text).count for text in ("0-17M", "17000001-")]
    assert sum(least for least, _ in parts) <= SPACE.size <= sum(most for _, most in parts)
    assert sum(most for _, most in parts) <= 1.01 * SPACE.size


@pytest.mark.parametrize("params", NARROW)
@pytest.mark.parametrize("over", ["configurations", "size", "strata"])
def test_however_narrow_the_window_draws_lie_inside_and_what_missed_is_told(params, over):
    bound = parse_bound("params", params)
    narrow_window = Window(whole(), Budget((bound,)))
    found = narrow_window.draw(random.Random(0), 400, over=over)
    assert found
    assert narrow_window.tally.share == len(found) / 400
    for priced in found:
        assert bound.holds(SPACE.cost(SPACE.decode(priced.genome)))


def test_draws_under_all_three_bounds_lie_inside():
    bounds = {"params": "20M-30M", "macs": "3G-5G", "flops": "3G-4.5G"}
    budget = Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items()))
    found = Window(whole(), budget).draw(random.Random(0), 300)
    assert len(found) > 50
    assert all(budget.admits(SPACE.cost(SPACE.decode(priced.genome))) for priced in found)


def test_moves_in_a_narrow_window_lie_inside_and_are_new():
    budget = Budget((parse_bound("params", "28.36M-28.37M"),))
    region = Region(space=SPACE, choices=WHOLE, budget=budget, target=Setting())
    rng, seen = random.Random(0), set()
    family = [region.draw(rng, seen) for _ in range(2)]
    seen |= {member.key for member in family}
    for move in range(8):
        mother, father = (member.genome for member in rng.sample(family, 2))
        child = (
            mutate(region, mother, seen, rng)
            if move % 2
            else cross(region, mother, father, seen, rng)
        )
        assert child.key not in seen
        assert budget.admits(SPACE.cost(SPACE.decode(child.genome)))
        assert isinstance(child.cost, Cost)
        seen.add(child.key)
        family.append(child)


def test_the_exact_size_of_a_published_network_finds_it_among_its_neighbours():
    """Tiny's parameters, one value wide, with all but four of its knobs held."""
    tiny = SPACE.encode(SPACE.published["tiny"])
    params = SPACE.cost(SPACE.decode(tiny)).params
    free = ("stages.2.depth", "stages.2.width", "stages.1.depth", "fusion")
    chain = whole().around(tiny, free)
    members = Window(chain, Budget((parse_bound("params", str(params)),))).members
    assert tiny in [member.genome for member in members]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ({"params": "28.3M-28.4M"}, 10_000),
        ({"params": "5M-30M"}, 10_000),
        ({"params": "28.3M-28.4M", "macs": "4G-4.5G"}, 1_000),
    ],
)
def test_tables_are_built_within_ten_seconds_and_draws_are_many_a_second(
    bounds, wanted, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    budget = Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items()))
    began = time.process_time()
    fresh = Window(SPACE.chain(WHOLE, Setting()), budget)
    least, most = fresh.count
    assert time.process_time() - began < 10
    assert least <= most
    fresh.draw(random.Random(0), 100)
    began, rng = time.process_time(), random.Random(1)
    found = sum(len(fresh.draw(rng, 5_000)) for _ in range(6))
    assert found / (time.process_time() - began) > wanted
