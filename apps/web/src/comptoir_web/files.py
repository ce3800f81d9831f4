"""Where files are kept: a folder of this machine, or an S3 bucket.

A file appears whole or not at all, under a key such as ``jobs/5f0c/export.zip``. Keys are made by
the program, never from what a visitor typed.

::

    FileStoreError (a `comptoir_web.errors.WebError`)
    ├── BadKey             the key could leave the store, or no store could hold it
    ├── FileAbsent         nothing is kept under this key
    ├── FilesFull          no room is left
    └── FilesUnreachable   the store did not answer, or refused
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from attrs import field, frozen

from comptoir_web.errors import WebError
from shared_kernel import ExtraMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comptoir_web.settings import Settings

__all__ = [
    "BadKey",
    "FileAbsent",
    "FileStore",
    "FileStoreError",
    "FilesFull",
    "FilesUnreachable",
    "LocalFiles",
    "S3Files",
    "file_store",
]

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_KEY = re.compile(rf"{_PART}(?:/{_PART})*")
_LONGEST_KEY = 512
_IN_MEMORY = 8 * 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ABSENT = ("NoSuchKey", "404", "NotFound")


class FileStoreError(WebError):
    """The file store cannot do what was asked."""


class BadKey(FileStoreError, ValueError):
    """The key is not letters, digits, ``. _ -`` between single slashes, or is too long."""


class FileAbsent(FileStoreError, LookupError):
    """Nothing is kept under this key."""


class FilesFull(FileStoreError):
    """No room is left where files are kept; nothing was changed."""


class FilesUnreachable(FileStoreError):
    """The file store did not answer, or refused; its name is said, never its credentials."""


class FileStore(Protocol):
    """Keeps files whole: what was put is what is opened, or there is an error."""

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """Keep the data under the key, in place of what was there; all of it or nothing."""
        ...

    def open(self, key: str) -> IO[bytes]:
        """The file, ready to be read from its start; the caller closes it."""
        ...

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens when it was not there."""
        ...

    def delete_tree(self, prefix: str) -> None:
        """Forget every key under ``prefix/``; nothing happens when there is none."""
        ...


def checked_key(key: str) -> str:
    """The key, if it can neither leave a folder nor confuse a bucket.

    >>> checked_key("jobs/5f0c/export.zip")
    'jobs/5f0c/export.zip'
    """
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise BadKey(
            f"{key[:80]!r} is not a key: use letters, digits and . _ - between single slashes, "
            "for example 'jobs/5f0c/export.zip'"
        )
    return key


@frozen
class LocalFiles:
    """Files in a folder of this machine, readable by its owner alone.

    A file is written beside its place, flushed to the disk and renamed over it, and the folder is
    flushed too: after `put` returns, a power cut loses nothing; before, it changes nothing.

    Args:
        root: The folder; made when it is first needed.
    """

    root: Path = field(converter=Path)

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """Keep the data under the key; see `FileStore`."""
        target = self._path(key)
        with _disk_errors(key):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # mkstemp's file is 0600 already.
            number, name = tempfile.mkstemp(dir=target.parent, prefix=".put-")
            try:
                with os.fdopen(number, "wb") as file:
                    if isinstance(data, bytes):
                        file.write(data)
                    else:
                        shutil.copyfileobj(data, file, 1024 * 1024)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(target)
            except BaseException:
                # Whatever interrupts the write, no half file is left behind.
                with suppress(OSError):
                    Path(name).unlink()
                raise
            _flush_folder(target.parent)

    def open(self, key: str) -> IO[bytes]:
        """The file; see `FileStore`."""
        with _disk_errors(key):
            try:
                return self._path(key).open("rb")
            except FileNotFoundError as error:
                raise FileAbsent(f"nothing is kept under {key!r}") from error

    def delete(self, key: str) -> None:
        """Forget the key; see `FileStore`."""
        with _disk_errors(key):
            self._path(key).unlink(missing_ok=True)

    def delete_tree(self, prefix: str) -> None:
        """Forget every key under the prefix; see `FileStore`."""
        folder = self._path(prefix)
        with _disk_errors(prefix), suppress(FileNotFoundError):
            shutil.rmtree(folder)

    def _path(self, key: str) -> Path:
        return self.root / checked_key(key)


@contextmanager
def _disk_errors(key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise FilesFull(
                f"no room is left to keep {key!r}: make room where files are kept, then try again"
            ) from error
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise FilesUnreachable(
            f"{key!r} cannot be reached in the folder of files: {why}"
        ) from error


def _flush_folder(folder: Path) -> None:
    """Make a rename last: the name of a file is kept by its folder."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class _Client(Protocol):
    """The four calls made to S3; boto3 carries no types of its own."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes | IO[bytes]) -> object: ...  # noqa: N803 -- boto3's names

    def get_object(self, *, Bucket: str, Key: str) -> Mapping[str, IO[bytes]]: ...  # noqa: N803 -- boto3's names

    def delete_object(self, *, Bucket: str, Key: str) -> object: ...  # noqa: N803 -- boto3's names

    def get_paginator(self, name: str) -> _Paginator: ...


class _Paginator(Protocol):
    def paginate(
        self,
        *,
        Bucket: str,  # noqa: N803 -- boto3's names
        Prefix: str,  # noqa: N803 -- boto3's names
    ) -> Iterator[Mapping[str, list[Mapping[str, str]]]]: ...


class S3Files:
    """Files in an S3 bucket; needs the extra ``s3``.

    A file goes up in one request that states its length and checksum, so that a writer killed in
    the middle leaves nothing: ``upload_fileobj`` on a stream that ends early keeps half a file.

    Args:
        bucket: The bucket; it must exist.
        prefix: Put before every key, without slashes around it.
        endpoint_url: The server, when it is not Amazon's.

    Raises:
        ExtraMissing: boto3 is not installed.
    """

    def __init__(self, bucket: str, *, prefix: str = "", endpoint_url: str | None = None) -> None:
        try:
            import boto3  # type: ignore[import-untyped]  # boto3 ships no types
            from botocore.config import Config  # type: ignore[import-untyped]  # nor does botocore
        except ImportError as error:
            raise ExtraMissing("comptoir-web", "s3") from error
        self._bucket = bucket
        self._prefix = f"{checked_key(prefix)}/" if prefix else ""
        self._client: _Client = boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
        )

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """Keep the data under the key; see `FileStore`."""
        with self._errors(key):
            if isinstance(data, bytes):
                self._put(key, data)
                return
            # The whole stream is here before the first byte leaves: its length is then known, and
            # a stream that breaks uploads nothing.
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as whole:
                shutil.copyfileobj(data, whole, 1024 * 1024)
                whole.seek(0)
                self._put(key, whole)

    def _put(self, key: str, body: bytes | IO[bytes]) -> None:
        self._client.put_object(Bucket=self._bucket, Key=self._name(key), Body=body)

    def open(self, key: str) -> IO[bytes]:
        """The file, fetched whole first so that a cut connection is an error here and not later."""
        whole = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- the caller closes it
        try:
            with self._errors(key):
                body = self._client.get_object(Bucket=self._bucket, Key=self._name(key))["Body"]
                try:
                    shutil.copyfileobj(body, whole, 1024 * 1024)
                finally:
                    body.close()
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    def delete(self, key: str) -> None:
        """Forget the key; see `FileStore`."""
        with self._errors(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def delete_tree(self, prefix: str) -> None:
        """Forget every key under the prefix; see `FileStore`."""
        with self._errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._name(prefix)}/"
            )
            for page in pages:
                for item in page.get("Contents", []):
                    self._client.delete_object(Bucket=self._bucket, Key=item["Key"])

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        from botocore.exceptions import (  # type: ignore[import-untyped]  # botocore ships no types
            BotoCoreError,
            ClientError,
        )

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise FileAbsent(f"nothing is kept under {key!r}") from None
            if code in ("QuotaExceeded", "InsufficientStorage", "XMinioStorageFull"):
                raise FilesFull(f"no room is left in the bucket to keep {key!r}") from None
            # Not the whole text: S3 repeats the access key in some of its answers.
            raise FilesUnreachable(f"the bucket {self._bucket!r} answered {code}") from None
        except (BotoCoreError, OSError) as error:
            kind = type(error).__name__
            raise FilesUnreachable(f"the bucket {self._bucket!r} did not answer: {kind}") from None


def file_store(settings: Settings) -> FileStore:
    """The store that the settings name: a folder, or ``s3://bucket/prefix``.

    >>> from comptoir_web.settings import Settings
    >>> file_store(Settings(files="var/files"))
    LocalFiles(root=PosixPath('var/files'))
    """
    address = settings.files
    scheme, found, rest = address.partition("://")
    if not found:
        return LocalFiles(Path(address))
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise BadKey(f"{address!r} is neither a folder nor s3://bucket/prefix")
    return S3Files(bucket, prefix=prefix.strip("/"), endpoint_url=settings.s3_endpoint_url or None)
