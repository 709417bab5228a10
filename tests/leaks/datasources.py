"""Datasources whose tenant somebody else than the ingestion can set."""

from __future__ import annotations

from .variant import MINE, Variant, datasource, endpoint, rollup

ITEM = "`item` String `json:$.item`"
TENANT_ID = "`tenant_id` String `json:$.tenant_id`"


def _table(name: str, tenant: str, rule: str, *, head: str = "", end: str = "") -> Variant:
    files = datasource(f"{name}_items", tenant, ITEM, head=head, end=end)
    read = endpoint(name, f"SELECT item FROM {name}_items {MINE} ORDER BY item")
    return Variant(name, files | read, rule=rule, builds=not end and not head)


VARIANTS = (
    _table("tenant_from_another_path", "`tenant_id` String `json:$.org`", "TENANT11"),
    _table("tenant_from_the_properties", "`tenant_id` String `json:$.properties.org`", "TENANT11"),
    _table("tenant_from_the_user", "`tenant_id` String `json:$.user_id`", "TENANT11"),
    _table("tenant_from_a_list", "`tenant_id` String `json:$.tenant_ids[0]`", "TENANT11"),
    _table("tenant_in_other_letters", "`tenant_id` String `json:$.TENANT_ID`", "TENANT11"),
    _table(
        "tenant_with_a_default",
        "`tenant_id` String `json:$.tenant_id` DEFAULT 'org_demo'",
        "TENANT11",
    ),
    _table(
        "tenant_with_an_empty_default",
        "`tenant_id` String `json:$.tenant_id` DEFAULT ''",
        "TENANT11",
    ),
    _table("several_tenants", "`tenant_id` Array(String) `json:$.tenant_id[:]`", "TENANT11"),
    _table("numbered_tenant", "`tenant_id` UInt64 `json:$.tenant_id`", "TENANT11"),
    _table("short_tenant", "`tenant_id` FixedString(8) `json:$.tenant_id`", "TENANT11"),
    _table("listed_tenant", "`tenant_id` LowCardinality(String) `json:$.tenant_id`", "TENANT11"),
    _table(
        "a_second_token_that_appends",
        TENANT_ID,
        "TENANT12",
        head='TOKEN "app_ingest" APPEND\n\nTOKEN "partner_ingest" APPEND\n\n',
    ),
    _table("shared_with_a_workspace", TENANT_ID, "TENANT12", end="\nSHARED_WITH >\n    partner\n"),
    _table(
        "shared_with_two_workspaces",
        TENANT_ID,
        "TENANT12",
        end="\nSHARED_WITH >\n    partner,\n    auditor\n",
    ),
    _table(
        "a_constant_tenant_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT 'org_demo' AS tenant_id, item\n",
    ),
    _table(
        "an_item_as_the_tenant_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT item AS tenant_id, item\n",
    ),
    _table(
        "a_lowered_tenant_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT lower(tenant_id) AS tenant_id, item\n",
    ),
    _table(
        "a_tenant_if_missing_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT if(tenant_id = '', 'org_demo', tenant_id) AS tenant_id,"
        " item\n",
    ),
    _table(
        "a_replaced_tenant_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT * REPLACE (upper(tenant_id) AS tenant_id)\n",
    ),
    _table(
        "a_named_tenant_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    WITH 'org_demo' AS tenant_id SELECT tenant_id, item\n",
    ),
    _table(
        "a_swapped_tenant_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT tenant_id AS item, item AS tenant_id\n",
    ),
    _table(
        "others_items_when_migrated",
        TENANT_ID,
        "TENANT13",
        end="\nFORWARD_QUERY >\n    SELECT tenant_id, any(item) OVER () AS item\n",
    ),
    Variant(
        "key_without_the_tenant",
        datasource(
            "key_without_the_tenant_kept",
            "`item` String",
            "`tenant_id` String",
            "`n` SimpleAggregateFunction(sum, UInt64)",
            key="item",
            engine="AggregatingMergeTree",
        )
        | rollup(
            "key_without_the_tenant_kept",
            "SELECT toString(event) AS item, tenant_id, count() AS n FROM events"
            " GROUP BY item, tenant_id",
        )
        | endpoint(
            "key_without_the_tenant",
            f"SELECT item, n FROM key_without_the_tenant_kept FINAL {MINE} ORDER BY item",
        ),
        rule="TENANT06",
    ),
    Variant(
        "newest_row_of_any_tenant",
        datasource(
            "newest_row_of_any_tenant_items",
            TENANT_ID,
            ITEM,
            key="item",
            engine="ReplacingMergeTree",
        )
        | endpoint(
            "newest_row_of_any_tenant",
            f"SELECT item FROM newest_row_of_any_tenant_items FINAL {MINE} ORDER BY item",
        ),
        rule="TENANT04",
    ),
)
