"""What networks cost, checked: the cost model three ways, and what each changed knob adds."""

from nas.costs.offer import Counted, Handler, Handlers, Shape, Verification
from nas.costs.operations import UncountedError
from nas.costs.stratified import stratified
from nas.costs.verify import Comparison, Line, verify, verify_quick
from nas.costs.waterfall import Change, waterfall

__all__ = [
    "Change",
    "Comparison",
    "Counted",
    "Handler",
    "Handlers",
    "Line",
    "Shape",
    "UncountedError",
    "Verification",
    "stratified",
    "verify",
    "verify_quick",
    "waterfall",
]
