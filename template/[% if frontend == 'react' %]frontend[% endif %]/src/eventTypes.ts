import { readPublic } from "roost";

import { APP } from "./page.ts";

interface EventType {
  event: string;
  label: string;
  description: string;
}

/** The catalogue of events, which everybody may read; empty where there is none. */
export const eventTypes: Promise<EventType[]> = readPublic(APP, "event_types").then(
  ({ data }) => data.map(({ event, label, description }) => ({ event, label, description })),
  () => [],
);
