"""`/assets`: style sheets, fonts, scripts and pictures of the pages; all come from this server."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Response

router = APIRouter(include_in_schema=False)

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
_FILES: Final = {file.name: file.read_bytes() for file in sorted(FOLDER.iterdir())}
#: Changes with any of them, so that a browser may keep them for good.
VERSION: Final = hashlib.sha256(b"".join(_FILES.values())).hexdigest()[:12]
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Return the address of an asset; KeyError for one that there is not."""
    if name not in _FILES:
        raise KeyError(name)
    return f"/assets/{VERSION}/{name}"


@router.get("/assets/{version}/{name}")
def asset(version: str, name: str) -> Response:
    """Give an asset; one of another version is given as it is now, and is not to be kept."""
    content = _FILES.get(name)
    if content is None:
        raise HTTPException(404)
    kept = _FOR_GOOD if version == VERSION else "no-cache"
    media_type = _TYPES[Path(name).suffix]
    return Response(content, media_type=media_type, headers={"Cache-Control": kept})
