"""How clips are cut into windows, and names for files of what has a name of its own."""

import hashlib
import re

from annotate.convert import Window

SHORTEST, LONGEST = 8, 32
"""Frames of a window"""
PLAIN = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_@.-]{0,79}")


def cut(clip_id: str, n_frames: int, size: int) -> tuple[Window, ...]:
    """The clip in windows of `size` frames; a short rest joins the window before it if that stays short enough."""
    firsts = list(range(0, n_frames, size))
    if len(firsts) > 1:
        rest = n_frames - firsts[-1]
        if rest < SHORTEST and size + rest <= LONGEST:
            firsts.pop()
    ends = [*firsts[1:], n_frames]
    return tuple(Window(clip_id=clip_id, first=first, last=end - 1) for first, end in zip(firsts, ends, strict=True))


def of(uid: str) -> Window:
    """The window of a uid that `Window.uid` made."""
    clip_id, _, span = uid.rpartition(":")
    first, _, last = span.partition("-")
    return Window(clip_id=clip_id, first=int(first), last=int(last))


def file_name(name: str) -> str:
    """A name for a file or folder on any machine; different for different names."""
    if PLAIN.fullmatch(name) and not name.endswith("."):
        return name
    return f"{re.sub('[^A-Za-z0-9_@.-]', '_', name).strip('.-')[:60]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
