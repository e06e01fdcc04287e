"""Do a batch on SLURM: python slurm_batch.py STUDY --out RESULTS --resume."""

import sys

from dask_jobqueue import SLURMCluster

from stormgraph_py.cli.main import main

N_WORKERS = 64

if __name__ == "__main__":
    cluster = SLURMCluster(
        queue="normal",
        walltime="04:00:00",
        # a job of SLURM holds this many workers with one thread each, and this memory for all
        cores=16,
        processes=16,
        memory="64GB",
        # the network between the nodes; "ip link" lists what there is
        interface=None,
    )
    with cluster:
        cluster.scale(n=N_WORKERS)
        code = main(["batch", *sys.argv[1:], "--dask", cluster.scheduler_address])
    sys.exit(code)
