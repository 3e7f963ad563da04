from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sts import manifest, shards
from sts.errors import ConfigError, DataError
from sts.types import Clip, Manifest


@pytest.fixture
def finished(clip_of: Callable[..., Clip], tmp_path: Path) -> Path:
    info = shards.write(tmp_path / "real" / manifest.shard_name(0), [clip_of()], meta={})
    done = Manifest(command="realv.ingest", config={"fps": "25"}, shards=(info,), dropped={"too small": 2})
    manifest.write(tmp_path / "real", done)
    return tmp_path / "real"


def test_a_manifest_comes_back(finished: Path) -> None:
    done = manifest.read(finished)
    assert (done.command, done.config, done.dropped, done.schema) == (
        "realv.ingest",
        {"fps": "25"},
        {"too small": 2},
        1,
    )
    assert done.shards[0].path == "shard-00000.parquet"
    assert manifest.verify(finished) == ()


def test_a_directory_without_manifest_is_not_finished(finished: Path) -> None:
    (finished / manifest.NAME).unlink()
    with pytest.raises(DataError, match="did not finish: run it again"):
        manifest.read(finished)
    with pytest.raises(DataError, match="it is no data directory"):
        manifest.read(finished.parent)


def test_a_path_that_is_not_there_is_said_not_to_exist(tmp_path: Path) -> None:
    for missing in (tmp_path / "none", "memory://none/at/all"):
        with pytest.raises(DataError, match=rf"^{missing} does not exist: give the directory that a command has"):
            manifest.read(missing)


@pytest.mark.parametrize("text", ["{", '{"command": 1}', "[]", "\udcff"])
def test_a_damaged_manifest_is_one_line(finished: Path, text: str) -> None:
    (finished / manifest.NAME).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=r"manifest\.json is damaged") as caught:
        manifest.read(finished)
    assert "\n" not in str(caught.value)


def test_verify_names_every_file_that_is_not_what_was_written(finished: Path) -> None:
    shard = finished / manifest.shard_name(0)
    data = bytearray(shard.read_bytes())
    data[-20] ^= 1
    shard.write_bytes(data)
    (finished / manifest.shard_name(7)).write_bytes(b"")
    changed, stray = sorted(manifest.verify(finished), key=lambda line: "not in the manifest" in line)
    assert "shard-00000.parquet has changed" in changed
    assert "shard-00007.parquet is not in the manifest" in stray
    shard.unlink()
    assert any("is missing" in line for line in manifest.verify(finished))


def test_inputs_are_named_as_seen_from_the_output_with_their_hash(finished: Path, tmp_path: Path) -> None:
    inputs = manifest.lineage(tmp_path / "prelabel", [finished])
    assert list(inputs) == ["../real/manifest.json"]
    before = inputs["../real/manifest.json"]
    (finished / manifest.NAME).write_text((finished / manifest.NAME).read_text() + "\n")
    assert manifest.lineage(tmp_path / "prelabel", [finished])["../real/manifest.json"] != before


def test_another_configuration_is_refused_by_the_settings_that_differ() -> None:
    manifest.refuse_other("out", {"seed": 0, "noise": {"kind": "film"}}, {"seed": 0, "noise": {"kind": "film"}})
    with pytest.raises(ConfigError, match=r"noise.kind was 'film' and is now 'none', seed was 0 and is now 1;"):
        manifest.refuse_other("out", {"seed": 0, "noise": {"kind": "film"}}, {"seed": 1, "noise": {"kind": "none"}})


def test_what_was_dropped_is_a_table(tmp_path: Path) -> None:
    manifest.write_dropped(tmp_path, [("a", "too small"), ("b", "a cut")])
    rows = duckdb.connect().execute(f"select * from '{tmp_path}/{manifest.DROPPED}'").fetchall()
    assert rows == [("a", "too small"), ("b", "a cut")]
