"""Many analyses at once: files x regions x parameter sets, on one machine or many."""
