"""Small real inputs for the renderer: shipped fonts and phrases, a painted wall that moves, blocks of text on it."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from synth.placement import TextKit
from synth.scene import Drawing, Scene, drawing
from synth.setup import TextConfig, open_kit
from synth.specs import BlockSpec, Fill, Optics, Style, TextSpec
from synth.surfaces.surface import Surface, from_homographies

HEIGHT, WIDTH, FRAMES = 180, 320, 5

Draw = Callable[..., Drawing]
"""draw(*blocks, shift=px a frame, optics=..., occlusion=...)"""


@pytest.fixture(scope="session")
def kit() -> TextKit:
    return open_kit(TextConfig())


def block(text: str = "Open now", *, size: float = 40.0, style: Style | None = None, **more: Any) -> BlockSpec:
    """White Latin text in the middle of the wall."""
    spec = TextSpec(text=text, language="en", script="Latn", kind="sign", font="oswald", size=size)
    plain = Style(fill=Fill(kind="solid", colours=((250, 250, 245),)))
    return replace(BlockSpec(surface=0, x=WIDTH / 2, y=HEIGHT / 2, angle=0.0, text=spec, style=style or plain), **more)


@pytest.fixture(scope="session")
def make_block() -> Callable[..., BlockSpec]:
    return block


@pytest.fixture(scope="session")
def draw(kit: TextKit) -> Draw:
    """Text on a wall of noise that moves by `shift` px a frame."""

    def make(*blocks: BlockSpec, shift: float = 0.0, optics: Optics | None = None, **surface: Any) -> Drawing:
        rng = np.random.default_rng(0)
        video = rng.integers(60, 100, (FRAMES, HEIGHT, WIDTH, 3)).astype(np.uint8)
        matrices = np.repeat(np.eye(3)[None], FRAMES, axis=0)
        matrices[:, 0, 2] = shift * np.arange(FRAMES)
        wall = Surface(
            width=float(WIDTH),
            height=float(HEIGHT),
            to_frame=from_homographies(matrices),
            colour=(80, 80, 80),
            **surface,
        )
        times = tuple(index / 25 for index in range(FRAMES))
        scene = Scene(video=video, times=times, fps=Fraction(25), surfaces=(wall,))
        return drawing(scene, blocks or (block(),), optics or Optics(), kit.library)

    return make
