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
# Without deep links: they are links inside of buttons. Its selects of examples have no name.
_SCRIPT = """
    SwaggerUIBundle({url: "api/openapi.json", dom_id: "#ui"});
    new MutationObserver(() => {
      const unnamed = ".examples-select-element:not([aria-label])";
      for (const select of document.querySelectorAll(unnamed)) {
        select.setAttribute("aria-label", "Example");
      }
    }).observe(document.getElementById("ui"), {childList: true, subtree: true});
  """
# Swagger UI's own colours are too pale on white: https://www.w3.org/TR/WCAG22/#contrast-minimum
_STYLE = """
    .swagger-ui .opblock.opblock-get .opblock-summary-method { background: #0b5cad; }
    .swagger-ui .opblock.opblock-post .opblock-summary-method { background: #1b7a4b; }
    .swagger-ui .opblock.opblock-put .opblock-summary-method { background: #9a5a00; }
    .swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #c42121; }
    .swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #0f766e; }
    .swagger-ui .opblock.opblock-deprecated { opacity: 1; }
    .swagger-ui .opblock.opblock-deprecated .opblock-summary-method { background: #5b6670; }
    .swagger-ui .btn.authorize { color: #1b7a4b; border-color: #1b7a4b; }
    .swagger-ui .btn.authorize svg { fill: #1b7a4b; }
    .swagger-ui .btn.cancel { color: #c42121; border-color: #c42121; }
    .swagger-ui .info .title small { background: #5b6670; }
    .swagger-ui .info .title small.version-stamp { background-color: #3f6212; }
    .swagger-ui .info a { color: #1a5fb4; }
    .swagger-ui :is(.parameter__extension, .parameter__in) { color: #5b6670; }
    .swagger-ui .parameter__name.required span { color: #c42121; }
    .swagger-ui .parameter__name.required::after { color: #c42121; }
    .swagger-ui .response-col_links .response-undocumented { color: #5b6670; }
    .swagger-ui .json-schema-2020-12-expand-deep-button { color: #505050; }
    .swagger-ui .microlight span[style*="rgb(211, 99, 99)"] { color: #f29b9b !important; }
"""
PAGE = f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="docs/assets/swagger-ui.css">
  <style>{_STYLE}  </style>
</head>
<body>
  <main id="ui"></main>
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
