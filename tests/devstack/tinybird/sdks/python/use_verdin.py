"""What the community client reads and writes, as JSON: use_verdin.py URL TOKEN."""

import json
import sys

from verdin.api import ApiError
from verdin.client import Client

URL, TOKEN = sys.argv[1:]
EVENT = {"tenant_id": "v", "event": "seen", "timestamp": "2024-01-01 00:00:00"}


def main() -> dict[str, object]:
    client = Client(TOKEN, api=URL)
    api, events, top = client.api, client.datasource("events"), client.pipe("top_events")
    sent = api.events.send("events", [EVENT, {"tenant_id": "v"}], wait=True, compress=True)
    described = api.datasources.get_information("events").info
    formats = ("CSV", "CSVWithNames", "TSV", "TSVWithNames", "JSONEachRow", "PrettyCompact")
    count = "SELECT count() AS n FROM events WHERE tenant_id = 'v'"
    done = {
        "sent": [sent.successful_rows, sent.quarantined_rows],
        "later": events.send_events([EVENT]).successful_rows,
        "ndjson": events.append_ndjson([EVENT]).json()["quarantine_rows"],
        "csv": events.append([["v", "e;f", "2024-01-01 00:00:00", 1, "{}"]], delimiter=";").json()[
            "quarantine_rows"
        ],
        "query": top.query({"tenant_id": "acme"}).data,
        "long": api.pipes.query("top_events", parameters={"tenant_id": "x" * 9000}).data,
        "paged": [page.data for page in client.pipe("names").pages(page_size=2)],
        "csv_pipe": api.pipes.query("names", format="csv").data[0],
        "ndjson_pipe": api.pipes.query("names", format="ndjson").data[0],
        "sql": client.sql(count).json().data,
        "formats": {one: api.query.query(count, format=one).text.strip() for one in formats},
        "parquet": api.query.query(count, format="Parquet").content[:4].decode(),
        "templated": api.query.query(
            "%\nSELECT {{ String(who) }} AS who", parameters={"who": "me"}
        ).data,
        "datasources": sorted(one["name"] for one in api.datasources.list().datasources),
        "used_by": [one["name"] for one in described["used_by"]],
        "pipe": api.pipes.get_information("top_events").info["nodes"][0]["name"],
        "pipes": sorted(one["name"] for one in api.pipes.list(node_attrs=["name"]).pipes),
        "tokens": sorted(one["name"] for one in api.tokens.list().tokens),
        "token": api.tokens.get_information(TOKEN).info["scopes"],
        "variable": api.variables.create("KEY", "a b").variable["type"],
        "updated": api.variables.update("KEY", "c").variable["name"],
        "variables": [one["name"] for one in api.variables.list().variables],
        "read": api.variables.get("KEY").variable["name"],
        "deleted": api.variables.delete("KEY").ok,
    }
    events.truncate()
    return done | {"left": client.sql(count).json().data, "missing": missing(client)}


def missing(client: Client) -> list[object]:
    found: list[object] = []
    for ask in (client.api.datasources.get_information, client.api.variables.get):
        try:
            ask("nowhere")
        except ApiError as error:
            found.append([type(error).__name__, error.status_code])
    return found


print(json.dumps(main()))
