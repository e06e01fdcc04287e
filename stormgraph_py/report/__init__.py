"""Results on disk: one folder an analysis, with its tables, its record and its report."""
