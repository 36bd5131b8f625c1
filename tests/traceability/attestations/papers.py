"""Files for tests of attestations: real ones, small."""

import io

from PIL import Image
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfgen.canvas import Canvas

GPS_IFD = 0x8825
LATITUDE = 2


def pdf(words: str = "Giấy chứng nhận (mẫu)") -> bytes:
    """A PDF of one page."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(100, 700, words.encode("ascii", "replace").decode())
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def pdf_with_script() -> bytes:
    """A PDF that runs a script when it is opened."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf()))
    writer.root["/OpenAction"] = DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    )
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(file_format: str = "JPEG", *, with_place: bool = False, size: tuple[int, int] = (120, 90)) -> bytes:
    """A picture, with the place where it was taken when asked for."""
    image = Image.new("RGB", size, (40, 110, 60))
    out = io.BytesIO()
    if with_place:
        exif = Image.Exif()
        exif[GPS_IFD] = {1: "N", LATITUDE: (18.0, 5.0, 42.0), 3: "E", 4: (105.0, 46.0, 48.0)}
        image.save(out, file_format, exif=exif)
    else:
        image.save(out, file_format)
    return out.getvalue()
