"""What is best when several numbers count: dominance, fronts, hypervolume, on plain points."""

from nas.pareto.dominance import dominates, front, ranks
from nas.pareto.hypervolume import hypervolume

__all__ = ["dominates", "front", "hypervolume", "ranks"]
