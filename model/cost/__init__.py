"""What the net costs beside plain SAM2, measured in one run: `benchmarks.speed model` prints it."""
