import { ClerkLoading, OrganizationSwitcher, Show, UserButton } from "@clerk/react";
import { useTenant } from "roost-react";

import { APP, TITLE, page } from "./page.ts";
import { ThemeToggle } from "./ThemeToggle.tsx";

export function Header() {
  const { orgName } = useTenant();
  return (
    <header className="site-header">
      <div className="bar">
        <a className="brand" href={`${APP}/`}>
          <img src={`${APP}/static/icons/mark.svg`} alt="" width={28} height={28} />
          <span>{TITLE}</span>
        </a>
        <div className="slot organization">
          <ClerkLoading>{orgName}</ClerkLoading>
          {page.tenancy === "organization" && (
            <Show when="signed-in">
              <OrganizationSwitcher hidePersonal />
            </Show>
          )}
        </div>
        <ThemeToggle />
        {/* Who has something left to do for Clerk, such as choosing an organization, is signed in. */}
        <Show when="signed-out" treatPendingAsSignedOut={false}>
          <a className="button primary" href={page.clerk.sign_in_url}>
            Sign in
          </a>
        </Show>
        <Show when="signed-in" treatPendingAsSignedOut={false}>
          <div className="slot account">
            <UserButton />
          </div>
        </Show>
      </div>
    </header>
  );
}
