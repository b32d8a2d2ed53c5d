"""One run as plain data for whoever looks at it, whatever its space, and what follows from it.

`opened` reads a run's folder; `effects`, `prediction`, `coverage` and `progress` compute.
"""
