import { OrganizationSwitcher, UserButton } from "@clerk/react";
import { useTenant } from "roost-react";

import { APP, TITLE, page } from "./page.ts";
import { ThemeToggle } from "./ThemeToggle.tsx";

export function Header() {
  const { state, orgName } = useTenant();
  const hasOrganizations = page.tenancy === "organization" && state !== "pending";
  return (
    <header className="site-header">
      <div className="bar">
        <a className="brand" href={`${APP}/`}>
          <img src={`${APP}/static/icons/mark.svg`} alt="" width={28} height={28} />
          <span>{TITLE}</span>
        </a>
        <div className="slot organization">
          {state !== "signed-out" && hasOrganizations && (
            <OrganizationSwitcher hidePersonal fallback={orgName} />
          )}
        </div>
        <ThemeToggle />
        {state === "signed-out" ? (
          <a className="button primary" href={page.clerk.sign_in_url}>
            Sign in
          </a>
        ) : (
          <div className="slot account">
            <UserButton />
          </div>
        )}
      </div>
    </header>
  );
}
