// What Tinybird's TypeScript SDK reads and writes, as JSON: use.mjs URL TOKEN FILE.csv

import { TinybirdClient, TinybirdError } from "@tinybirdco/sdk";
import { createTinybirdApi } from "@tinybirdco/sdk/api";
import { getWorkspace } from "@tinybirdco/sdk/api/workspaces";

const [baseUrl, token, file] = process.argv.slice(2);
const event = { tenant_id: "ts", event: "seen", timestamp: "2024-01-01 00:00:00" };
const client = new TinybirdClient({ baseUrl, token });
const api = createTinybirdApi({ baseUrl, token });
const scope = { type: "PIPES:READ", resource: "top_events", fixed_params: { tenant_id: "acme" } };

const { token: jwt } = await client.tokens.createJWT({
  name: "ts", expiresAt: new Date(Date.now() + 60_000), scopes: [scope],
});
const refusal = await client.query("top_events", {}).catch((error) => [
  error instanceof TinybirdError, error.statusCode,
]);
const done = {
  event: await client.ingest("events", event),
  batch: await client.ingestBatch("events", [event, { tenant_id: "ts" }]),
  large: await client.ingest("events", { ...event, amount: 5n, properties: new Map([["a", 1]]) }),
  minted: (await new TinybirdClient({ baseUrl, token: jwt }).query("top_events", {
    tenant_id: "globex",
  })).data,
  array: (await client.query("named", { names: ["login", "a,b"] })).data,
  sql: (await client.sql("SELECT count() AS n FROM events WHERE tenant_id = 'ts' FORMAT JSON")).data,
  refusal,
  appended: (await client.datasources.append("events", { file })).quarantine_rows,
  dry: await client.datasources.delete("events", {
    deleteCondition: "tenant_id = 'csv'", dryRun: true,
  }),
  replaced: (await client.datasources.replace("events", { file })).error,
  left: (await client.sql("SELECT count() AS n FROM events FORMAT JSON")).data,
  truncated: await client.datasources.truncate("events"),
  workspace: (await getWorkspace({ baseUrl, token })).name.startsWith("Tinybird_Local"),
  variables: (await api.requestJson("/v0/variables")).variables,
};
console.log(JSON.stringify(done));
