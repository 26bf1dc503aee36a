"""What the setting of an engine opens, for asking and for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from citeback.errors import MissingPackageError
from citeback.index.milvus.address import parse
from citeback.index.pieces import Projection

if TYPE_CHECKING:
    from citeback.index.milvus.client import Client
    from citeback.index.milvus.reader import Milvus
    from citeback.index.milvus.writer import MilvusWriter


def reader(engine: str) -> Milvus:
    """What answers from the cluster.

    Raises SettingsError, MissingPackageError and IndexStateError.
    """
    client = _client(engine)
    from citeback.index.milvus.reader import Milvus

    return Milvus(client, parse(engine).name)


def writer(engine: str, *, catalog: str, projection: Projection) -> MilvusWriter:
    """What writes into the cluster. Raises what `reader` raises."""
    client = _client(engine)
    from citeback.index.milvus.writer import MilvusWriter

    return MilvusWriter(
        client, parse(engine).name, catalog=catalog, projection=projection
    )


def _client(engine: str) -> Client:
    address = parse(engine)
    try:
        # Late: most have no cluster, nor what speaks to one.
        from citeback.index.milvus.client import Client
    except ImportError as error:
        raise MissingPackageError(
            f"CITEBACK_ENGINE names a cluster, and {error.name}, which speaks to it, is "
            "not installed. Run: pip install pymilvus"
        ) from error
    return Client(address)
