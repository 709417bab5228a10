"""Questions about rows that a filter drops: `T` stands for the datasource."""

# One answers otherwise, or fails otherwise, wherever the engine lets a dropped row be felt.
FUNCTIONS = (
    *("throwIf(event LIKE 'secret%')", "throwIf(session LIKE 'secret%')", "toInt64(session)"),
    *("toDate(day)", "intDiv(10, divisor)", "intDiv(10, mostly)", "throwIf(mostly = 0)"),
    *("10 % divisor", "accurateCast(number, 'UInt8')", "toDecimal32(session, 2)"),
    *("CAST(event AS Enum8('login0' = 0, 'login1' = 1, 'login2' = 2))", "throwIf(kind = 'secret')"),
    *(
        "throwIf(maybe LIKE 'secret%')",
        "throwIf(seldom LIKE 'secret%')",
        "throwIf(fixed = 'secret')",
    ),
    *("arrayMap(one -> throwIf(one LIKE 'secret%'), names)", "toInt64(numbers[1])", "names[2]"),
    *(
        "throwIf(has(names, 'secret1'))",
        "arrayMap(one -> throwIf(one = 'secret1'), mapKeys(counts))",
    ),
    *("throwIf(pair.name LIKE 'secret%')", "tupleElement(pair, 'number') + 1", "counts['secret1']"),
    *("throwIf(JSONHas(text, 'secret'))", "document.secret", "throwIf(document.plan = 'secret')"),
    *("toInt64(document.count)", "dynamicType(anything)", "throwIf(anything = 'secret')"),
    *(
        "CAST(anything AS Int64)",
        "toDecimal32(anything, 1)",
        "byteSize(anything)",
        "byteSize(event)",
    ),
    *("byteSize(document)", "byteSize(mostly)", "dumpColumnStructure(event)", "toTypeName(event)"),
    *("dumpColumnStructure(mostly)", "dumpColumnStructure(document)", "lowCardinalityKeys(event)"),
    *(
        "lowCardinalityIndices(event)",
        "transform(event, ['login0'], [1], throwIf(event = 'secret1'))",
    ),
    *("if(number < 100, 0, throwIf(1))", "number < 100 OR throwIf(1)", "range(number * 10000)"),
    *("coalesce(seldom, toString(throwIf(seldom LIKE 'secret%')))", "repeat('x', number * 4000)"),
    *("uniqMerge(states)", "finalizeAggregation(states)", "max(highest)", "throwIf(highest > 900)"),
    *("blockSize()", "blockNumber()", "rowNumberInBlock()", "rowNumberInAllBlocks()"),
    *("parseDateTime(event, '%Y')", "sum(ratio)", "quantile(0.3)(ratio)", "lines.price", "lines"),
)
SHAPES = (
    "SELECT {f} FROM T",
    "SELECT count() FROM T WHERE ignore({f}) = 0",
)
QUESTIONS = (
    "SELECT event FROM T GROUP BY event HAVING throwIf(event LIKE 'secret%') = 0 ORDER BY event",
    "SELECT session, count() FROM T GROUP BY session HAVING toInt64(session) > 0 ORDER BY 1",
    "SELECT count() FROM T AS a JOIN T AS b ON toInt64(a.session) = toInt64(b.session)",
    "SELECT count() FROM T AS a JOIN T AS b ON a.event = b.event AND throwIf(b.number > 99) = 0",
    "SELECT count() FROM T AS a LEFT JOIN T AS b USING (event) WHERE throwIf(b.number > 99) = 0",
    "SELECT count() FROM T AS a SEMI JOIN T AS b USING (event) WHERE throwIf(a.number > 99) = 0",
    "SELECT session FROM T ORDER BY throwIf(session LIKE 'sec%'), session LIMIT 2",
    "SELECT session FROM T LIMIT 1 BY toInt64(session)",
    "SELECT session FROM T LIMIT 2",
    "SELECT session FROM T LIMIT 1 OFFSET 2",
    "SELECT event, count() FROM T GROUP BY event LIMIT 1",
    "SELECT DISTINCT event FROM T LIMIT 2",
    "SELECT sum(toInt64(session)) OVER (PARTITION BY event ORDER BY number) FROM T ORDER BY 1",
    "SELECT session FROM T QUALIFY row_number() OVER (ORDER BY session) > throwIf(number > 99)",
    "SELECT count() FROM numbers(9) WHERE toString(number) IN (SELECT session FROM T)",
    "SELECT count() FROM T WHERE session IN (SELECT toString(toInt64(session)) FROM T)",
    "SELECT (SELECT max(toInt64(session)) FROM T)",
    "SELECT (SELECT groupArray(throwIf(event = 'secret1')) FROM T)",
    "SELECT EXISTS (SELECT 1 FROM T WHERE throwIf(number > 99) = 0 AND number > 99)",
    "SELECT count() FROM T AS a WHERE EXISTS (SELECT 1 FROM T AS b WHERE a.event = b.event)",
    "SELECT count() FROM (SELECT DISTINCT session FROM T) WHERE throwIf(session LIKE 'sec%') = 0",
    "SELECT count() FROM (SELECT * FROM T ORDER BY number) WHERE toInt64(session) > 0",
    "SELECT count() FROM (SELECT * FROM T ORDER BY number LIMIT 9) WHERE toInt64(session) > 0",
    "WITH a AS (SELECT event, toInt64(session) AS n FROM T) SELECT * FROM a WHERE n > 0 ORDER BY n",
    "SELECT session FROM T UNION ALL SELECT event FROM T WHERE throwIf(event LIKE 'sec%') = 0",
    "SELECT one FROM T ARRAY JOIN names AS one WHERE throwIf(one LIKE 'secret%') = 0",
    "SELECT arrayJoin(names) AS one FROM T WHERE throwIf(one LIKE 'secret%') = 0",
    "SELECT event, count() FROM T GROUP BY ROLLUP(event) ORDER BY event",
    "SELECT event, max(session) FROM T GROUP BY event WITH TOTALS ORDER BY event",
    "SELECT sumIf(toInt64(session), number < 100), countIf(throwIf(event = 'secret1') = 0) FROM T",
    "SELECT min(number), max(number), any(event), groupArray(session), topK(2)(event) FROM T",
    "SELECT count() FROM T WHERE tenant_id = 'acme' AND throwIf(number > 99) = 0",
    "SELECT count() FROM T WHERE number < 100 AND toInt64(session) > 0",
    "SELECT count() FROM T PREWHERE throwIf(number > 99) = 0",
    "SELECT count() FROM T FINAL WHERE throwIf(number > 99) = 0",
    "SELECT count() FROM T SAMPLE 1 / 2",
    "SELECT _part, _part_offset, _block_number FROM T",
    "SELECT * FROM T ORDER BY number",
    "SELECT COLUMNS('sess') APPLY toInt64 FROM T",
    "SELECT t.session FROM T AS t WHERE number IN (SELECT number FROM T WHERE divisor > 0)",
    "SELECT count() FROM T WHERE tenant_id = 'beta' OR throwIf(tenant_id = 'beta') = 0",
)


def every_question() -> list[str]:
    """Return all of them, each function in each shape."""
    return [*QUESTIONS, *(shape.format(f=f) for f in FUNCTIONS for shape in SHAPES)]
