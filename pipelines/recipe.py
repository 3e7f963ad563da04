"""Runs a recipe: verbs of ours, one after the other, into one project directory."""

from dataclasses import replace
from pathlib import Path

import click

from pipelines import recipe_run, recipes
from sts import files
from sts.cli import Options, verb
from sts.errors import ConfigError
from sts.wording import counted


@verb(out="data/recipe")
def main(options: Options) -> None:
    """Run the steps that --config lists, such as configs/recipes/demo.toml, in the directory --out.

    A step that ended well with the same settings, inputs and code is skipped; after a failure the same command goes on
    there. --n takes the first steps only; --workers is handed on to the verbs that take it.
    """
    place = files.local(options.out)
    if options.config is None:
        raise ConfigError("--config names the recipe, such as configs/recipes/demo.toml: docs/recipes.md shows how")
    if options.inputs or place is None:
        raise ConfigError(
            "a recipe names its inputs itself and runs on this machine: leave --in out, and no URL as --out"
        )
    whole = options.settings(recipes.RecipeConfig, steps=recipes.read(options.config))
    recipe, project = replace(whole, steps=whole.steps[: options.n]), Path(place)
    calls = recipes.calls(recipe, options.config.parent, project)
    recipe_run.run(recipe, calls, project, options.workers)
    click.echo(f"{counted(len(calls), 'step')} in {options.out}; what each said is in {options.out}/logs")


if __name__ == "__main__":
    main()
