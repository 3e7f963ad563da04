"""Kinds of scenes; each draws one from named dice."""

from collections.abc import Callable

from synth.engines.world.kit import Dice, Take
from synth.engines.world.layouts.billboard import billboard
from synth.engines.world.layouts.corridor import corridor
from synth.engines.world.layouts.room import room
from synth.engines.world.layouts.shelf import shelf
from synth.engines.world.layouts.street import street
from synth.engines.world.spec import WorldSpec

Layout = Callable[[Take, Dice], WorldSpec]

LAYOUTS: dict[str, Layout] = {
    "billboard": billboard,
    "corridor": corridor,
    "room": room,
    "shelf": shelf,
    "street": street,
}
"""Names for WorldSpec.layout"""
