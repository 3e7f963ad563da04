"""An export is whole or not there, says what it was made from, and refuses what it cannot pass on."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines import export
from pipelines.exporters import formats, release
from pipelines.exporters.content import Pair, clip_name
from pipelines.exporters.webdataset import WebDataset
from sts import manifest
from sts.errors import ConfigError, DataError, PluginError

SetOf = Callable[..., Path]


class Failing:
    """Writes something, then fails."""

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        (out / "half").write_text("half")
        next(iter(clips))
        raise OSError(28, "No space left on device")


class Mine(WebDataset):
    """A format of somebody's own."""


def test_a_failed_export_leaves_nothing(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    made = set_of("set", pairs)
    with pytest.raises(
        DataError, match=r"cannot write .*out: No space left on device; make room or choose another --out"
    ):
        release.export([made], tmp_path / "out", f"{__name__}:Failing")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_what_a_killed_export_left_is_cleared_away(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    (tmp_path / ".out.partial" / "images").mkdir(parents=True)
    (tmp_path / ".out.partial" / "images" / "old.jpg").write_bytes(b"old")
    release.export([set_of("set", pairs)], tmp_path / "out", "coco")
    assert not list(tmp_path.rglob("old.jpg"))
    assert not (tmp_path / ".out.partial").exists()


def test_a_folder_with_something_else_is_refused_and_kept(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    with pytest.raises(
        DataError, match=r"holds thesis.tex and no export.json, so it is no export: choose another --out"
    ):
        release.export([set_of("set", pairs)], tmp_path / "out", "coco")
    assert (tmp_path / "out" / "thesis.tex").read_text() == "years of work"


def test_an_empty_folder_is_filled_and_the_same_export_again_is_left_as_it_is(
    set_of: SetOf, pairs: Any, tmp_path: Path
) -> None:
    made = set_of("set", pairs)
    (tmp_path / "out").mkdir()
    release.export([made], tmp_path / "out", "coco")
    written = (tmp_path / "out" / "annotations.json").stat().st_mtime_ns
    release.export([made], tmp_path / "out", "coco")
    assert (tmp_path / "out" / "annotations.json").stat().st_mtime_ns == written


def test_another_export_is_refused_with_what_differs(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    made, out = set_of("set", pairs), tmp_path / "out"
    release.export([made], out, "coco")
    for form, n, said in (
        ("davis", None, "--format was coco and is now davis"),
        ("coco", 1, "--n was all and is now 1"),
    ):
        with pytest.raises(ConfigError) as caught:
            release.export([made], out, form, n)
        wanted = f"{out} holds an export of 2 clips as coco: {said}; choose another --out, or delete {out}"
        assert str(caught.value) == wanted


def test_an_export_of_other_or_changed_inputs_is_refused_by_their_names(
    set_of: SetOf, pairs: Any, tmp_path: Path
) -> None:
    made, other = set_of("set", pairs), set_of("other", pairs)
    release.export([made], tmp_path / "out", "coco")
    with pytest.raises(ConfigError, match=r"coco: --in was ../set and is now ../other \(seen from --out\); choose"):
        release.export([other], tmp_path / "out", "coco")
    (made / manifest.NAME).write_bytes((made / manifest.NAME).read_bytes() + b"\n")
    with pytest.raises(ConfigError, match=r"coco: ../set \(seen from --out\) has changed since; choose"):
        release.export([made], tmp_path / "out", "coco")


def test_workers_are_refused_instead_of_ignored(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    given = ["--in", str(set_of("set", pairs)), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(export.main, [*given, "--workers", "4"])
    said = "error: --workers 4: an export is the work of one process; leave --workers out\n"
    assert (result.exit_code, result.stderr) == (1, said)
    assert not (tmp_path / "out").exists()
    assert CliRunner().invoke(export.main, given).exit_code == 0


def test_an_input_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(export.main, ["--in", str(tmp_path / "none"), "--out", str(tmp_path / "out")])
    assert f"error: {tmp_path / 'none'} does not exist" in result.stderr


@pytest.mark.parametrize("text", ["{", "[]", "{}", "\xff"])
def test_a_damaged_export_is_one_line(text: str, set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / release.NAME).write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=r"export.json is damaged .*: delete .*out, or choose another --out"):
        release.export([set_of("set", pairs)], tmp_path / "out", "coco")


def test_n_takes_the_first_clips(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    release.export([set_of("set", pairs)], tmp_path / "out", "icdar", 1)
    assert [path.name for path in (tmp_path / "out").glob("*.xml")] == ["synth-0-000001_GT.xml"]


def test_an_unknown_format_is_one_line_with_the_nearest(tmp_path: Path) -> None:
    result = CliRunner().invoke(export.main, ["--format", "cocoo", "--out", str(tmp_path / "out")])
    assert (result.exit_code, result.stderr) == (1, "error: there is no format 'cocoo'; did you mean coco?\n")
    with pytest.raises(ConfigError, match=r"there is no format 'zzz'; give one of coco, .*webdataset, or package"):
        formats.find("zzz")


def test_a_format_of_ones_own_is_named_by_its_import_path(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    release.export([set_of("set", pairs)], tmp_path / "out", f"{__name__}:Mine")
    assert (tmp_path / "out" / "train-000000.tar").exists()
    with pytest.raises(PluginError, match="is no Exporter: it lacks export"):
        formats.find("pathlib:Path")


def test_one_id_twice_is_refused(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    one, other = set_of("one", pairs), set_of("other", pairs[1:])
    with pytest.raises(DataError, match=r"clip real/été.mp4 #2 is in .*one and again in .*other"):
        release.export([one, other], tmp_path / "out", "coco")
    assert not (tmp_path / "out").exists()


def test_a_clip_without_licence_is_refused(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    (clip, data), _ = pairs
    bare = replace(clip, origin=replace(clip.origin, license=""))
    with pytest.raises(DataError, match=r"clip synth-0-000001 in .* has no licence: it cannot be passed on"):
        release.export([set_of("set", [(bare, data)])], tmp_path / "out", "coco")


def test_an_unfinished_set_and_a_url_are_refused(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    made = set_of("set", pairs)
    with pytest.raises(DataError, match=r"is written to a folder of this machine, not to memory://x"):
        release.export([made], "memory://x", "coco")
    (made / manifest.NAME).unlink()
    with pytest.raises(DataError, match="did not finish: run it again"):
        release.export([made], tmp_path / "out", "coco")


def test_pictures_of_a_layer_of_labels_come_from_its_input(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    pixels = set_of("pixels", pairs)
    labels = set_of("labels", [clip for clip, _ in pairs], pixels)
    release.export([labels], tmp_path / "out", "coco")
    assert (tmp_path / "out" / "images" / "synth-0-000001" / "00000.jpg").read_bytes() == pairs[0][1][0]


def test_every_source_and_its_licence_stand_in_a_table(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    release.export([set_of("set", pairs)], tmp_path / "out", "coco")
    with (tmp_path / "out" / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["clip_id", "kind", "id", "sha256", "license"],
        ["synth-0-000001", "clip", "toy", "", "CC0-1.0"],
        ["synth-0-000001", "font", "lato", "f" * 64, "OFL-1.1"],
        ["real/été.mp4 #2", "clip", "https://example.org/été.mp4", "", "CC-BY-4.0"],
    ]
    card = (tmp_path / "out" / "CARD.md").read_text(encoding="utf-8")
    assert "| word | 7 | 9 |" in card
    assert "2 clips, 4 frames, of which 1 are not labelled" in card
    assert all(f"| {line} | 1 |" in card for line in ("clip | CC0-1.0", "clip | CC-BY-4.0", "font | OFL-1.1"))


def test_export_json_has_the_lineage_and_the_counts(set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    made = set_of("set", pairs)
    release.export([made], tmp_path / "out", "coco")
    said = json.loads((tmp_path / "out" / release.NAME).read_text())
    digest = hashlib.sha256((made / manifest.NAME).read_bytes()).hexdigest()
    assert (said["format"], said["inputs"]) == ("coco", {"../set/manifest.json": digest})
    assert (said["clips"], said["frames"], said["unlabelled"], said["tracks"]["word"]) == (2, 4, 1, 7)


@pytest.mark.parametrize("form", formats.FORMATS)
def test_croissant_has_what_the_standard_asks_for(form: str, set_of: SetOf, pairs: Any, tmp_path: Path) -> None:
    """https://docs.mlcommons.org/croissant/docs/croissant-spec.html: keys of data set, files and file sets."""
    out = tmp_path / "out"
    release.export([set_of("set", pairs)], out, form)
    said = json.loads((out / "croissant.json").read_text(encoding="utf-8"))
    assert {"@context", "@type", "conformsTo", "name", "description", "license", "distribution"} <= set(said)
    assert said["license"] == ["https://spdx.org/licenses/CC-BY-4.0.html", "https://spdx.org/licenses/CC0-1.0.html"]
    objects = [one for one in said["distribution"] if one["@type"] == "cr:FileObject"]
    sets = [one for one in said["distribution"] if one["@type"] == "cr:FileSet"]
    assert all(one["sha256"] == hashlib.sha256((out / one["contentUrl"]).read_bytes()).hexdigest() for one in objects)
    covered = {path for one in sets for path in out.glob(one["includes"])} | {
        out / one["contentUrl"] for one in objects
    }
    assert all(any(fnmatch(path.relative_to(out).as_posix(), one["includes"]) for path in covered) for one in sets)
    assert {path for path in out.rglob("*") if path.is_file()} - covered == {out / "croissant.json", out / release.NAME}
    ids = {one["@id"] for one in said["distribution"]}
    fields = [field["source"]["fileSet"]["@id"] for one in said["recordSet"] for field in one["field"]]
    assert len(ids) == len(said["distribution"])
    assert set(fields) <= ids


def test_names_of_clips_are_safe_and_told_apart() -> None:
    ids = ("a/b", "a.b", "a b", "a%2Fb", "../a", "ä", "synth-0-000001")
    names = [clip_name(one) for one in ids]
    assert len(set(names)) == len(ids)
    assert all(not set(name) & set("./ ") for name in names)
    assert names[-1] == ids[-1]
