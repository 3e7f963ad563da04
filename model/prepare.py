"""Makes training shards: frames cut and resized, with soft truth."""

from model import preparing
from model.pieces import PrepareConfig
from sts.cli import Options, verb


@verb(inputs=("data/dataset/train",), out="data/prepared")
def main(options: Options) -> None:
    """Decode every frame of --in once, cut it or make it smaller, and write it with its soft truth for `model.train`.

    Pieces without text are dropped to a share of the whole. --n takes the first clips only.
    """
    settings = options.settings(PrepareConfig)
    preparing.prepare(settings, options.inputs, options.out, options.n, options.workers)


if __name__ == "__main__":
    main()
