"""A proof from the file that was sent to the bucket and back, as the platform keeps it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import Engine

from comptoir_web.files import FileAbsent, S3Files
from logistics_core.payments import ProofFiles, clean_image
from logistics_core.storage import MIGRATIONS
from logistics_core.storage.proofs import ProofStore
from shared_kernel import money
from shared_kernel.engine import create_engine, transaction
from shared_kernel.migrations import upgrade

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def tables(sqlite_url: str) -> Engine:
    """A database that has the tables."""
    engine = create_engine(sqlite_url)
    upgrade(engine, [MIGRATIONS])
    return engine


def test_a_proof_is_kept_in_a_bucket(tables: Engine, s3_url: str, s3_bucket: str) -> None:
    """What is in the bucket is the clean picture, byte for byte; an erasure empties it."""
    files = S3Files(s3_bucket, prefix="comptoir", endpoint_url=s3_url)
    assert isinstance(files, ProofFiles)
    written = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    Image.radial_gradient("L").save(written, "JPEG", exif=exif)
    image = clean_image(written.getvalue() + b"<script>")
    key = "proofs/7f3a/receipt.jpg"
    files.put(key, image.data)
    with transaction(tables) as connection:
        store = ProofStore(connection)
        proof = store.add("ann", "o1", money(500, "GNF"), image, key=key, at=NOON, request_id="r1")
    with files.open(proof.file_key) as kept:
        data = kept.read()
    assert data == image.data
    assert b"telephone" not in data
    assert b"script" not in data
    with transaction(tables) as connection:
        store = ProofStore(connection)
        for file_key in store.file_keys("ann"):
            files.delete(file_key)
        assert store.erase("ann") == 1
    with pytest.raises(FileAbsent):
        files.open(key)
    tables.dispose()
