"""The page /docs: Swagger UI over the app's OpenAPI document, from this server alone."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from swagger_ui_bundle import swagger_ui_path

# Where a browser finds the page and its files; the document is beside them.
DOCS_PATH = "/docs"
ASSETS_PATH = "/docs/assets"
ASSETS = Path(swagger_ui_path)

# Addresses are relative to /docs, so that they hold below a prefix as well.
_SCRIPT = 'SwaggerUIBundle({url: "api/openapi.json", dom_id: "#ui", deepLinking: true});'
PAGE = f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
  <div id="ui"></div>
  <script src="docs/assets/swagger-ui-bundle.js"></script>
  <script>{_SCRIPT}</script>
</body>
</html>
"""
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
# Of its own, for the script that it embeds.
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; script-src 'self' 'sha256-{_DIGEST}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
