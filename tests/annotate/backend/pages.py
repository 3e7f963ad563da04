"""Windows for tests, and the requests that Label Studio's editor makes about them."""

import io
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from annotate import interface

HEIGHT, WIDTH = 60, 120
LEFT, RIGHT, STEP = (20, 20, 30, 40), (70, 20, 90, 40), 4
"""Two dark letters as xyxy on the first frame; both move to the right by STEP px a frame"""

Picture = UInt8[np.ndarray, "h w 3"]


def picture(number: int = 0) -> Picture:
    made = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    for shade, (left, top, right, bottom) in ((30, LEFT), (60, RIGHT)):
        made[top:bottom, left + STEP * number : right + STEP * number] = shade
    return made


def png(pixels: Picture) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def data_url(data: bytes) -> str:
    return f"data:image/png;base64,{b64encode(data).decode()}"


def window(root: Path, n: int = 5) -> list[str]:
    """Writes the frames of a window and says under which URLs Label Studio serves them."""
    folder = root / "clip one"
    folder.mkdir(parents=True)
    for number in range(n):
        (folder / f"{number:06d}.png").write_bytes(png(picture(number)))
    return [f"/data/local-files/?d={quote(f'clip one/{number:06d}.png')}" for number in range(n)]


def task(frames: list[str], **more: Any) -> dict[str, Any]:
    return {"id": 12, "data": {"frames": frames}, **more}


def body(tasks: list[dict[str, Any]], *regions: dict[str, Any] | None) -> dict[str, Any]:
    """A request about tasks; without regions one that comes when a task is opened."""
    context = {"result": list(regions)} if regions else None
    return {"tasks": tasks, "project": "3.1795225303", "label_config": interface.xml(), "params": {"context": context}}


def region(kind: str, value: dict[str, Any], frame: int = 0, **more: Any) -> dict[str, Any]:
    size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    return {"type": kind, "item_index": frame, "to_name": "img", "value": value, **size, **more}


def click(x: float, y: float, *, positive: bool = True, frame: int = 0, label: str = "click") -> dict[str, Any]:
    """At px of a frame."""
    value = {"x": 100 * x / WIDTH, "y": 100 * y / HEIGHT, "width": 0.3, "keypointlabels": [label]}
    return region("keypointlabels", value, frame, from_name="kp", is_positive=positive)


def drag(left: float, top: float, right: float, bottom: float, frame: int = 0) -> dict[str, Any]:
    """Around px of a frame."""
    value = {
        "x": 100 * left / WIDTH,
        "y": 100 * top / HEIGHT,
        "width": 100 * (right - left) / WIDTH,
        "height": 100 * (bottom - top) / HEIGHT,
        "rotation": 0,
        "rectanglelabels": ["drag"],
    }
    return region("rectanglelabels", value, frame, from_name="box")


def word(left: float, top: float, right: float, bottom: float, name: str = "W1") -> dict[str, Any]:
    """A word's polygon on the first frame."""
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    points = [[100 * x / WIDTH, 100 * y / HEIGHT] for x, y in corners]
    value = {"points": points, "closed": True, "polygonlabels": ["word"]}
    return region("polygonlabels", value, from_name="unit", id=name)
