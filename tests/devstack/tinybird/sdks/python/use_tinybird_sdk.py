"""What Tinybird's Python SDK reads and writes, as JSON: use_tinybird_sdk.py URL TOKEN FILE.csv."""

import json
import sys
import time

from tinybird_sdk.api.build import build_to_tinybird
from tinybird_sdk.api.deploy import deploy_to_main
from tinybird_sdk.api.resources import fetch_all_resources, pull_all_resource_files
from tinybird_sdk.api.workspaces import get_workspace
from tinybird_sdk.client.base import TinybirdClient
from tinybird_sdk.client.types import TinybirdError
from tinybird_sdk.generator.index import GeneratedResources
from tinybird_sdk.generator.pipe import GeneratedPipe

URL, TOKEN, CSV = sys.argv[1:]
CONFIG = {"base_url": URL, "token": TOKEN}
ACME = {"type": "PIPES:READ", "resource": "top_events", "fixed_params": {"tenant_id": "acme"}}
EVENT = {"tenant_id": "sdk", "event": "seen", "timestamp": "2024-01-01 00:00:00"}
COUNT = "SELECT count() AS n FROM events"
ONE = "NODE n\nSQL >\n    SELECT 1 AS n\nTYPE endpoint\n"


def refusal(client: TinybirdClient) -> list[object]:
    try:
        client.query("top_events", {})
    except TinybirdError as error:
        return [error.status_code, "Required parameter is not defined" in str(error)]
    return []


def main() -> dict[str, object]:
    client = TinybirdClient(CONFIG)
    jwt = client.tokens.create_jwt(
        {"name": "sdk", "expires_at": int(time.time()) + 60, "scopes": [ACME]}
    )
    reader = TinybirdClient({"base_url": URL, "token": jwt["token"]})
    named = client.query("named", {"names": ["login", "a,b"]})
    done = {
        "event": client.ingest("events", EVENT),
        "batch": client.ingest_batch("events", [EVENT, {"tenant_id": "sdk"}], {"wait": False}),
        "minted": reader.query("top_events", {"tenant_id": "globex"})["data"],
        "array": named["data"],
        "sql": client.sql(f"{COUNT} WHERE tenant_id = 'sdk' FORMAT JSON")["data"],
        "refusal": refusal(client),
        "appended": client.datasources.append("events", {"file": CSV})["quarantine_rows"],
        "dry": client.datasources.delete(
            "events", {"delete_condition": "tenant_id = 'csv'", "dry_run": True}
        ),
        "replaced": client.datasources.replace("events", {"file": CSV})["error"],
        "left": client.sql(f"{COUNT} FORMAT JSON")["data"],
        "truncated": client.datasources.truncate("events"),
        "workspace": get_workspace(CONFIG).scope,
    }
    resources = fetch_all_resources(CONFIG)
    events = next(one for one in resources["datasources"] if one.name == "events")
    top = next(one for one in resources["pipes"] if one.name == "top_events")
    files = pull_all_resource_files(CONFIG)
    pulled = GeneratedResources(
        files["datasources"],
        [
            *files["pipes"],
            GeneratedPipe("one", ONE),
        ],
        files["connections"],
    )
    return done | {
        "column": [events.columns[0].jsonpath, events.engine.sorting_key],
        "params": [[one.name, one.type, one.required] for one in top.params],
        "built": build_to_tinybird(CONFIG, pulled)["pipes"],
        "deployed": deploy_to_main(CONFIG, pulled)["result"],
        "one": client.query("one")["data"],
    }


print(json.dumps(main()))
