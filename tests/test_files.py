"""A reader sees the old file or the new one, never a part of it."""

import json
import os
import stat
import time

import pytest
from helpers import assert_one_sentence

from fmnist_demo.errors import UserError
from fmnist_demo.files import STALE, replacing, write_json


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.parent == path.parent  # a rename within one disk
    assert path.read_text() == "whole"
    assert names(path.parent) == ["a.txt"]


def test_others_may_read_what_was_written(tmp_path):
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_what_a_killed_process_left_is_deleted_when_a_day_old_and_nothing_else(tmp_path):
    mine = tmp_path / "a[1].txt"
    for name, age in {
        ".a[1].txt.x.part": STALE + 60,
        ".a[1].txt.y.part": STALE - 60,
        ".a1.txt.x.part": STALE + 60,
        "a[1].txt.x.part": STALE + 60,
    }.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    with replacing(mine) as temporary:
        temporary.write_text("whole")
    assert sorted(names(tmp_path)) == [
        *[".a1.txt.x.part", ".a[1].txt.y.part", "a[1].txt", "a[1].txt.x.part"]
    ]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write():
        with replacing(path) as temporary:
            temporary.write_text("half of the n")
            raise failure

    with pytest.raises(failure):
        write()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_full_disk_is_reported_in_one_sentence(tmp_path):
    with pytest.raises(UserError, match="No space left") as error, replacing(tmp_path / "a.txt"):
        raise OSError(28, "No space left on device")
    assert_one_sentence(str(error.value))
    assert names(tmp_path) == []


@pytest.mark.parametrize("place", ["file/a.txt", "folder", "x" * 300])
def test_a_path_that_cannot_be_written_is_named(tmp_path, place):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError) as error:
        write_json(tmp_path / place, [])
    assert_one_sentence(str(error.value))
    assert place in str(error.value)
    assert sorted(names(tmp_path)) == ["file", "folder"]


def test_json_is_read_back_as_it_was(tmp_path):
    content = [{"name": "mlp3-l1", "share": 0.1, "note": "größer – ×"}, None]
    write_json(tmp_path / "a.json", content)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == content


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "a.json", 1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {1, 2})
    assert json.loads((tmp_path / "a.json").read_text()) == 1
    assert names(tmp_path) == ["a.json"]
