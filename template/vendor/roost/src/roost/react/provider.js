// One Roost for a tree of components, and whose data it reads at the moment.

import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useEffectEvent,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { createRoost } from "roost";

/**
 * @typedef {import("roost").Roost} Roost
 * @typedef {import("roost").Standing} Standing
 * @typedef {{roost: Roost | null, standing: Standing, signal: AbortSignal | null,
 *   orgName: string}} Page
 * signal: aborted when the tenant's time is over; null while there is no tenant.
 */

const PageContext = createContext(/** @type {Page | null} */ (null));
/** @type {Standing} */
const UNKNOWN = { state: "switching" };
/** @type {Page} */
const NOTHING = { roost: null, standing: UNKNOWN, signal: null, orgName: "" };

/** @type {typeof import("./index.js").TinybirdProvider} */
export function TinybirdProvider({ children, initialToken, initialOrgName = "", ...options }) {
  const { clerk, session, url } = options;
  const [page, setPage] = useState({ ...NOTHING, orgName: initialOrgName });
  const begin = useEffectEvent(() => createRoost({ ...options, initial: initialToken }));
  // The name is that of the first token's organization, and of no other.
  const nameOf = useEffectEvent((/** @type {Standing} */ { tenantId }) =>
    tenantId && tenantId === initialToken?.tenant_id ? initialOrgName : "",
  );

  useEffect(() => {
    const roost = begin();
    let isFollowing = false;
    const leave = roost.onTenantChange((standing, signal) => {
      // What is known already is no change: until Clerk has answered, the first name stays.
      if (!isFollowing && standing.state === "switching") return;
      const show = () => setPage({ roost, standing, signal, orgName: nameOf(standing) });
      // At once, not when React finds the time: nothing of a tenant outlives its time on the page,
      // not even in a page that the browser puts aside in this moment.
      if (isFollowing) flushSync(show);
      else show();
    });
    isFollowing = true;
    return () => {
      leave();
      roost.close();
      setPage((last) => (last.standing === UNKNOWN ? last : NOTHING));
    };
  }, [clerk, session, url]);

  return createElement(PageContext, { value: page }, children);
}

/** What the nearest provider knows. */
export function usePage() {
  const page = useContext(PageContext);
  if (!page) throw new Error("This needs a TinybirdProvider around it.");
  return page;
}

/** @type {typeof import("./index.js").useRoost} */
export function useRoost() {
  return usePage().roost;
}

/** @type {typeof import("./index.js").useTenant} */
export function useTenant() {
  const { standing, orgName } = usePage();
  return { ...standing, orgName };
}
