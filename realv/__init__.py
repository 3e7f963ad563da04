"""Real video: from source files to clips and pre-labels."""
