import { useLayoutEffect } from "react";
import { useTenant } from "roost-react";

import { Choose } from "./Choose.tsx";
import { Dashboard } from "./Dashboard.tsx";
import { Landing } from "./Landing.tsx";
import { Loading } from "./Loading.tsx";
import { SignPage } from "./SignPage.tsx";

const SIGN_PAGES = ["sign-in", "sign-up"] as const;
const VIEWS = {
  switching: "loading",
  "signed-out": "landing",
  pending: "choose",
  "no-tenant": "choose",
  ready: "dashboard",
} as const;

/** What the address and the reader's session ask for. */
export function View() {
  const { state, tenantId } = useTenant();
  const form = SIGN_PAGES.find((name) => location.pathname.endsWith(`/${name}`));
  const view = form ?? VIEWS[state];
  useOnBody(view, form ? undefined : tenantId);

  if (form) return <SignPage form={form} />;
  // By its key: nothing that one tenant saw is another one's.
  if (state === "ready") return <Dashboard key={tenantId} />;
  if (state === "signed-out") return <Landing />;
  return state === "switching" ? <Loading /> : <Choose isPending={state === "pending"} />;
}

// The style sheets look there.
function useOnBody(view: string, tenantId: string | undefined) {
  useLayoutEffect(() => {
    const { dataset } = document.body;
    dataset.view = view;
    if (tenantId) dataset.tenant = tenantId;
    else delete dataset.tenant;
  }, [view, tenantId]);
}
