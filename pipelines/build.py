"""`python -m pipelines.build`: layers of labels become one dataset, split without leaks."""

from pipelines import dataset
from sts.cli import Options, verb


@verb(inputs=("data/synth",), out="data/dataset")
def main(options: Options) -> None:
    """Merge layers of the same clips and split them into train, val and test.

    --in is a layer, more than once: pictures, pre-labels, annotations, rendered sets. On every frame the best source
    wins: human, then rendered, then predicted; of equal ones the later --in. --n keeps the first clips.
    """
    settings = options.settings(dataset.BuildConfig)
    dataset.build(options.inputs, settings, options.out, options.n, options.workers)


if __name__ == "__main__":
    main()
