"""Files are kept whole or not at all, in a folder and in a bucket alike."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from comptoir_web.files import (
    BadKey,
    FileAbsent,
    FilesFull,
    FileStore,
    FilesUnreachable,
    LocalFiles,
    S3Files,
    file_store,
)
from comptoir_web.settings import Settings
from shared_kernel import ExtraMissing


@pytest.fixture(params=["folder", "bucket", "bucket with a prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """A store that holds nothing."""
    if request.param == "folder":
        return LocalFiles(tmp_path / "files")
    bucket = str(request.getfixturevalue("s3_bucket"))
    prefix = "till/files" if "prefix" in request.param else ""
    url = str(request.getfixturevalue("s3_url"))
    return S3Files(bucket, prefix=prefix, endpoint_url=url)


def read(store: FileStore, key: str) -> bytes:
    """The whole file."""
    with store.open(key) as file:
        return file.read()


class Broken(io.RawIOBase):
    """A stream that gives some bytes and then breaks."""

    def __init__(self) -> None:
        self.given = False

    def readable(self) -> bool:
        """As any stream."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes, then an error."""
        if self.given:
            raise OSError("the pipe broke")
        self.given = True
        return b"half a file"


def test_what_was_put_is_what_is_opened(store: FileStore) -> None:
    """Bytes and streams, empty and large, come back the same; a second put replaces the first."""
    large = bytes(range(256)) * 40_000  # ten megabytes: beyond what is held in memory
    store.put("jobs/a/empty.txt", b"")
    store.put("jobs/a/large.bin", io.BytesIO(large))
    assert read(store, "jobs/a/empty.txt") == b""
    assert read(store, "jobs/a/large.bin") == large
    store.put("jobs/a/large.bin", b"small")
    assert read(store, "jobs/a/large.bin") == b"small"


def test_deleting_is_idempotent(store: FileStore) -> None:
    """Deleting twice is as deleting once; a tree takes what is under it alone."""
    for key in ("jobs/a/x.txt", "jobs/a/parts/y.txt", "jobs/ab/z.txt"):
        store.put(key, b"x")
    store.delete("jobs/a/x.txt")
    store.delete("jobs/a/x.txt")
    with pytest.raises(FileAbsent, match=r"jobs/a/x\.txt"):
        store.open("jobs/a/x.txt")
    store.delete_tree("jobs/a")
    store.delete_tree("jobs/a")
    with pytest.raises(FileAbsent):
        store.open("jobs/a/parts/y.txt")
    assert read(store, "jobs/ab/z.txt") == b"x"


def test_a_stream_that_breaks_changes_nothing(store: FileStore, tmp_path: Path) -> None:
    """The former file stays, a new one does not appear, and no half file is left behind."""
    store.put("jobs/a/old.txt", b"old")
    for key in ("jobs/a/old.txt", "jobs/a/new.txt"):
        with pytest.raises(FilesUnreachable):
            store.put(key, Broken())  # type: ignore[arg-type]  # a raw stream is enough to break
    assert read(store, "jobs/a/old.txt") == b"old"
    with pytest.raises(FileAbsent):
        store.open("jobs/a/new.txt")
    if isinstance(store, LocalFiles):
        kept = [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]
        assert kept == ["old.txt"]


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".hidden", "a b", "é", "a\x00b", "a" * 600],
)
def test_a_key_cannot_leave_the_store(store: FileStore, key: str) -> None:
    """A key that could name something else is refused before anything is done."""
    for action in (store.open, store.delete, store.delete_tree):
        with pytest.raises(BadKey):
            action(key)
    with pytest.raises(BadKey):
        store.put(key, b"x")


def test_files_of_the_folder_are_private(tmp_path: Path) -> None:
    """Other accounts of the machine read neither the files nor the names."""
    LocalFiles(tmp_path / "files").put("jobs/a/x.txt", b"x")
    folder, file = tmp_path / "files/jobs/a", tmp_path / "files/jobs/a/x.txt"
    assert folder.stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path) -> None:
    """A process that may write no more (a real limit of the kernel) keeps the former file."""
    script = textwrap.dedent(
        """
        import resource, sys
        from comptoir_web.files import FilesFull, LocalFiles
        store = LocalFiles(sys.argv[1])
        store.put("a.bin", b"former")
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        try:
            store.put("a.bin", b"x" * 1_000_000)
        except FilesFull as error:
            print(error)
        with store.open("a.bin") as file:
            assert file.read() == b"former"
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "no room is left to keep 'a.bin'" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """A file where the folder should be gives one clear error."""
    (tmp_path / "files").write_bytes(b"in the way")
    with pytest.raises(FilesUnreachable, match="cannot be reached"):
        LocalFiles(tmp_path / "files").put("a.txt", b"x")


def test_a_bucket_that_does_not_answer_is_said(s3_url: str) -> None:
    """A closed port and a missing bucket give one error each, without any credential."""
    missing = S3Files("no-such-bucket", endpoint_url=s3_url)
    with pytest.raises(FilesUnreachable, match="NoSuchBucket"):
        missing.put("a.txt", b"x")
    closed = S3Files("closed", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(FilesUnreachable, match="did not answer"):
        closed.open("a.txt")


def test_a_full_bucket_is_said(monkeypatch: pytest.MonkeyPatch, s3_url: str) -> None:
    """The answer of a bucket over its quota is told apart from a bucket that is away."""
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # ships no types

    store = S3Files("full", endpoint_url=s3_url)

    def refuse(**_: object) -> object:
        raise ClientError({"Error": {"Code": "QuotaExceeded"}}, "PutObject")

    monkeypatch.setattr(store._client, "put_object", refuse)
    with pytest.raises(FilesFull, match="no room"):
        store.put("a.txt", b"x")


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without boto3 a bucket is refused with the extra to install."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ExtraMissing, match=r"comptoir-web\[s3\]"):
        file_store(Settings(files="s3://bucket"))


def test_the_settings_choose_the_store(tmp_path: Path, s3_url: str, s3_bucket: str) -> None:
    """A path is a folder, ``s3://`` a bucket with its prefix, anything else is refused."""
    assert file_store(Settings(files=str(tmp_path))) == LocalFiles(tmp_path)
    bucket = file_store(Settings(files=f"s3://{s3_bucket}/a/b/", s3_endpoint_url=s3_url))
    bucket.put("x.txt", b"x")
    plain: FileStore = S3Files(s3_bucket, endpoint_url=s3_url)
    assert read(plain, "a/b/x.txt") == b"x"
    for address in ("ftp://host/x", "s3://"):
        with pytest.raises(BadKey):
            file_store(Settings(files=address))
