"""Puts the stages together: the only package that may import all the others."""
