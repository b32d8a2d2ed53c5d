"""Every sampler proposes only unseen members of the region, the same by its seed, and ends."""

import math

import optuna
import pytest
from optuna.samplers import NSGAIISampler, TPESampler
from optuna.trial import TrialState

from nas.core.budget import Budget, parse_bound
from nas.core.errors import InputError
from nas.core.fidelity import Fidelity, Setting
from nas.core.narrowing import narrow
from nas.core.objective import parse_objectives
from nas.core.space import key_of
from nas.samplers import SAMPLERS, BayesianSampler, InRegion, make_sampler
from nas.samplers.in_region import PROPOSED
from nas.samplers.proposal import SeenKeys, distributions, stream
from nas.study.ledger import Ledger
from nas.windows import Member, Region, changed
from search_spaces.accvit import SPACE

PROPOSALS = 40
OBJECTIVES = parse_objectives("accuracy,params")
SLOW = ("gp",)  # a Gaussian process over every knob: seconds for each proposal
EACH = [
    pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name
    for name in SAMPLERS
    if name != "auto"
]
WINDOW = Region(
    space=SPACE,
    choices=narrow(
        SPACE,
        ["se=true", "stages.3.head_dim=32", "stages.*.mlp_ratio=4"],
        ["stages.0.width=32,48,64", "stages.2.depth=3,4,5,6"],
    ),
    budget=Budget((parse_bound("params", "5M-30M"), parse_bound("macs", "-6G"))),
    target=Setting(),
)
SMALL = {"stages.0.depth": (1, 2), "conv_dilations": ("1", "1+2"), "stages.2.mlp": "all"}  # 12


def new_study(name, region, *, seed=0):
    return optuna.create_study(
        directions=["maximize", "minimize"],
        sampler=make_sampler(name, region, seed=seed, known=0, objectives=OBJECTIVES),
    )


def measure(genome):
    """A pretended accuracy that depends on the genome, and real parameters."""
    params = SPACE.cost(SPACE.decode(genome)).params
    return [math.log(params) + (genome["fusion"] == "gate"), params]


def propose(study, region, number):
    genomes = []
    for _ in range(number):
        trial = study.ask(distributions(region))
        genomes.append(dict(trial.params))
        study.tell(trial, measure(trial.params))
    return genomes


@pytest.fixture(scope="module")
def proposed():
    """The first proposals of each sampler, made once."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = propose(new_study(name, WINDOW), WINDOW, PROPOSALS)
        return made[name]

    return of


@pytest.mark.parametrize("name", EACH)
def test_every_proposal_is_a_member_in_canonical_form(name, proposed):
    for genome in proposed(name):
        member = WINDOW.admit(genome)
        assert isinstance(member, Member), member
        assert member.genome == genome


@pytest.mark.parametrize("name", EACH)
def test_no_configuration_is_proposed_twice(name, proposed):
    assert len({key_of(genome) for genome in proposed(name)}) == PROPOSALS


@pytest.mark.parametrize("name", EACH)
def test_every_proposal_is_in_the_static_distributions(name, proposed):
    static = distributions(WINDOW)
    for genome in proposed(name):
        assert genome.keys() == static.keys()
        for knob, value in genome.items():
            assert static[knob]._contains(static[knob].to_internal_repr(value))


@pytest.mark.parametrize("name", EACH)
def test_the_same_seed_proposes_the_same(name, proposed):
    few = PROPOSALS if name not in SLOW else 15
    assert propose(new_study(name, WINDOW), WINDOW, few) == proposed(name)[:few]


@pytest.mark.parametrize("name", EACH)
def test_another_seed_proposes_something_else(name, proposed):
    assert propose(new_study(name, WINDOW, seed=1), WINDOW, 3) != proposed(name)[:3]


@pytest.mark.parametrize("name", EACH)
def test_trials_that_run_at_the_same_time_are_not_proposed_twice(name):
    study = new_study(name, WINDOW)
    running = [study.ask(distributions(WINDOW)) for _ in range(8)]
    assert len({key_of(trial.params) for trial in running}) == len(running)


@pytest.mark.parametrize("name", EACH)
def test_a_resumed_study_proposes_nothing_that_it_has_seen(name):
    study = new_study(name, WINDOW)
    before = {key_of(genome) for genome in propose(study, WINDOW, 12)}
    study.sampler = make_sampler(name, WINDOW, seed=0, known=12, objectives=OBJECTIVES)
    after = {key_of(genome) for genome in propose(study, WINDOW, 12)}
    assert len(after) == 12
    assert not before & after


@pytest.mark.parametrize("name", EACH)
def test_a_small_region_is_proposed_whole_and_then_ends(name, around_femto):
    region = around_femto(SMALL)
    study = new_study(name, region)
    keys = [key_of(genome) for genome in propose(study, region, len(region.members))]
    assert sorted(keys) == sorted(member.key for member in region.members)
    with pytest.raises(LookupError, match="no unseen member"):
        study.ask(distributions(region))


@pytest.mark.parametrize("name", EACH)
def test_a_ledger_opens_a_ticket_for_each_member_and_then_none(name, around_femto):
    region = around_femto(SMALL)
    ledger = Ledger(
        optuna.storages.InMemoryStorage(),
        "small",
        region=region,
        fidelity=Fidelity(epochs=1, resolution=64),
        objectives=parse_objectives("accuracy,params"),
    )
    ledger.use(make_sampler(name, region, seed=0, known=0, objectives=OBJECTIVES))
    tickets = [ledger.ask() for _ in region.members]
    assert {ticket.evaluation.key for ticket in tickets} == {
        member.key for member in region.members
    }
    assert ledger.ask() == "exhausted"


@pytest.mark.parametrize("name", EACH)
def test_a_region_of_one_member_is_proposed_once(name, around_femto):
    region = around_femto()
    study = new_study(name, region)
    assert propose(study, region, 1) == [region.members[0].genome]
    with pytest.raises(LookupError):
        study.ask(distributions(region))


@pytest.mark.parametrize("name", EACH)
def test_dead_knobs_that_were_narrowed_away_are_proposed_in_canonical_form(name, around_femto):
    alone = {f"stages.{index}.dilations": ("1",) for index in range(4)}
    fixed = {"fusion": ("gate",), "conv_dilations": ("1",), "stages.0.mlp": ("per-branch",)}
    region = around_femto(alone | fixed | {"stages.2.depth": (1, 2, 3)})
    genomes = propose(new_study(name, region), region, 3)
    assert {genome["stages.2.depth"] for genome in genomes} == {1, 2, 3}
    assert {(genome["fusion"], genome["stages.0.mlp"]) for genome in genomes} == {
        ("mean", "shared")
    }


@pytest.mark.parametrize("name", EACH)
def test_failed_trials_are_not_proposed_again(name, around_femto):
    region = around_femto(SMALL)
    study = new_study(name, region)
    keys = set()
    for _ in region.members:
        trial = study.ask(distributions(region))
        keys.add(key_of(trial.params))
        study.tell(trial, state=TrialState.FAIL)
    assert len(keys) == len(region.members)


@pytest.mark.parametrize("name", EACH)
def test_a_parameter_that_is_no_knob_is_refused_by_name(name):
    trial = new_study(name, WINDOW).ask(distributions(WINDOW))
    with pytest.raises(LookupError, match="colour is no knob of the space accvit"):
        trial.suggest_categorical("colour", ["red", "green"])


def test_auto_is_the_default():
    chosen = make_sampler("auto", WINDOW, seed=0, known=0, objectives=OBJECTIVES)
    assert isinstance(chosen, BayesianSampler)


def test_an_unknown_sampler_is_told_which_there_are():
    with pytest.raises(InputError, match=r"^--sampler annealing: expected one of auto, random, "):
        make_sampler("annealing", WINDOW, seed=0, known=0, objectives=OBJECTIVES)


@pytest.mark.parametrize("inner", [TPESampler(seed=0, n_startup_trials=5), NSGAIISampler(seed=0)])
def test_what_was_moved_into_the_region_keeps_the_proposal_it_came_from(inner):
    study = optuna.create_study(
        directions=["maximize", "minimize"], sampler=InRegion(WINDOW, seed=0, inner=inner)
    )
    propose(study, WINDOW, 20)
    moved = [trial for trial in study.trials if PROPOSED in trial.system_attrs]
    assert moved  # the choices alone rule out most proposals
    for trial in moved:
        proposal = trial.system_attrs[PROPOSED]
        assert proposal.keys() == trial.params.keys()
        assert not isinstance(WINDOW.admit(proposal), Member)
        assert proposal != trial.params


def test_what_lay_inside_the_region_was_not_moved(around_femto):
    free = around_femto(
        {knob.name: knob.choices for knob in SPACE.knobs if "head" not in knob.name}
    )
    study = optuna.create_study(
        directions=["maximize", "minimize"],
        sampler=InRegion(free, seed=0, inner=TPESampler(seed=0)),
    )
    propose(study, free, 30)
    assert not any(PROPOSED in trial.system_attrs for trial in study.trials)


def test_random_and_evolution_move_nothing():
    for name in ("random", "evolution"):
        study = new_study(name, WINDOW)
        propose(study, WINDOW, 12)
        assert not any(PROPOSED in trial.system_attrs for trial in study.trials)


def test_evolution_stays_near_the_front_once_it_has_one():
    study = new_study("evolution", WINDOW)
    propose(study, WINDOW, 15)
    for _ in range(10):
        front = [trial.params for trial in study.best_trials]
        [child] = propose(study, WINDOW, 1)
        # At most three knobs are changed; one of them may bring a dead knob to life or end it.
        assert min(sum(child[k] != parent[k] for k in child) for parent in front) <= 5


@pytest.mark.parametrize("count", [1, 2, 3, 100])
def test_a_mutation_changes_exactly_as_many_live_knobs_as_asked(count):
    genome = WINDOW.draw(stream(0, optuna.trial.create_trial(value=0)), set()).genome
    live = [knob.name for knob in WINDOW.knobs if len(knob.choices) > 1]
    child = changed(genome, WINDOW, count, stream(1, optuna.trial.create_trial(value=0)))
    differing = [name for name in genome if genome[name] != child[name]]
    assert len(differing) == min(count, len(live))
    assert all(child[name] in WINDOW.choices[name] for name in differing)


def test_seen_are_all_that_ran_run_or_wait_but_not_what_was_interrupted():
    study = new_study("random", WINDOW)
    complete, running, failed, interrupted = (study.ask(distributions(WINDOW)) for _ in range(4))
    study.tell(complete, [0.5, 1.0])
    study.tell(failed, state=TrialState.FAIL)
    interrupted.set_user_attr("failure", "interrupted")
    study.tell(interrupted, state=TrialState.FAIL)
    waiting = WINDOW.draw(stream(5, study.trials[0]), set())
    study.enqueue_trial(waiting.genome, user_attrs={"key": waiting.key})
    kept = {key_of(trial.params) for trial in (complete, running, failed)}
    assert SeenKeys(WINDOW).of(study) == kept | {waiting.key}


def test_what_was_seen_stays_seen_however_trials_end_and_in_each_study():
    kept = SeenKeys(WINDOW)
    for name in ("random", "evolution"):
        study = new_study(name, WINDOW)
        trials = [study.ask(distributions(WINDOW)) for _ in range(6)]
        for number in (0, 2, 1, 5, 4):
            if number == 5:
                trials[5].set_user_attr("failure", "interrupted")
            study.tell(trials[number], state=TrialState.FAIL)
            expected = {key_of(trial.params) for trial in trials}
            if trials[5].user_attrs:
                expected.discard(key_of(trials[5].params))
            assert kept.of(study) == SeenKeys(WINDOW).of(study) == expected


def test_a_trial_queued_by_hand_counts_as_the_network_that_it_is(around_femto):
    region = around_femto({"stages.0.dilations": ("1",), "stages.0.mlp": ("shared", "per-branch")})
    study = new_study("random", region)
    raw = {**region.members[0].genome, "stages.0.mlp": "per-branch"}
    study.enqueue_trial(raw)
    study.ask(distributions(region))
    assert SeenKeys(region).of(study) == {region.members[0].key}
