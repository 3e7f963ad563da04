"""All fonts that text can be set in, by id, and a choice among those that can draw a given text."""

import logging
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from sts.errors import ConfigError, RenderError
from sts.types import SourceFile
from synth.text.face import Face
from synth.text.fontfiles import Font, Skipped, find, read_all
from synth.text.place import Setting, place
from synth.text.scripts import clean_lines, main_script

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent.parent / "assets" / "fonts"
MOST_OPEN = 16
"""Fonts kept open with what was drawn of them, so that memory stays flat over many clips"""
SYSTEM = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


class FontLibrary:
    """Fonts by id. The same files give the same library whatever order folders list them in."""

    def __init__(self, fonts: Iterable[Font], skipped: Sequence[Skipped] = ()) -> None:
        self.fonts = {font.id: font for font in sorted(fonts, key=lambda font: font.id)}
        self.skipped = tuple(skipped)
        """Files that look like fonts and cannot be used"""
        self._opened = lru_cache(maxsize=MOST_OPEN)(self._open_anew)

    @classmethod
    def open(
        cls, folders: Sequence[Path] = (), system: bool = False, shipped: bool = True, only: Sequence[str] = ()
    ) -> "FontLibrary":
        """Fonts that ship with the project, those in `folders`, and those installed on this machine where asked.

        `only` names those that are used by their ids, () for all; ConfigError for one that is not there.
        """
        fonts, skipped = read_all(find((SHIPPED,) if shipped else ()))
        installed = tuple(folder for folder in SYSTEM if system and folder.is_dir())
        more, skipped_too = read_all(find((*folders, *installed)))
        if folders and not any(font.path.is_relative_to(folder) for font in more for folder in folders):
            names = ", ".join(map(str, folders))
            raise ConfigError(f"no font in {names} can be used ({len(skipped_too)} damaged): see the log for each")
        if skipped_too:
            log.warning("%d font files were skipped", len(skipped_too))
        return cls(_chosen(_named(fonts, more), only), (*skipped, *skipped_too))

    def face(self, font: str) -> Face:
        """The opened font."""
        if font not in self.fonts:
            raise RenderError(f"no font {font!r} in the library of {len(self.fonts)}: add its folder to the settings")
        return self._opened(font)

    def _open_anew(self, font: str) -> Face:
        entry = self.fonts[font]
        return Face(entry.path, font, entry.index, joins=entry.joins, capitals=entry.capitals)

    def source(self, font: str) -> SourceFile:
        """The font as a source of a clip."""
        entry = self.fonts[font]
        return SourceFile(kind="font", id=font, sha256=entry.sha256, license=entry.license)

    def unavailable(self, scripts: Iterable[str]) -> tuple[str, ...]:
        """Those of the scripts that no font covers: they are never drawn."""
        covered = {script for font in self.fonts.values() for script in font.scripts}
        return tuple(script for script in scripts if script not in covered)

    def covers(self, font: str, text: str) -> bool:
        """Every character has a glyph with ink, and HarfBuzz joins them without a missing glyph or dotted circle."""
        face = self.face(font)
        text = unicodedata.normalize("NFC", text)
        if not all(char.isspace() or face.draws(char) for char in text):
            return False
        if face.capitals and any(len(char.upper()) > 1 for char in text):  # some draw ß as SS and some do not
            return False
        try:
            for line in clean_lines(text):
                place(face, Setting(text=line, language="und", script=main_script(line, self.fonts[font].scripts[0])))
        except RenderError:
            return False
        return True

    def choose(
        self,
        rng: np.random.Generator,
        text: str,
        script: str,
        vertical: bool = False,
        styles: Sequence[str] = (),
    ) -> str:
        """Id of a font that draws all of `text`, each as likely; in columns only where the font has glyphs for them.

        `styles` names those wanted, () for any. RenderError where no font will do.
        """
        fonts = [font for font in self.fonts.values() if script in font.scripts]
        names = [font.id for font in fonts if not styles or font.style in styles]
        for index in rng.permutation(len(names)).tolist():
            if self.covers(names[index], text) and (not vertical or self.face(names[index]).vertical):
                return names[index]
        style = f" and style {' or '.join(styles)}" if styles else ""
        raise RenderError(f"no font draws {text!r} in script {script}{style}: add a folder of fonts that cover it")


def _chosen(fonts: Sequence[Font], only: Sequence[str]) -> Sequence[Font]:
    missing = sorted(set(only) - {font.id for font in fonts})
    if missing:
        raise ConfigError(f"only_fonts names {', '.join(missing)}, which none of the {len(fonts)} fonts is called")
    return [font for font in fonts if not only or font.id in only]


def _named(fonts: Sequence[Font], more: Sequence[Font]) -> list[Font]:
    """Fonts under ids of their own: a name taken by another file gets the first digits of the content's hash."""
    known = {(font.sha256, font.index) for font in fonts}
    named = {font.id: font for font in fonts}
    for font in more:
        if (font.sha256, font.index) not in known:
            name = font.id if font.id not in named else f"{font.id}-{font.sha256[:8]}"
            named[name] = replace(font, id=name)
    return list(named.values())
