"""One of the processes that test_team starts: trains on every second clip of each batch and tells its losses."""

import itertools
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from model import team, training
from model.protocols import Batch, Net
from model.team import Team
from model.trainer import TrainConfig, Trainer
from sts.errors import DataError
from tests.model import small_net


def main(out: Path) -> None:
    """Leaves `rank-N.json` in `out`: the losses of a run that ends well, and of one that breaks at clip-4-3."""
    with team.joined() as members:
        told = {"well": trained(out / "well", members, ""), "broken": trained(out / "broken", members, "clip-4-3")}
        (out / f"rank-{members.rank}.json").write_text(json.dumps(told))


def trained(out: Path, members: Team, breaks_at: str) -> tuple[list[float], str]:
    """The loss of each step, and what went wrong."""
    trainer = Told(small_net.net(breaks_at=breaks_at), small_net.settings(), members)

    def source(step: int) -> Iterable[Batch]:
        for number in itertools.count(step):
            yield share(small_net.batch(number, clips=4), members.rank, members.size)

    try:
        training.fit(trainer, source, out)
    except DataError as error:
        return trainer.totals, str(error)
    return trainer.totals, ""


class Told(Trainer):
    """Keeps the loss of every step."""

    def __init__(self, net: Net, config: TrainConfig, members: Team) -> None:
        super().__init__(net, config, members)
        self.totals: list[float] = []

    def advance(self, batch: Batch) -> dict[str, float]:
        """As always."""
        values = super().advance(batch)
        self.totals.append(values["total"])
        return values


def share(batch: Batch, rank: int, size: int) -> Batch:
    """What one process gets of a batch."""
    mine = slice(rank, None, size)
    return replace(
        batch,
        video=batch.video[mine],
        truth=batch.truth[mine],
        valid=batch.valid[mine],
        labelled=batch.labelled[mine],
        clip_ids=batch.clip_ids[mine],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
