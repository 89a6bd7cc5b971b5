"""`/docs` and `/openapi.json`: the API reference, every asset of this server: it works offline."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.api import openapi, problems

router = APIRouter(include_in_schema=False)

_STATIC = files("fastapi_standalone_docs") / "static"
_ASSETS: Final = {
    "swagger-ui.css": ("swagger/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("swagger/swagger-ui-bundle.js", "text/javascript"),
    "favicon.png": ("fastapi/favicon.png", "image/png"),
}
#: Swagger UI writes style attributes and draws icons from data: URLs; scripts are ours alone.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dancu · API · DỮ LIỆU MÔ PHỎNG</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<p style="margin:0;padding:.5rem 1rem;background:#7a1f1f;color:#fff;font:600 14px sans-serif">
DỮ LIỆU MÔ PHỎNG · SIMULATED DATA: nothing here is real</p>
<div id="reference"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/assets/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null,
  tryItOutEnabled: true, persistAuthorization: false, docExpansion: "list"
});
"""


@router.get("/docs")
def reference() -> HTMLResponse:
    """Show the API reference of the world in the address."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/openapi.json")
def document(request: Request) -> Response:
    """Give what the reference is made from, with the addresses of the world that is asked."""
    return JSONResponse(openapi.document_at(request.app, request.scope["root_path"]))


@router.get("/docs/assets/start.js")
def start() -> Response:
    """Give the few lines that start Swagger UI; a file of its own, so that no script is inline."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/assets/{name}")
def asset(name: str) -> Response:
    """Give one of the files the page names."""
    if name not in _ASSETS:
        raise problems.ADDRESS_UNKNOWN.error()
    path, media_type = _ASSETS[name]
    content = _STATIC.joinpath(path).read_bytes()
    return Response(
        content, media_type=media_type, headers={"Cache-Control": "public, max-age=86400"}
    )
