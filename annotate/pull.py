"""`python -m annotate.pull`: what people did in Label Studio, as layers of labels."""

import click

from annotate import pulling
from sts.cli import Options, verb
from sts.errors import ConfigError
from sts.wording import counted


@verb(inputs=("data/push",), out="data/human")
def main(options: Options) -> None:
    """Bring back what changed since the last time. --in is the --out of `annotate.push`, with its journal.

    --out gets a layer of labels for each annotator in `by`, one in `honeypots` for windows whose truth is known, and
    events.parquet with a row for each annotation. What is skipped or a draft is no label.
    """
    if options.n is not None:
        raise ConfigError(f"--n {options.n}: all annotations are pulled; leave --n out")
    if len(options.inputs) != 1:
        raise ConfigError(f"give one --in, the --out of `annotate.push`, not {len(options.inputs)}")
    done = pulling.pull(options.settings(pulling.PullConfig), options.inputs[0], options.out, options.workers)
    news = {"new": done.new, "deleted": done.gone, "cannot be used": done.unusable}
    told = ", ".join(f"{n} {what}" for what, n in news.items() if n)
    who = "1 person" if done.people == 1 else f"{done.people} people"
    click.echo(f"{counted(done.labels, 'window')} labelled by {who}{f' ({told})' if told else ''}: {options.out}/by")
    click.echo(f"next: `python -m annotate.review --in {options.out}`")


if __name__ == "__main__":
    main()
