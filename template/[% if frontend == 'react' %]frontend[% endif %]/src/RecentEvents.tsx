import type { ParamsOf, RowOf } from "roost";
import { RequestFailed } from "roost";
import { useTinybirdQuery } from "roost-react";

const COLUMNS = {
  timestamp: "Time",
  event: "Event",
  user_id: "User",
  properties: "Properties",
} satisfies Partial<Record<keyof RowOf<"recent_events">, string>>;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** What happened last, newest first, as a table. */
export function RecentEvents({ params }: { params: ParamsOf<"recent_events"> }) {
  const { data, error, status } = useTinybirdQuery("recent_events", { ...params, limit: 20 });
  const isEmpty = status === "ready" && data?.length === 0;
  return (
    <section
      className="card chart full"
      aria-labelledby="chart-recent_events"
      data-chart="recent_events"
      data-state={isEmpty ? "empty" : data && status === "loading" ? "ready" : status}
      aria-busy={status === "loading"}
    >
      <h2 id="chart-recent_events">Recent events</h2>
      <p className="description">What happened last, newest first.</p>
      <div className="card-body">
        <div className="plot">{data && <Table rows={data} />}</div>
        <div className="skeleton plot-skeleton" aria-hidden="true" />
        <p className="note" role="status">
          {isEmpty ? "Nothing happened in this range." : error && sentenceOf(error)}
        </p>
      </div>
    </section>
  );
}

function Table({ rows }: { rows: RowOf<"recent_events">[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Recent events">
      <table>
        <thead>
          <tr>
            {NAMES.map((name) => (
              <th key={name} scope="col" data-column={name}>
                {COLUMNS[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.event_id}>
              {NAMES.map((name) => (
                <td key={name} data-column={name} title={row[name]}>
                  {textOf(name, row[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function textOf(name: Column, value: string) {
  // Tinybird writes times of UTC.
  if (name === "timestamp") return MOMENT.format(new Date(`${value.replace(" ", "T")}Z`));
  return value === "{}" ? "" : value;
}

// What a RequestFailed says is for the reader; anything else is for who mends the page.
function sentenceOf(error: Error) {
  return error instanceof RequestFailed ? error.message : "This could not be shown.";
}
