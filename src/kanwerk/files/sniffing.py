"""What a file is, by its first bytes and not by what somebody says; and small pictures of pictures."""

import io
import mimetypes

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SHOWN = PICTURES | {"application/pdf"}
MOST_PIXELS = 50_000_000
MOST_BYTES = 30 * 1024 * 1024
EDGE = 480
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def content_type(head: bytes, name: str) -> str:
    """Return the type of a content. What a browser may show inside our pages is known by its magic bytes
    alone; of the rest the name may tell, but never that it is one of those.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    guessed = _by_magic(head, name) or mimetypes.guess_type(name)[0]
    if guessed and guessed not in SHOWN:
        return guessed
    try:
        head.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain" if head and b"\x00" not in head else "application/octet-stream"


def _by_magic(head: bytes, name: str) -> str | None:
    import puremagic

    try:
        return puremagic.from_string(head, mime=True, filename=name) or None
    except (puremagic.PureError, ValueError):
        return None


def small_picture(content: bytes) -> bytes | None:
    """Return a picture of 480 pixels at most as WebP; None for what is none, or would be a bomb."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (EDGE * 2, EDGE * 2))
            turned = ImageOps.exif_transpose(picture)
            turned.thumbnail((EDGE, EDGE))
            found = io.BytesIO()
            turned.convert("RGBA" if "A" in turned.getbands() or turned.mode == "P" else "RGB").save(
                found, "WEBP", quality=80
            )
            return found.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError):
        return None
