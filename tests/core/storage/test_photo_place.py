"""The place that a photo tells, to be offered and never kept unasked."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from core.storage import photo_place, store_photo
from core.storage.backends import FolderStorage

GPS = ExifTags.GPS


def photo(notes: dict[int, Any] | None, format_name: str = "JPEG") -> bytes:
    image, exif, out = Image.new("RGB", (60, 60)), Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Make] = "A camera"
    if notes is not None:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(notes)
    image.save(out, format_name, exif=exif)
    return out.getvalue()


def notes(
    latitude: Any = (18.0, 5.0, 42.0), north: Any = "N", longitude: Any = (105.0, 46.0, 48.0), east: Any = "E"
) -> Any:
    return {
        GPS.GPSLatitude: latitude,
        GPS.GPSLatitudeRef: north,
        GPS.GPSLongitude: longitude,
        GPS.GPSLongitudeRef: east,
    }


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_the_place_is_told_coarsely(format_name: str) -> None:
    assert photo_place(photo(notes(), format_name)) == (18.095, 105.78)


def test_south_and_west_are_negative() -> None:
    assert photo_place(photo(notes(north="S", east="W"))) == (-18.095, -105.78)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {GPS.GPSLatitude: (18.0, 5.0, 42.0)},
        notes(latitude=(95.0, 0.0, 0.0)),
        notes(longitude=(181.0, 0.0, 0.0)),
        notes(latitude=(18.0, 75.0, 0.0)),
        notes(latitude=(18.0, 5.0)),
        notes(north="X"),
        notes(north=""),
        notes(latitude=(0.0, 0.0, 0.0), longitude=(0.0, 0.0, 0.0)),
    ],
)
def test_what_a_broken_camera_wrote_counts_as_no_place(broken: dict[int, Any] | None) -> None:
    assert photo_place(photo(broken)) is None


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe1\xff\xff"])
def test_what_is_no_photo_has_no_place(content: bytes) -> None:
    assert photo_place(content) is None


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.data())
def test_changed_bytes_are_no_error(data: st.DataObject) -> None:
    content = bytearray(photo(notes()))
    for _change in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content), 400) - 1))] = data.draw(st.integers(0, 255))
    place = photo_place(bytes(content))
    assert place is None or (-90 <= place[0] <= 90 and -180 <= place[1] <= 180)


def test_what_is_kept_tells_no_place(tmp_path: Path) -> None:
    key = store_photo(FolderStorage(tmp_path), photo(notes()), field="photo")
    assert photo_place((tmp_path / f"{key}-400.webp").read_bytes()) is None
