"""What a run tells while it goes: a bar or plain lines, and curves and pictures for TensorBoard."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from jaxtyping import Float, UInt8
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from model import nets
from model.protocols import Batch, Net
from model.trainer import Trainer
from sts import files
from sts.errors import ConfigError
from sts.files import Location
from sts.run import in_words

log = logging.getLogger(__name__)

Report = Callable[[Batch, Mapping[str, float]], None]
"""Batch and values of the step that was taken"""
SAID = ("total", "norm", "lr")
"""In a line; TensorBoard has all"""
FRAMES = 2
"""Of the first clip, in a picture"""


@contextlib.contextmanager
def reporting(out: Location, trainer: Trainer, end: int) -> Iterator[Report]:
    """To be told of every step up to step `end`; the first process of a team speaks, the others are silent."""
    if trainer.team.rank > 0:
        yield lambda batch, values: None
        return
    settings, pace = trainer.config, Pace(trainer.config.steps, trainer.step, end)
    with _bar(end, trainer.step) as advance, _board(out, trainer.step, settings.board) as board:

        def report(batch: Batch, values: Mapping[str, float]) -> None:
            pace.count(values)
            advance()
            if trainer.step % settings.log_every == 0 or trainer.step == end:
                means, line = pace.line()
                log.info("%s", line)
                for name, value in means.items() if board else ():
                    board.add_scalar(name, value, trainer.step)
            if board and settings.pictures_every and trainer.step % settings.pictures_every == 0:
                picture = sheet(trainer.net, batch, trainer.team.device)
                board.add_image("frame, truth, answer", picture.numpy(), trainer.step)

        yield report


class Pace:
    """Means of the losses and steps per second since the last line."""

    def __init__(self, steps: int, step: int, end: int) -> None:
        """Of all steps of a run, those after `step` are taken up to `end` now."""
        self.steps, self.end = steps, end
        self._begin(step)

    def count(self, values: Mapping[str, float]) -> None:
        """Add a step."""
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.n_steps += 1

    def line(self) -> tuple[dict[str, float], str]:
        """Means by name, and the line to log; counts anew."""
        means = {name: value / self.n_steps for name, value in self.sums.items()}
        step, rate = self.first + self.n_steps, self.n_steps / max(time.monotonic() - self.since, 1e-9)
        said = ", ".join(f"{name} {means[name]:.4g}" for name in SAID if name in means)
        left = in_words((self.end - step) / rate)
        self._begin(step)
        return {**means, "steps/s": rate}, f"step {step} of {self.steps}: {said}, {rate:.3g} steps/s{left}"

    def _begin(self, step: int) -> None:
        self.first, self.since, self.n_steps = step, time.monotonic(), 0
        self.sums: dict[str, float] = {}


@torch.no_grad()
def sheet(net: Net, batch: Batch, device: torch.device) -> UInt8[torch.Tensor, "3 h w"]:
    """Frames of the first clip, a row each: picture, truth, answer."""
    module = nets.module(net)
    video, truth = batch.video[:1, :FRAMES], batch.truth[0, :FRAMES]
    module.eval()
    answer: Float[torch.Tensor, "t s s"] = net.masks(video.to(device))[0].float().cpu()
    module.train()
    grey = torch.stack([truth, (answer * 255).round().to(torch.uint8)])[:, :, None].expand(-1, -1, 3, -1, -1)
    rows = torch.cat([video[0], grey[0], grey[1]], dim=-1)
    return torch.cat(list(rows), dim=-2)


@contextlib.contextmanager
def _bar(steps: int, step: int) -> Iterator[Callable[[], None]]:
    """A bar in a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("steps"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("steps", total=steps, completed=step)
        yield lambda: progress.advance(task)


@contextlib.contextmanager
def _board(out: Location, step: int, wanted: bool) -> Iterator[Any]:
    """A SummaryWriter or None; it hides what an interrupted run wrote later. ConfigError without TensorBoard."""
    if not wanted:
        yield None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ConfigError("TensorBoard is not installed: install it, or set board = false") from error
    with SummaryWriter(files.join(out, "board"), purge_step=step + 1) as writer:
        yield writer
