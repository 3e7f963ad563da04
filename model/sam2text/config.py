"""Settings of SAM2Text. The defaults are those of the paper; what it leaves open is chosen here."""

from dataclasses import dataclass, field
from typing import Literal

from model.losses import FocalConfig
from sts.errors import ConfigError

SizeName = Literal["micro", "nano", "tiny", "small", "base_plus", "large"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraConfig:
    """Low-rank updates of the linear layers of every block of the trunk."""

    rank: int = 16
    """0 leaves the trunk as it is"""
    alpha: float = 32.0
    """The update is scaled by alpha / rank"""
    dropout: float = 0.1
    """Of the input of the update, in training"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no update can have."""
        _least("lora.rank", self.rank, 0)
        _share("lora.dropout", self.dropout)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptingConfig:
    """Prompt tokens that the net makes from its own features."""

    tokens: int = 12
    """0 is off: nothing but a user's prompts"""
    heads: int = 8
    """Of both attentions"""
    dropout: float = 0.1
    source: Literal["image", "memory"] = "image"
    """Features before or after memory attention; before it, prompts cannot inherit an error of the past"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no prompt can be made with."""
        _least("prompting.tokens", self.tokens, 0)
        _least("prompting.heads", self.heads, 1)
        _share("prompting.dropout", self.dropout)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesConfig:
    """Masks finer than those of SAM2, which have a quarter of the picture's side."""

    finest: Literal[1, 2, 4] = 4
    """In multiples of SAM2's own mask; 1 is off"""
    channels: int = 8
    """Of the features at 4x; the paper of Hi-SAM has 16"""
    convs: int = 2
    """3x3 convolutions at 4x; Hi-SAM has 4"""
    residual: bool = True
    """Finer masks add to SAM2's own and begin as its enlargement; False is the form of the paper, random at first"""
    detail: bool = False
    """Finer masks also see the picture itself, through one convolution a scale; not in the paper"""

    def __post_init__(self) -> None:
        """ConfigError for a branch without features."""
        _least("scales.channels", self.channels, 1)
        _least("scales.convs", self.convs, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig:
    """What is kept of past frames. (recent 6, retrieved 0, first_pinned true) is SAM2."""

    recent: int = 4
    """Last frames that are always attended to; SAM2 has a code for at most 6"""
    retrieved: int = 2
    """Frames fetched from the pool, those that resemble the current one most"""
    capacity: int = 32
    """Frames in the pool"""
    quality_weight: float = 0.5
    """Of the quality of a frame's mask against its likeness"""
    pinned: int = 4
    """Most frames with a user's prompts that stay for good"""
    first_pinned: bool = False
    """The first frame stays as a prompted one does, as in SAM2"""

    def __post_init__(self) -> None:
        """ConfigError for a memory that SAM2's attention cannot read."""
        if not 1 <= self.recent <= 6:
            raise ConfigError(f"memory.recent = {self.recent}: give a number from 1 to 6, SAM2 has no more time codes")
        _least("memory.retrieved", self.retrieved, 0)
        _least("memory.capacity", self.capacity, self.retrieved)
        _least("memory.pinned", self.pinned, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedConfig:
    """Which parts of SAM2 learn; the parts that we add always do."""

    trunk: bool = False
    """Also without this, its LoRA learns"""
    neck: bool = False
    prompt_encoder: bool = False
    decoder: bool = True
    memory: bool = True
    """Attention, encoder and pointers"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig:
    """The whole net."""

    size: SizeName = "base_plus"
    image_size: int = 0
    """px, side of the square input, a multiple of 32; 0 is that of the size"""
    lora: LoraConfig = field(default_factory=LoraConfig)
    prompting: PromptingConfig = field(default_factory=PromptingConfig)
    scales: ScalesConfig = field(default_factory=ScalesConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    train: TrainedConfig = field(default_factory=TrainedConfig)
    focal: FocalConfig = field(default_factory=FocalConfig)
    """The loss by pixel"""
    unit_features: bool = False
    """Features at stride 16 have mean 0 and deviation 1 at every place. For training from nothing, in which they grow
    until positions and memory are lost beside them; official weights were made without"""
    prompted: float = 0.15
    """Share of the training batches in which some frames get points or a box, as from a user"""
    single: float = 0.5
    """Share of these in which they mean one word, line or paragraph, not all text"""

    def __post_init__(self) -> None:
        """ConfigError for an input that cannot be cut into windows."""
        _share("prompted", self.prompted)
        _share("single", self.single)
        if self.image_size % 32 or self.image_size < 0:
            raise ConfigError(f"image_size = {self.image_size}: give a multiple of 32 px, or 0 for that of the size")


def _least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name} = {value}: give {least} or more")


def _share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ConfigError(f"{name} = {value}: give a number from 0 to below 1")
