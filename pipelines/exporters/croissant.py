"""Croissant 1.0 metadata (https://docs.mlcommons.org/croissant/docs/croissant-spec.html) of a finished folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.exporters.card import Ledger
from sts import files
from sts.wording import counted

NAME = "croissant.json"
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
MIME = {
    ".csv": "text/csv",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jsonl": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/x-parquet",
    ".png": "image/png",
    ".tar": "application/x-tar",
    ".txt": "text/plain",
    ".xml": "application/xml",
}


def write(folder: Path, ledger: Ledger) -> None:
    """croissant.json: single files with their SHA-256, the others as sets, pictures as records."""
    objects, sets = _distribution(folder)
    licenses = sorted(name for kind, name in ledger.licenses if kind == "clip")
    said = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "video-scene-text",
        "description": "Video scene text with pixel-exact stroke masks: "
        f"{counted(ledger.clips, 'clip')}, {counted(ledger.frames, 'frame')}.",
        "license": [_license(name) for name in licenses],
        "distribution": [*objects, *sets],
        "rai": "http://mlcommons.org/croissant/RAI/",
        "recordSet": [_records(one) for one in sets if one["encodingFormat"] == MIME[".jpg"]],
    }
    (folder / NAME).write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _distribution(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Files at the top as file objects; below, a file set for every first folder, depth and kind of file."""
    objects = [_object(folder, path) for path in sorted(folder.iterdir()) if path.is_file()]
    below = (path.relative_to(folder) for path in _below(folder))
    kinds = sorted({(path.parts[0], len(path.parts), path.suffix) for path in below})
    return objects, [_set(*kind) for kind in kinds]


def _below(folder: Path) -> Iterator[Path]:
    return (path for top in folder.iterdir() if top.is_dir() for path in top.rglob("*") if path.is_file())


def _object(folder: Path, path: Path) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path.name,
        "name": path.name,
        "contentUrl": path.relative_to(folder).as_posix(),
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": MIME[path.suffix],
        "sha256": files.sha256(path),
    }


def _set(top: str, depth: int, suffix: str) -> dict[str, Any]:
    """One `*` a folder: whether `*` stands for a slash too is not the same everywhere."""
    name = f"{top}-{suffix[1:]}"
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "encodingFormat": MIME[suffix],
        "includes": "/".join([top, *["*"] * (depth - 2), f"*{suffix}"]),
    }


def _records(pictures: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "pictures",
        "name": "pictures",
        "field": [
            _field("name", "sc:Text", pictures, "fullpath"),
            _field("content", "sc:ImageObject", pictures, "content"),
        ],
    }


def _field(name: str, kind: str, pictures: dict[str, Any], what: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"pictures/{name}",
        "name": name,
        "dataType": kind,
        "source": {"fileSet": {"@id": pictures["@id"]}, "extract": {"fileProperty": what}},
    }


def _license(name: str) -> str:
    """A page of the SPDX list; names of our own (LicenseRef-) stand as they are."""
    return name if name.startswith("LicenseRef-") else f"https://spdx.org/licenses/{name}.html"
