"""HTTP clients of this machine's own services."""

from __future__ import annotations

import ssl

# They speak plain HTTP. The default reads every authority that the machine trusts, for each client
# anew, and that takes longer than most requests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
