"""Ray Tune runs the trainings. The study stays the only truth.

Ray's own Optuna searcher loses constraints and attributes, and its restore repeats finished trials;
so a searcher of ours hands out tickets of a campaign, and every start is a fresh Tuner. Import this
module, and those that it imports, only after `nas.scheduling.environment.configure`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ray import tune

from nas.evaluation.job import Job
from nas.scheduling.base import Listener, MakeJob, Resources
from nas.scheduling.connection import joined, local
from nas.scheduling.errand import Dispatch, Errand
from nas.scheduling.nodes import check_nodes
from nas.scheduling.searcher import TicketSearcher
from nas.scheduling.session import session_folder
from nas.scheduling.training import ProxyTraining
from nas.study.campaign import Campaign


class RayRunner:
    """Trainings as Tune trials, on this machine alone or on the cluster at `address`.

    `ship_code`: the cluster's nodes are sent the code that is not installed here (see
    nas.scheduling.packages); False where they have all of it.
    """

    def __init__(
        self, resources: Resources, *, address: str | None = None, ship_code: bool = True
    ) -> None:
        self._resources = resources
        self._address = address
        self._ship_code = ship_code

    def __call__(self, campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
        """Run until the campaign is finished; ray is stopped however it ends.

        InputError where Ray cannot be had, holds no training, or dies; what the campaign raises.
        """
        with (
            session_folder(sockets=self._address is None) as folder,
            self._connected(folder) as dispatch,
        ):
            trainable = tune.with_resources(ProxyTraining, _demand(self._resources))
            while not campaign.finished:
                searcher = TicketSearcher(campaign, make_job, listen, dispatch)
                tuner = tune.Tuner(
                    trainable,
                    tune_config=tune.TuneConfig(
                        search_alg=searcher,
                        num_samples=-1,
                        reuse_actors=True,
                    ),
                    run_config=tune.RunConfig(
                        storage_path=str(folder / "tune"),  # which other nodes do not see
                        checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                        verbose=0,
                        log_to_file=False,
                    ),
                )
                with _raising(searcher):
                    tuner.fit()

    @contextmanager
    def _connected(self, folder: Path) -> Iterator[Callable[[Job], Errand]]:
        if self._address is None:
            with local(self._resources, folder):
                yield lambda job: Errand(job=job)
            return
        with joined(self._address, ship_code=self._ship_code), Dispatch() as dispatch:
            check_nodes(self._resources)
            yield dispatch


@contextmanager
def _raising(searcher: TicketSearcher) -> Iterator[None]:
    """The campaign's own error in place of Tune's, which holds its text alone."""
    try:
        yield
    except tune.TuneError as error:
        if searcher.broken is None:
            raise
        raise searcher.broken from error


def _demand(resources: Resources) -> dict[str, float]:
    """What Ray reserves for one training; it hides the GPU from one that asks for none."""
    demand: dict[str, float] = {"cpu": resources.threads}
    if resources.gpus_per_trial:
        demand["gpu"] = resources.gpus_per_trial
    return demand
