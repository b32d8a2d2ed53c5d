"""Ray of our own on this machine's loopback, or a cluster that is there already.

Import this module only after `nas.scheduling.environment.configure`.
"""

import atexit
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import ray

from nas.core.errors import InputError
from nas.scheduling.base import Resources
from nas.scheduling.environment import worker_variables
from nas.scheduling.nodes import alive_nodes, door, node_table
from nas.scheduling.packages import own_code
from nas.scheduling.room import Cluster, check_room
from nas.scheduling.watch import Door, Watch, opens, watched

OBJECT_STORE_BYTES = 128 * 2**20  # jobs and outcomes are a few kilobytes
KNOCK_SECONDS = 5.0  # Ray itself tries for two minutes, and then ends the process

# What Ray asks its own module for while it starts, and is answered instead.
_PRIVATE = getattr(getattr(ray, "_private", None), "utils", None)
ANSWERS: Mapping[str, Callable[..., object]] = {
    # The command line goes to the cluster's table of jobs, which whoever connects can read: one
    # that holds a database's password does not.
    "get_entrypoint_name": lambda: "python -m nas.search",
    # SIGTERM is the search's own to handle (nas.core.interrupt).
    "set_sigterm_handler": lambda handler: None,
}


@contextmanager
def local(resources: Resources, folder: Path) -> Iterator[None]:
    """A Ray that is started here, listens on loopback alone, and writes into the `folder`."""
    with _silent(), watched() as watch, ExitStack() as stack:
        stack.callback(_shut_down, watch)  # though it be interrupted while it starts
        with _one_line("cannot be started on this machine"):
            _init(
                "local",  # whatever RAY_ADDRESS says
                num_cpus=resources.workers * resources.threads,
                object_store_memory=OBJECT_STORE_BYTES,
                include_dashboard=False,
                _node_ip_address="127.0.0.1",
                _temp_dir=str(folder),
            )
        check_room(alive_nodes(), threads=resources.threads, share=resources.gpus_per_trial)
        watch.look_at(_doors())
        yield


@contextmanager
def joined(address: str, *, ship_code: bool) -> Iterator[None]:
    """The cluster at HOST:PORT, or "auto": the one that this machine belongs to.

    `ship_code`: workers are sent what this process has imported and the nodes have not installed.
    """
    check_address(address)
    environment: dict[str, object] = {"env_vars": worker_variables()}
    if ship_code:
        environment["py_modules"] = [str(path) for path in own_code()]
        environment["excludes"] = ["__pycache__/"]
    with _silent(), watched() as watch, ExitStack() as stack:
        stack.callback(_shut_down, watch)
        with _one_line(f"cannot join --ray-address {address}"):
            _init(address, runtime_env=environment)
        watch.look_at(_doors())
        yield


def look(address: str) -> Cluster:
    """What a cluster holds, and what of it is free now."""
    check_address(address)
    said = f"cannot join --ray-address {address}"
    with _silent(), watched() as watch, ExitStack() as stack, _one_line(said):
        stack.callback(_shut_down, watch)
        _init(address)
        watch.look_at(_doors())
        free = ray.available_resources()  # type: ignore[no-untyped-call]
        return Cluster(
            nodes=alive_nodes(), free_cpus=free.get("CPU", 0), free_gpus=free.get("GPU", 0)
        )


def check_address(address: str) -> None:
    """InputError for one that Ray would try for minutes, or that cannot be used."""
    if address.startswith("ray://"):
        raise InputError(
            f"--ray-address {address}: a search must run on a machine of the cluster itself; log in"
            " there, and give --ray-address auto"
        )
    place = os.environ.get("RAY_ADDRESS", address) if address == "auto" else address
    host, colon, port = place.rpartition(":")
    if place == "auto":
        return  # Ray looks for it among this machine's processes, and says so at once
    if not (colon and host and port.isascii() and port.isdecimal() and 0 < int(port) < 2**16):
        raise InputError(f"--ray-address {address}: expected HOST:PORT, or auto; got {place!r}")
    if not opens((host.strip("[]"), int(port)), seconds=KNOCK_SECONDS):
        raise InputError(
            f"--ray-address {address}: nobody answers at {place}; start a cluster there with"
            f" `ray start --head --port {port}`, or leave the flag out"
        )


def _init(address: str, **settings: Any) -> None:
    """`ray.init`, quiet, which keeps our command line to itself and leaves SIGTERM to us."""
    with ExitStack() as stack:
        for name, answer in ANSWERS.items():
            if hasattr(_PRIVATE, name):  # a Ray of another version may lack it
                stack.enter_context(_replaced(name, answer))
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **settings)


@contextmanager
def _replaced(name: str, answer: Callable[..., object]) -> Iterator[None]:
    before = getattr(_PRIVATE, name)
    setattr(_PRIVATE, name, answer)
    try:
        yield
    finally:
        setattr(_PRIVATE, name, before)


def _doors() -> tuple[Door, ...]:
    """Where the cluster's and this node's servers listen."""
    here = ray.get_runtime_context()
    host, _, port = here.gcs_address.rpartition(":")
    raylets = [door(node) for node in node_table() if node["NodeID"] == here.get_node_id()]
    return ((host.strip("[]"), int(port)), *raylets)


@contextmanager
def _one_line(what: str) -> Iterator[None]:
    """InputError for whatever Ray says, or does, where it cannot be had."""
    try:
        yield
    except (Exception, SystemExit) as error:  # Ray raises plain ones, too
        said = " ".join(str(error).split())[:200]
        raise InputError(f"ray: {what}: {type(error).__name__}: {said}") from error


def _shut_down(watch: Watch) -> None:
    """Servers that are gone already are still waited for, and for as long as they were before."""
    if not watch.gone:
        watch.rest()
    try:
        ray.shutdown()
    finally:
        atexit.unregister(ray.shutdown)  # nobody watches by then


@contextmanager
def _silent() -> Iterator[None]:
    """Ray tells of dead workers and of its own deprecations; failures are the study's to tell."""
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
    with (
        warnings.catch_warnings(),
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
    ):
        warnings.simplefilter("ignore")
        yield
