import { Suspense, use } from "react";

import { eventTypes } from "./eventTypes.ts";
import { APP, TITLE, page } from "./page.ts";

/** What a visitor reads before signing in. */
export function Landing() {
  return (
    <section data-view="landing" className="landing">
      <div className="hero">
        <h1>See what your customers do, as it happens</h1>
        <p>
          {TITLE} counts events and shows them as charts. Your data is for you
          {page.tenancy === "organization" && " and your team"}, and for nobody else.
        </p>
        <p className="actions">
          <a className="button primary large" href={page.clerk.sign_in_url}>
            Sign in
          </a>
          <a className="button large" href={page.clerk.sign_up_url}>
            Create an account
          </a>
        </p>
      </div>
      <Suspense>
        <EventTypes />
      </Suspense>
    </section>
  );
}

// The catalogue is public itself.
function EventTypes() {
  const types = use(eventTypes());
  if (types.length === 0) return null;
  return (
    <div className="card" id="event-types">
      <h2>What is counted</h2>
      <dl className="event-list" id="event-types-list">
        {types.map(({ event, label, description }) => (
          <div key={event}>
            <dt>{label || event}</dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={`${APP}/public`}>Look at what is public</a>
      </p>
    </div>
  );
}
