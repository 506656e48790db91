"""The few fields we want of a large multipart form; the rest flows past and is kept neither in memory nor on disk."""

from collections.abc import Collection, Iterator
from typing import IO

from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

CHUNK = 64 * 1024
MOST_KEPT = 64 * 1024
"""Bytes of each wanted field; what is longer is cut."""
MOST_BUFFERED = 4 * CHUNK
MOST_PARTS = 1000


def read_fields(stream: IO[bytes], boundary: str, wanted: Collection[str]) -> dict[str, str]:
    """The wanted fields as text. A broken form gives what could be read; one that only grows raises 413."""
    found: dict[str, bytearray] = {}
    into: bytearray | None = None
    try:
        for part in _parts(stream, MultipartDecoder(boundary.encode(), MOST_BUFFERED, max_parts=MOST_PARTS)):
            if isinstance(part, Field | File):
                into = found.setdefault(part.name, bytearray()) if part.name in wanted else None
            elif isinstance(part, Data) and into is not None:
                into += part.data[: MOST_KEPT - len(into)]
    except ValueError:  # the decoder's word for a form that is none
        pass
    return {name: value.decode("utf-8", "replace") for name, value in found.items()}


def _parts(stream: IO[bytes], decoder: MultipartDecoder) -> Iterator[Event]:
    chunk = None
    while chunk != b"":
        chunk = stream.read(CHUNK)
        decoder.receive_data(chunk or None)
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return
