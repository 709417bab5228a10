// Who is signed in, for which tenant; and the scope that everything of that pair lives in.

let generations = 0;

/** One (user, tenant) on this page, from its opening to its end; it never comes back. */
export class Scope {
  #controller = new AbortController();

  /**
   * @param {string} userId
   * @param {string} tenantId
   */
  constructor(userId, tenantId) {
    this.userId = userId;
    this.tenantId = tenantId;
    this.generation = ++generations;
  }

  /** Aborted when the scope ends: requests, timers and listeners of the pair hang on it. */
  get signal() {
    return this.#controller.signal;
  }

  /** Names the pair; equal for two scopes of the same user and tenant. */
  get pair() {
    return `${this.userId} ${this.tenantId}`;
  }

  /** Throw if the scope has ended, so that a late answer goes no further. */
  check() {
    this.signal.throwIfAborted();
  }

  /** End the scope and abort whatever is under way in it. */
  close() {
    this.#controller.abort();
  }
}

/**
 * @typedef {{state: "switching" | "signed-out"}
 *   | {state: "pending" | "no-tenant", userId: string}
 *   | {state: "ready", userId: string, tenantId: string}} Standing
 * pending: Clerk wants something of the user first, such as the choice of an organization.
 */

/**
 * Say who is signed in and for which tenant.
 * @param {object} resources what ClerkJS gives its listeners
 * @param {"organization" | "user"} tenancy
 * @returns {Standing} `switching` while ClerkJS changes session or organization
 */
export function standingOf({ session, user }, tenancy) {
  if (session === undefined) return { state: "switching" };
  if (session === null || !user) return { state: "signed-out" };
  const userId = user.id;
  if (session.status === "pending") return { state: "pending", userId };
  const tenantId = tenancy === "user" ? userId : session.lastActiveOrganizationId;
  return tenantId ? { state: "ready", userId, tenantId } : { state: "no-tenant", userId };
}

/**
 * Tell whether two standings are the same, so that nothing need be thrown away.
 * @param {Standing | null} one
 * @param {Standing} other
 * @returns {boolean}
 */
export function sameStanding(one, other) {
  return (
    one?.state === other.state && one.userId === other.userId && one.tenantId === other.tenantId
  );
}
