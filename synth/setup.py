"""What every engine is built from: the size of clips, the text, the damage and the backgrounds."""

from dataclasses import dataclass, field
from pathlib import Path

from sts.errors import ConfigError
from synth.appearance import AppearanceConfig
from synth.optics import DamageConfig
from synth.placement import PlacementConfig, TextKit
from synth.surfaces.depth import OnnxDepth
from synth.surfaces.detector import OnnxTextDetector
from synth.surfaces.flow import OnnxFlow
from synth.surfaces.networks import Networks
from synth.surfaces.onnxfile import Colour
from synth.surfaces.windows import Window
from synth.text.corpus import WHOLE, Corpus, Share
from synth.text.fonts import FontLibrary


@dataclass(frozen=True, slots=True, kw_only=True)
class TextConfig:
    """Where letters and phrases come from, besides what ships with the project."""

    fonts: tuple[str, ...] = ()
    """Folders of fonts"""
    system_fonts: bool = False
    """Use the fonts installed on this machine; the result then depends on it"""
    only_fonts: tuple[str, ...] = ()
    """Ids of the fonts that are used, of all these; empty for all"""
    corpus: str | None = None
    """Folder of .txt files, one phrase a line, named by language: en.txt"""
    corpus_share: Share = WHOLE
    """Which part of the texts may be drawn, by hash: sets with [0, 0.8] and [0.8, 1] have no text in common"""
    placement: PlacementConfig = field(default_factory=PlacementConfig)
    appearance: AppearanceConfig = field(default_factory=AppearanceConfig)

    def __post_init__(self) -> None:
        """ConfigError for an empty share."""
        low, high = self.corpus_share
        if not 0 <= low < high <= 1:
            raise ConfigError(f"corpus_share = {low}, {high}: give two numbers from 0 to 1, the smaller one first")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceConfig:
    """Networks for the study of real video, as paths of ONNX files; an empty path is no network."""

    flow: str = ""
    """Optical flow, as RAFT: two pictures in, flow in px out"""
    flow_mean: Colour = (0.0, 0.0, 0.0)
    """Taken off red, green and blue (0 to 255) before the network; as RAFT's authors export it"""
    flow_std: Colour = (1.0, 1.0, 1.0)
    """They are divided by it"""
    depth: str = ""
    """Inverse depth, as MiDaS and Depth Anything: one picture in, larger is nearer"""
    depth_mean: Colour = (123.675, 116.28, 103.53)
    """Of ImageNet"""
    depth_std: Colour = (58.395, 57.12, 57.375)
    text_detector: str = ""
    """Text detection, as PP-OCR's DB: one picture in, probabilities out; windows in which it finds text are left out"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setup:
    """The one argument of an engine."""

    width: int
    """px"""
    height: int
    frames: int
    kit: TextKit
    damage: DamageConfig
    windows: tuple[Window, ...]
    """Pieces of background video"""
    camera: float
    """Probability that a static shot is seen by a moving virtual camera"""
    cache: Path
    """Folder for the analysis of background windows"""
    networks: Networks = field(default_factory=Networks)
    """For that analysis"""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of a clip's video"""
        return self.frames, self.height, self.width, 3


def open_kit(config: TextConfig) -> TextKit:
    """Fonts and corpus, read once."""
    folders = tuple(Path(folder) for folder in config.fonts)
    return TextKit(
        library=FontLibrary.open(folders, system=config.system_fonts, only=config.only_fonts),
        corpus=Corpus.open(None if config.corpus is None else Path(config.corpus), config.corpus_share),
        placement=config.placement,
        appearance=config.appearance,
    )


def open_networks(config: SurfaceConfig) -> Networks:
    """Find the files and try each. ConfigError for a missing file, DataError for one that does something else."""
    return Networks(
        flow=OnnxFlow.open(config.flow, config.flow_mean, config.flow_std) if config.flow else None,
        depth=OnnxDepth.open(config.depth, config.depth_mean, config.depth_std) if config.depth else None,
    )


def open_detector(config: SurfaceConfig) -> OnnxTextDetector | None:
    """The same for the network that looks for text in the footage; None without one."""
    return OnnxTextDetector.open(config.text_detector) if config.text_detector else None
