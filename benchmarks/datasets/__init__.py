"""Readers of foreign datasets, one a layout: from the files as they are published to clips."""
