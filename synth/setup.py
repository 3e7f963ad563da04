"""What every engine is built from: the size of clips, the text, the damage and the backgrounds."""

from dataclasses import dataclass, field
from pathlib import Path

from synth.appearance import AppearanceConfig
from synth.optics import DamageConfig
from synth.placement import PlacementConfig, TextKit
from synth.surfaces.windows import Window
from synth.text.corpus import Corpus
from synth.text.fonts import FontLibrary


@dataclass(frozen=True, slots=True, kw_only=True)
class TextConfig:
    """Where letters and phrases come from, besides what ships with the project."""

    fonts: tuple[str, ...] = ()
    """Folders of fonts"""
    system_fonts: bool = False
    """Use the fonts installed on this machine; the result then depends on it"""
    corpus: str | None = None
    """Folder of .txt files, one phrase a line, named by language: en.txt"""
    placement: PlacementConfig = field(default_factory=PlacementConfig)
    appearance: AppearanceConfig = field(default_factory=AppearanceConfig)


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

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of a clip's video"""
        return self.frames, self.height, self.width, 3


def open_kit(config: TextConfig) -> TextKit:
    """Fonts and corpus, read once."""
    folders = tuple(Path(folder) for folder in config.fonts)
    return TextKit(
        library=FontLibrary.open(folders, system=config.system_fonts),
        corpus=Corpus.open(None if config.corpus is None else Path(config.corpus)),
        placement=config.placement,
        appearance=config.appearance,
    )
