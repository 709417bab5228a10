"""Every time that the app waits, and how often it tries again: all numbers in one place.

Seconds. `docs/operations.md` says what each one means to somebody who watches the app.
"""

from __future__ import annotations

# Callers ------------------------------------------------------------------------------------------
# A body arrives whole in this time, or is answered 408.
BODY_S = 60.0
# So long it may take whatever it brings; longer, if it has brought so many bytes for each second
# more. A phone on a bad line sends ten times as many.
BODY_GRACE_S = 10.0
BODY_BYTES_PER_S = 1_000
# An answer that comes before the body waits so long for it. The server hangs up on a request that
# has not arrived whole, and a client whose body is a packet behind loses its next request by that.
UNREAD_BODY_S = 1.0
# After SIGTERM requests in flight have so long: as long as one may take at Tinybird.
STOP_S = 30

# Connections --------------------------------------------------------------------------------------
CONNECT_S = 3.0
# Connecting alone is tried again, before a byte of a request has left.
CONNECT_RETRIES = 1
# Shorter than any server's own patience (uvicorn's is 5 s): a request sent on a connection that
# the server is just closing is lost, and one that writes is never sent twice.
IDLE_S = 2.0
# Whatever says nothing else.
EXCHANGE_S = 15.0

# Tinybird -----------------------------------------------------------------------------------------
# A query, its repetition included.
QUERY_S = 20.0
INGEST_S = 30.0
PROBE_S = 2.0

# Reads are asked once more after a lost connection or a 502, 503 or 504, within their time; writes
# never. The pause is drawn evenly from nothing up to this, so that many callers do not come back at
# once.
RETRY_PAUSE_S = 0.25
# Of all reads so large a part may be repeated, and so many at once after a quiet time: a Tinybird
# that is down is not asked twice as often as one that is up.
RETRY_SHARE = 0.1
RETRY_BURST = 10.0

# Clerk --------------------------------------------------------------------------------------------
KEYS_S = 3.0
# Known keys are fetched anew after this time.
KEYS_TTL_S = 3600.0
# However many tokens name an unknown key, keys are fetched once in this time.
KEYS_INTERVAL_S = 30.0
# While no key is known nobody can sign in, so that recovery may be quicker.
KEYS_EMPTY_INTERVAL_S = 2.0

# Readiness ----------------------------------------------------------------------------------------
READY_KEPT_S = 1.0
