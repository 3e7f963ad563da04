"""Scores of the field, each a `Metric`: count clip by clip, merge shards, compute once."""
