"""The command line: `stormgraph run`, `demo`, `rerun`, `simulate` and `info`."""
