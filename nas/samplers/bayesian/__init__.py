"""Bayesian optimisation of members whose costs are known before they are measured."""

from nas.samplers.bayesian.sampler import BayesianSampler

__all__ = ["BayesianSampler"]
