"""Colours that sign makers use: boards with their lettering, paints, lamps. Chosen by eye, RGB."""

from dataclasses import dataclass

from synth.specs import Colour

WHITE: Colour = (240, 240, 236)
CREAM: Colour = (236, 224, 190)
SILVER: Colour = (186, 190, 194)
GREY: Colour = (96, 100, 104)
BLACK: Colour = (24, 24, 26)
RED: Colour = (190, 28, 32)
WINE: Colour = (112, 24, 40)
ORANGE: Colour = (226, 108, 24)
YELLOW: Colour = (244, 204, 36)
GOLD: Colour = (206, 166, 78)
GREEN: Colour = (10, 110, 62)
BOTTLE: Colour = (20, 62, 46)
MINT: Colour = (168, 212, 190)
TEAL: Colour = (14, 122, 128)
SKY: Colour = (176, 210, 232)
BLUE: Colour = (16, 74, 160)
NAVY: Colour = (22, 36, 78)
PURPLE: Colour = (88, 44, 120)
PINK: Colour = (226, 120, 150)
BROWN: Colour = (98, 62, 34)

Pair = tuple[Colour, Colour]
"""(board, lettering)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What a kind of text usually looks like."""

    pairs: tuple[Pair, ...]
    """Board and lettering; repeated ones are more common"""
    paints: tuple[Colour, ...]
    """Lettering straight on the surface"""
    board: float
    """Probability of a board on a quiet surface"""
    ornament: float
    """How much of the usual share of ornaments it has, 0 for none"""
    rim: float = 0.2
    """Probability that a board has one"""
    radius: float = 0.15
    """em, largest corner radius of its boards"""


PAINTS = (WHITE, WHITE, WHITE, BLACK, BLACK, BLACK, RED, BLUE, NAVY, GREEN, BOTTLE, BROWN, CREAM, YELLOW, WINE, GREY)

PALETTES: dict[str, Palette] = {
    "sign": Palette(
        pairs=((BLUE, WHITE), (BLUE, WHITE), (GREEN, WHITE), (GREEN, WHITE), (NAVY, WHITE), (WHITE, BLACK),
               (WHITE, BLUE), (BROWN, WHITE), (YELLOW, BLACK), (RED, WHITE), (BLACK, WHITE)),
        paints=(WHITE, WHITE, BLACK, BLACK, YELLOW, BLUE, RED), board=0.8, ornament=0.1, rim=0.5, radius=0.25,
    ),
    "shop": Palette(
        pairs=((RED, WHITE), (RED, YELLOW), (BLACK, GOLD), (BLACK, WHITE), (CREAM, BOTTLE), (CREAM, WINE),
               (NAVY, WHITE), (NAVY, GOLD), (BOTTLE, GOLD), (BOTTLE, CREAM), (YELLOW, RED), (YELLOW, BLACK),
               (WHITE, RED), (WHITE, BLACK), (WHITE, TEAL), (BROWN, CREAM), (TEAL, WHITE), (PINK, WHITE),
               (PURPLE, WHITE), (ORANGE, WHITE), (MINT, BROWN), (GREY, WHITE), (SKY, NAVY), (WINE, CREAM)),
        paints=(RED, RED, BLUE, GREEN, BLACK, WHITE, WHITE, GOLD, YELLOW, ORANGE, PURPLE, PINK, TEAL, WINE, SILVER),
        board=0.45, ornament=2.0, rim=0.2, radius=0.3,
    ),
    "price": Palette(
        pairs=((YELLOW, RED), (YELLOW, RED), (YELLOW, BLACK), (RED, WHITE), (RED, YELLOW), (WHITE, RED),
               (WHITE, BLACK), (ORANGE, WHITE), (GREEN, WHITE)),
        paints=(RED, RED, YELLOW, BLACK, WHITE), board=0.85, ornament=0.5, rim=0.15, radius=0.3,
    ),
    "plate": Palette(
        pairs=((WHITE, BLACK), (WHITE, BLACK), (WHITE, BLACK), (YELLOW, BLACK), (WHITE, NAVY), (BLUE, WHITE),
               (BLACK, SILVER), (GREEN, WHITE)),
        paints=(BLACK, WHITE), board=1.0, ornament=0.0, rim=0.9, radius=0.12,
    ),
    "notice": Palette(
        pairs=((WHITE, BLACK), (WHITE, BLACK), (WHITE, BLACK), (WHITE, NAVY), (WHITE, RED), (YELLOW, BLACK),
               (CREAM, BROWN), (RED, WHITE), (SKY, NAVY), (GREY, WHITE)),
        paints=(BLACK, BLACK, WHITE, RED, NAVY), board=0.75, ornament=0.1, rim=0.25, radius=0.1,
    ),
}  # fmt: skip

OTHER = Palette(
    pairs=((WHITE, BLACK), (BLACK, WHITE), (CREAM, BROWN), (BLUE, WHITE), (RED, WHITE), (BOTTLE, CREAM),
           (YELLOW, BLACK)),
    paints=PAINTS, board=0.25, ornament=1.0,
)  # fmt: skip
"""For any other kind of text"""

BARS: tuple[Pair, ...] = (
    (BLACK, WHITE), (BLACK, WHITE), (NAVY, WHITE), (RED, WHITE), (WHITE, BLACK), (WHITE, NAVY), (BLACK, YELLOW),
)  # fmt: skip
"""Behind subtitles and captions"""

LAMPS: tuple[Colour, ...] = ((255, 168, 30), (255, 168, 30), (255, 60, 40), (90, 240, 90), (240, 240, 230))
"""Light-emitting diodes: amber, red, green, white"""
DARK: Colour = (14, 14, 16)
"""Face of a lamp matrix"""
NEONS: tuple[Colour, ...] = ((255, 90, 160), (90, 220, 255), (255, 120, 60), (140, 255, 160), (250, 240, 220))
"""Glass tubes"""
