import { ClerkFailed } from "@clerk/react";

/** Without Clerk nobody knows who is signed in: the page says so, and tries again when asked. */
export function Outage() {
  return (
    <ClerkFailed>
      <div className="banner" id="banner" role="status">
        <span>The sign-in service (Clerk) cannot be reached.</span>
        <button type="button" className="button small" onClick={() => location.reload()}>
          Try now
        </button>
      </div>
    </ClerkFailed>
  );
}
