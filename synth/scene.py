"""From a base video with surfaces to a labelled clip: the one path that all engines share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import UInt8

from sts.types import Clip, Frame, Origin, SourceFile
from synth.block import Block, prepare
from synth.compose import FrameCoverage, draw
from synth.degrade import degrade
from synth.labels import Labels, number
from synth.placement import TextKit
from synth.raster.blend import noise_tile
from synth.specs import SCREEN, BlockSpec, Degrade, Optics
from synth.surfaces.surface import Surface, from_homographies
from synth.text.fonts import FontLibrary
from synth.text.layout import set_text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What an engine hands over: pictures without our text, and places for it."""

    video: UInt8[np.ndarray, "t h w 3"]
    times: tuple[float, ...]
    """Seconds from the first frame"""
    fps: Fraction
    surfaces: tuple[Surface, ...]

    def surface(self, index: int) -> Surface:
        """A surface by the index in a block's spec."""
        return screen(self.video.shape) if index == SCREEN else self.surfaces[index]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """A scene with blocks ready to draw, once."""

    scene: Scene
    blocks: tuple[Block, ...]
    optics: Optics

    def frames(self) -> Iterator[tuple[UInt8[np.ndarray, "h w 3"], FrameCoverage]]:
        """Each frame with its text, before any damage, and the coverage that made it.

        The text is drawn into the scene's own video: a copy of 30 frames would cost as much as the text.
        """
        noise = noise_tile(np.random.default_rng(self.optics.seed), 256, 256)
        for time, canvas in enumerate(self.scene.video):
            yield canvas, draw(canvas, self.blocks, time, self.optics, noise)


def drawing(scene: Scene, blocks: Sequence[BlockSpec], optics: Optics, library: FontLibrary) -> Drawing:
    """Set and place the text of all blocks."""
    ready = tuple(prepare(spec, set_text(spec.text, library), scene.surface(spec.surface)) for spec in blocks)
    return Drawing(scene=scene, blocks=ready, optics=optics)


def render(drawn: Drawing, damage: Degrade, clip_id: str, origin: Origin) -> Clip:
    """The labelled clip: pictures degraded last, labels from the coverage before."""
    scene = drawn.scene
    height, width = scene.video.shape[1:3]
    labels = Labels(blocks=drawn.blocks, ids=number(drawn.blocks), height=height, width=width)
    frames = []
    for index, (_, coverage) in enumerate(drawn.frames()):
        instances = labels.instances(coverage, index)
        frames.append(Frame(index=index, time_s=scene.times[index], instances=instances))
    return Clip(
        clip_id=clip_id,
        fps=scene.fps,
        height=height,
        width=width,
        frames=tuple(frames),
        origin=origin,
        video=degrade(scene.video, damage, scene.fps),
    )


def text_sources(blocks: Sequence[BlockSpec], kit: TextKit) -> tuple[SourceFile, ...]:
    """The fonts and phrases that these blocks are made of, each once."""
    fonts = (kit.library.source(font) for font in sorted({block.text.font for block in blocks}))
    languages = sorted({block.text.language for block in blocks})
    return (*fonts, *(kit.corpus.languages[language].source for language in languages))


def screen(shape: tuple[int, ...]) -> Surface:
    """The picture plane as a surface, for subtitles and overlays."""
    frames, height, width = shape[:3]
    return Surface(
        width=float(width),
        height=float(height),
        to_frame=from_homographies(np.repeat(np.eye(3)[None], frames, axis=0)),
        colour=(128, 128, 128),
        busy=64.0,
        kind="screen",
    )
