"""A space's chain is held against the space itself before anything is counted by it."""

from nas.core.chain import Chain
from nas.core.cost import METRICS
from nas.core.draws import valid_genomes
from nas.core.errors import InputError
from nas.core.knob import Genome
from nas.windows.arrays import layers
from nas.windows.region import Region

LARGEST = 2**62  # costs are added as 64-bit integers


def check_chain(region: Region) -> None:
    """InputError where paths are not the canonical genomes, or do not cost what these do."""
    chain = region.chain
    if chain is None:
        return
    complaint = _malformed(chain) or _incomplete(region, chain)
    for genome in () if complaint else valid_genomes(region.knobs, region.space.violation):
        complaint = complaint or _unlike(region, chain, region.space.canonical(genome))
    if complaint:
        raise InputError(f"the space {region.space.name}: chain: {complaint}")


def _malformed(chain: object) -> str | None:
    if not isinstance(chain, Chain):
        return f"expected a nas.core.chain.Chain; got {type(chain).__name__}"
    most = 0
    for position in chain.positions:
        costs = [step.cost for steps in position.steps.values() for step in steps]
        if any(type(part) is not int or part < 0 for cost in costs for part in cost):
            return f"{', '.join(position.knobs)}: expected costs that are integers, 0 or more"
        most += max((max(cost) for cost in costs), default=0)
    if most >= LARGEST:
        return f"costs may exceed {LARGEST:.1e}; take fewer pixels or classes"
    return None


def _incomplete(region: Region, chain: Chain) -> str | None:
    if any(region.choices[knob.name] != knob.choices for knob in region.space.knobs):
        return None
    if chain.size != region.space.size:
        return f"has {chain.size:,} paths; size says {region.space.size:,}"
    return None


def _unlike(region: Region, chain: Chain, genome: Genome) -> str | None:
    """In words what is wrong with a genome's path."""
    path = chain.around(genome, ())
    if path.size != 1:
        return f"{path.size} paths for one canonical genome"
    total = sum(layer.cost.sum(axis=0) for layer in layers(path)).tolist()
    cost = region.space.cost(region.space.adapt(region.space.decode(genome), region.target))
    for metric, summed in zip(METRICS, total, strict=True):
        if summed != cost.of(metric):
            return (
                f"the steps of a genome sum to {summed:,} {metric}; cost says {cost.of(metric):,}"
            )
    return None
