"""The engine that needs no input: an exact 2.5-D world with camera, occluders and light."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from sts import config
from sts.protocols import RngFor
from sts.types import Clip, Origin
from synth.engines.world.scene import build, sample_world
from synth.engines.world.spec import WorldSpec
from synth.optics import sample_damage, sample_optics
from synth.placement import place_all
from synth.scene import Drawing, Scene, drawing, render, screen, text_sources
from synth.setup import Setup
from synth.specs import BlockSpec, Degrade, Optics

FPS = Fraction(25)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanesSpec:
    """Every random choice of a clip of this engine."""

    world: WorldSpec
    blocks: tuple[BlockSpec, ...]
    optics: Optics
    degrade: Degrade


class Planes:
    """Engine: text in a computed world."""

    Spec = PlanesSpec

    def __init__(self, setup: Setup) -> None:
        """Backgrounds are not used."""
        self.setup = setup
        self._world = lru_cache(maxsize=1)(build)

    def sample(self, rng_for: RngFor) -> PlanesSpec:
        """A world, then text for its surfaces."""
        setup = self.setup
        size = {"width": setup.width, "height": setup.height, "frames": setup.frames}
        world = sample_world(rng_for, **size, fps=FPS)
        return PlanesSpec(
            world=world,
            blocks=place_all(rng_for, self._world(world).surfaces, screen(setup.shape), setup.kit),
            optics=sample_optics(rng_for, sharpness=0.0, grain=0.0, motion=0.0),
            degrade=sample_damage(rng_for, setup.damage),
        )

    def drawing(self, spec: PlanesSpec) -> Drawing:
        """The clip before any damage, frame by frame."""
        world, frames = self._world(spec.world), self.setup.frames
        scene = Scene(
            video=np.stack([world.frame(index) for index in range(frames)]),
            times=tuple(float(index / FPS) for index in range(frames)),
            fps=FPS,
            surfaces=world.surfaces,
        )
        return drawing(scene, spec.blocks, spec.optics, self.setup.kit.library)

    def render(self, spec: PlanesSpec, clip_id: str) -> Clip:
        """The labelled clip."""
        origin = Origin(
            kind="synth",
            uri="synth.engines.planes:Planes",
            license="CC0-1.0",
            sources=text_sources(spec.blocks, self.setup.kit),
            spec=config.to_json(spec),
        )
        return render(self.drawing(spec), spec.degrade, clip_id, origin)
