"""Evaluators of others, run as they are on our cases: one file each, with what its data must look like."""
