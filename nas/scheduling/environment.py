"""What ray reads from the environment when imported: quiet, private, deaf beyond loopback."""

import os

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",  # relative paths mean what they mean to the driver
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "86400",  # the study is the checkpoint
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "86400",  # who lacks nodes is told by us
}
# Without it the node's sockets bind every interface, whatever address the node is given.
LOOPBACK_ONLY = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# Ray's processes end where its store is gone for so long, the driver's own core among them: later
# than the driver notices (nas.scheduling.watch), and it holds where Python cannot run to notice.
NOT_FOR_LONG = {"RAY_gcs_rpc_server_reconnect_timeout_s": "40"}

# glibc gives large blocks back to the system at once, and pays page faults to have them again: a
# fault for each 4 KB unless it asks for huge pages.
KEEP_MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
    "MALLOC_TOP_PAD_": str(2**28),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}

# What a person may have set for the driver, and means for the trainings.
THREADING = (
    *("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OMP_PROC_BIND"),
    *("MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG"),
)


def configure(address: str | None) -> None:
    """To be called before ray is imported for the first time; `address` is that of a cluster."""
    own = LOOPBACK_ONLY | NOT_FOR_LONG if address is None else {}
    os.environ.update(QUIET | KEEP_MEMORY | own)


def worker_variables() -> dict[str, str]:
    """For workers on other machines, which inherit nothing from the driver's environment."""
    said = {name: os.environ[name] for name in THREADING if name in os.environ}
    return QUIET | KEEP_MEMORY | said
