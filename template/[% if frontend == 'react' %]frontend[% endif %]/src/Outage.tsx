import { ClerkFailed } from "@clerk/react";
import { isClerkRuntimeError } from "@clerk/react/errors";

// Clerk rejects a promise that nobody holds as well; the banner says all that there is to say.
addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  const isOutage = isClerkRuntimeError(reason) && reason.code.startsWith("failed_to_load_clerk");
  if (isOutage) event.preventDefault();
});

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
