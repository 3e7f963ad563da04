"""What `benchmarks.speed` prints: each file measures one group of lines."""
