"""Labelers: each adds or changes the text of a clip (sts.protocols.Labeler)."""
