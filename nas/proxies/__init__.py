"""Scores of a network known without training it: how good it promises to be, in seconds.

A score is one finite number, higher for more promise, and comes from the weights as initialised and
(some) from one batch. None is to be believed before it has been compared with trainings.
"""

from nas.proxies.base import Candidate, NoScoreError, Proxy
from nas.proxies.grad_norm import GradNorm
from nas.proxies.jacov import Jacov
from nas.proxies.naswot import Naswot
from nas.proxies.size import Macs, Params
from nas.proxies.snip import Snip
from nas.proxies.synflow import Synflow
from nas.proxies.zico import Zico

PROXIES: dict[str, Proxy] = {
    "params": Params(),
    "macs": Macs(),
    "naswot": Naswot(),
    "jacov": Jacov(),
    "synflow": Synflow(),
    "grad-norm": GradNorm(),
    "snip": Snip(),
    "zico": Zico(),
}

__all__ = ["PROXIES", "Candidate", "NoScoreError", "Proxy"]
