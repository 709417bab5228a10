import { type Status, useTinybirdQuery } from "roost-react";

import type { Period } from "./selection.ts";

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** The headline numbers, all of one request. */
export function Numbers({ period, event }: { period: Period; event: string }) {
  const { data, status } = useTinybirdQuery("totals", { ...period, event });
  const [totals] = data ?? [];
  const perUser = totals && totals.events / Math.max(1, totals.users);
  return (
    <div className="numbers" id="numbers">
      <Figure id="events" label="Events" value={totals?.events} status={status} />
      <Figure id="users" label="Users" value={totals?.users} status={status} />
      <Figure id="events_per_user" label="Events a user" value={perUser} status={status} />
    </div>
  );
}

interface FigureProps {
  id: string;
  label: string;
  value: number | undefined;
  status: Status;
}

function Figure({ id, label, value, status }: FigureProps) {
  const isWaiting = status === "loading";
  const text = value === undefined ? "–" : (value < 100 ? SHORT : WHOLE).format(value);
  return (
    <div
      className="card number"
      data-number={id}
      data-value={value}
      data-state={isWaiting && value === undefined ? "loading" : status}
      aria-busy={isWaiting}
    >
      <h2>{label}</h2>
      <p className="value">{isWaiting && value === undefined ? "" : text}</p>
      <p className="change">{status === "error" ? "Not available" : "in this range"}</p>
    </div>
  );
}
