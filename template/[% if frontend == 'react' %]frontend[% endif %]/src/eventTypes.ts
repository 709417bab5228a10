import { readPublic } from "roost";

import { APP } from "./page.ts";

interface EventType {
  event: string;
  label: string;
  description: string;
}

let types: Promise<EventType[]> | null = null;

/** The catalogue of events, which everybody may read; empty where there is none. */
export function eventTypes(): Promise<EventType[]> {
  types ??= readPublic(APP, "event_types").then(
    ({ data }) => data.map(({ event, label, description }) => ({ event, label, description })),
    () => [],
  );
  return types;
}
