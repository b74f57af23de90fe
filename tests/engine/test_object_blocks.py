"""Blocks of an object: each fetched once, whatever is asked in whatever order."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engine import object_blocks
from calibrate.engine.object_blocks import Blocks, _BlockFile
from calibrate.errors import InputError

CONTENT = bytes(i * i % 251 for i in range(1000))


@pytest.fixture(autouse=True, scope="module")
def _small() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_blocks, "BLOCK", 64)
        yield


@given(st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 400)), max_size=20))
def test_any_reading_gives_the_bytes_and_fetches_none_twice(readings: list[tuple[int, int]]) -> None:
    import tempfile

    fetched: list[int] = []

    def fetch(start: int, stop: int) -> bytes:
        fetched.extend(range(start, stop))
        return CONTENT[start:stop]

    with tempfile.TemporaryDirectory() as folder:
        blocks = Blocks(fetch, len(CONTENT), Path(folder) / "x", "s3://b/x")
        for start, count in readings:
            assert blocks.read(start, count) == CONTENT[start : start + count]
    assert len(fetched) == len(set(fetched))


def test_fewer_bytes_are_refused(tmp_path: Path) -> None:
    blocks = Blocks(lambda start, stop: CONTENT[start : stop - 1], len(CONTENT), tmp_path / "x", "s3://b/x")
    with pytest.raises(InputError, match=r"s3://b/x: 63 bytes came of 64"):
        blocks.read(0, 10)


@given(st.lists(st.tuples(st.integers(-50, 1100), st.sampled_from([0, 1, 2]), st.integers(-1, 300)), max_size=20))
def test_an_open_object_is_read_as_a_file_in_memory(steps: list[tuple[int, int, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        blocks = Blocks(lambda start, stop: CONTENT[start:stop], len(CONTENT), Path(folder) / "x", "s3://b/x")
        opened, memory = _BlockFile(blocks), io.BytesIO(CONTENT)
        for place, whence, count in steps:
            offset = place if memory.tell() * (whence == 1) + len(CONTENT) * (whence == 2) + place >= 0 else 0
            assert opened.seek(offset, whence) == memory.seek(offset, whence)
            assert opened.read(count) == memory.read(count)
            assert opened.tell() == memory.tell()
        opened.seek(0)
        assert opened.read() == CONTENT
