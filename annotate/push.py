"""`python -m annotate.push`: pre-labelled clips into Label Studio, for people to correct."""

import click

from annotate import pushing
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/prelabel",), out="data/push")
def main(options: Options) -> None:
    """Push the clips of --in in windows of some frames, each one task, to the server of LABEL_STUDIO_URL.

    Several --in are layers of pre-labels of the same clips, one of each labeler: the first is shown. --n is how many
    clips. What was sent is in the journal in --out: run the same command again to send what is missing, at any time.
    """
    if options.workers != "1":
        raise ConfigError(f"--workers {options.workers}: the server takes one request at a time; leave --workers out")
    done = pushing.push(options.settings(pushing.PushConfig), options.inputs, options.out, options.n)
    news = {"sent now": done.sent, "sent before without an answer": done.adopted, "with new pre-labels": done.changed}
    told = ", ".join(f"{n} {what}" for what, n in {**news, "left out": done.left_out}.items() if n)
    click.echo(f"{done.windows} windows are tasks{f' ({told})' if told else ''}: {done.url}")
    click.echo("next: `python -m annotate.pull`, whenever people have worked")


if __name__ == "__main__":
    main()
