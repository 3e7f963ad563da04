"""The engine on real video: text on surfaces that are tracked, lit and occluded by the footage itself."""

import logging
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sts import config
from sts.errors import DataError, RenderError
from sts.protocols import RngFor
from sts.types import Clip, Origin, SourceFile
from synth import camera
from synth.camera import CameraSpec
from synth.optics import sample_damage, sample_optics
from synth.placement import place_all
from synth.scene import Drawing, Scene, drawing, render, screen, text_sources
from synth.setup import Setup
from synth.specs import BlockSpec, Degrade, Optics
from synth.surfaces.analysis import Analysis, analyse
from synth.surfaces.windows import Window

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSpec:
    """Every random choice of a clip of this engine."""

    window: str
    """Window.id"""
    camera: CameraSpec | None
    blocks: tuple[BlockSpec, ...]
    optics: Optics
    degrade: Degrade


class Flow:
    """Engine: text in real video."""

    Spec = FlowSpec

    def __init__(self, setup: Setup) -> None:
        """Windows are analysed when they are first needed and kept in the cache folder."""
        self.setup = setup
        self.windows = {window.id: window for window in setup.windows}
        self._damaged: dict[str, DataError] = {}
        self._analyse = lru_cache(maxsize=1)(self._analyse_anew)

    def sample(self, rng_for: RngFor) -> FlowSpec:
        """A window, then text for its surfaces."""
        setup = self.setup
        if not setup.windows:
            raise RenderError("no background window can be used: give a folder of videos with --in")
        window = setup.windows[int(rng_for("window").integers(len(setup.windows)))]
        analysis = self._analyse(window)
        moving = analysis.static and rng_for("virtual camera").random() < setup.camera
        motion = analysis.motion  # of the footage: a virtual camera blurs neither it nor the text
        optics = sample_optics(rng_for, sharpness=analysis.sharpness, grain=analysis.grain, motion=motion)
        return FlowSpec(
            window=window.id,
            camera=camera.sample_camera(rng_for) if moving else None,
            blocks=place_all(rng_for, analysis.surfaces, screen(setup.shape), setup.kit),
            optics=optics,
            degrade=sample_damage(rng_for, setup.damage),
        )

    def drawing(self, spec: FlowSpec) -> Drawing:
        """The clip before any damage, frame by frame."""
        scene = self._scene(self._window(spec), spec.camera)
        return drawing(scene, spec.blocks, spec.optics, self.setup.kit.library)

    def render(self, spec: FlowSpec, clip_id: str) -> Clip:
        """The labelled clip."""
        window = self._window(spec)
        video = SourceFile(kind="video", id=window.id, sha256=window.sha256, license=window.license)
        origin = Origin(
            kind="synth",
            uri="synth.engines.flow:Flow",
            license=window.license,
            sources=(video, *self.setup.networks.sources, *text_sources(spec.blocks, self.setup.kit)),
            spec=config.to_json(spec),
        )
        return render(self.drawing(spec), spec.degrade, clip_id, origin)

    def _window(self, spec: FlowSpec) -> Window:
        if spec.window not in self.windows:
            raise RenderError(f"background window {spec.window} is not in --in: give the folder the clip was made from")
        return self.windows[spec.window]

    def _analyse_anew(self, window: Window) -> Analysis:
        if window.id not in self._damaged:
            try:
                return analyse(window, (self.setup.width, self.setup.height), self.setup.cache, self.setup.networks)
            except DataError as error:
                log.warning("window %s is left out: %s", window.id, error)
                self._damaged[window.id] = error
        raise RenderError(f"a background video is damaged: {self._damaged[window.id]}")

    def _scene(self, window: Window, move: CameraSpec | None) -> Scene:
        analysis = self._analyse(window)
        frames, height, width = len(analysis.jpegs), self.setup.height, self.setup.width
        video, surfaces = np.empty((frames, height, width, 3), np.uint8), analysis.surfaces
        if move is None:
            for out, picture in zip(video, analysis.pictures(), strict=True):
                out[...] = picture
        else:
            matrices = camera.homographies(move, frames, height, width)
            surfaces = tuple(camera.seen_surface(surface, matrices, height, width) for surface in surfaces)
            for out, picture, matrix in zip(video, analysis.pictures(), matrices, strict=True):
                camera.seen(picture, matrix, out)
        return Scene(video=video, times=tuple(analysis.times_s.tolist()), fps=window.fps, surfaces=surfaces)
