"""Who may read what, and what may be sent: the one place to customise. This file is yours.

A grant lets a session read one endpoint of `tinybird/`. Its `tenant_id` is always fixed to the
session's own tenant, so a grant never opens another tenant's rows. `role` and `permission` are
Clerk's (`org:admin`, `org:analytics:read`); without them every member of a tenant may read.
`fixed` sets further parameters that the caller cannot change, to a text or to a claim of the
session. The first grant that fits a session counts. An endpoint without a grant is readable by
nobody.
"""

from .core.access import Claim, Grant, Who
from .core.limits import EventLimits, Limit

GRANTS = (
    Grant("active_users"),
    Grant("events_over_time"),
    Grant("funnel"),
    Grant("my_activity", fixed={"user_id": Claim.USER_ID}),
    Grant("recent_events"),
    Grant("retention"),
    Grant("top_events"),
    Grant("totals"),
)

# Endpoints without a tenant parameter that everybody may read, signed in or not.
PUBLIC_ENDPOINTS = ("event_types",)

# How long an answer of /api/analytics may be served again to the same tenant; 0 is never.
CACHE_SECONDS = 2.0

# What one visitor (an address) without a session may read.
VISITOR_READS = Limit(per_second=10, burst=100)

# How often a user of a tenant may ask for a Tinybird token; a page asks once in minutes.
TOKEN_REQUESTS = Limit(per_second=1, burst=60)

# Where POST /api/events puts its rows, and who may send: a session that fits one of these.
EVENTS_DATASOURCE = "events"
MAY_WRITE = (Who(),)

# What a tenant may send to one process of the app.
EVENT_LIMITS = EventLimits(
    requests=Limit(per_second=50, burst=200),
    rows=Limit(per_second=10_000, burst=200_000),
    bytes=Limit(per_second=5_000_000, burst=50_000_000),
    rows_per_request=50_000,
    oldest_days=5 * 365,
    ahead_minutes=24 * 60,
)
