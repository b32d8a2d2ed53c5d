"""Which versions a search was begun with, for whoever repeats it."""

import os
import platform
from importlib.metadata import PackageNotFoundError, packages_distributions, version

PACKAGES = ("torch", "optuna", "ray", "numpy")  # besides the distribution that `nas` came with


def versions() -> dict[str, str]:
    """By package, with Python's and the number of processors."""
    found = {"python": platform.python_version(), "cpus": str(os.cpu_count())}
    for package in (*packages_distributions().get("nas", ())[:1], *PACKAGES):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
