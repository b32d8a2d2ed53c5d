"""A Ray cluster of two nodes with a CPU each, on loopback, from which chosen folders are hidden.

Run as text (`python -c`), by `cluster.py`, in a file system of its own: it imports ray alone.
"""

import sys

from ray.cluster_utils import Cluster

NODE = {
    "num_cpus": 1,
    "object_store_memory": 100 * 2**20,
    "node_ip_address": "127.0.0.1",
}


def main() -> None:
    """Tell the address; then, a line a command: kill the node or the head, or end."""
    cluster = Cluster()
    head = cluster.add_node(wait=False, include_dashboard=False, **NODE)
    nodes = {"node": cluster.add_node(wait=False, **NODE), "head": head}
    cluster.wait_for_nodes(timeout=120)
    print(cluster.address, flush=True)
    try:
        for line in sys.stdin:
            if line.strip() not in nodes:
                break
            cluster.remove_node(nodes.pop(line.strip()), allow_graceful=False)
            print("killed", flush=True)
    finally:
        cluster.shutdown()


main()
