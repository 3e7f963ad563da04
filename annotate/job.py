"""One simulated annotator at one clip: the pre-labels, the truth that only it sees, and what helps it."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from annotate.robot.desk import Desk
from annotate.robot.oracle import Oracle
from annotate.robot.visit import RobotConfig
from annotate.strategies import EMPTY, STRATEGIES, Tools
from sts import config, files, layers, manifest, plugins
from sts.errors import DataError
from sts.protocols import Labeler, Segmenter
from sts.types import Clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a worker needs to let anybody annotate any clip by any strategy."""

    prelabels: str
    """Directories"""
    truth: str
    labelers: tuple[dict[str, Any], ...]
    segmenter: dict[str, Any]
    """Of the strategy `boxes`; empty where that is not tried"""
    transcripts: bool
    robot: RobotConfig

    def check(self) -> None:
        """Before any work, PluginError for tools that cannot be loaded and DataError for truth that is not there."""
        self._tools(0, "")
        if not files.exists(self.truth):
            raise DataError(
                f"--truth {self.truth} does not exist: give the directory with the truth of {self.prelabels}"
            )
        manifest.read(self.truth)

    def pair(self, clip_id: str) -> tuple[Clip, Clip]:
        """The clip as both directories have it, the first with its video.

        DataError for a clip whose truth is not there or of another size.
        """
        given, known = layers.labels(self.prelabels, clip_id), layers.labels(self.truth, clip_id)
        assert given is not None
        if known is None:
            raise DataError(
                f"{self.truth} has no clip {clip_id}: give the directory with the truth of {self.prelabels}"
            )
        shapes = [(clip.width, clip.height, len(clip.frames)) for clip in (given, known)]
        if shapes[0] != shapes[1]:
            said = " and ".join("{}x{} px and {} frames".format(*shape) for shape in shapes)
            raise DataError(f"clip {clip_id} differs in pre-labels and truth: {said}")
        return layers.with_video(self.prelabels, given), known

    def work(self, given: Clip, truth: Clip, name: str, seed: int) -> Desk:
        """The desk of an annotator when it is done with a clip. DataError for a frame whose text is not known."""
        desk = Desk(given, Oracle(truth, self.robot, seed), empty=name in EMPTY)
        STRATEGIES[name](desk, self._tools(seed, given.clip_id))
        return desk

    def _tools(self, seed: int, clip_id: str) -> Tools:
        return Tools(
            labelers=tuple(_labeler(config.to_json(table)) for table in self.labelers),
            segmenter=_segmenter(config.to_json(self.segmenter)) if self.segmenter else None,
            transcripts=self.transcripts,
            rng=np.random.default_rng([seed, crc32(clip_id.encode())]),
        )


@lru_cache(maxsize=8)
def _labeler(table: str) -> Labeler:
    """One of this process."""
    return plugins.from_table(json.loads(table), Labeler)


@lru_cache(maxsize=1)
def _segmenter(table: str) -> Segmenter:
    """That of this process."""
    return plugins.from_table(json.loads(table), Segmenter)
