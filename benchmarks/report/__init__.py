"""The page on which scores are read: one HTML file that needs nothing else."""
