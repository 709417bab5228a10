import { SignIn, SignUp } from "@clerk/react";

import { TITLE, page } from "./page.ts";

/** Clerk's own forms; their steps live in the hash, because the server knows these two pages alone. */
export function SignPage({ form }: { form: "sign-in" | "sign-up" }) {
  const { sign_in_url, sign_up_url } = page.clerk;
  const fallback = <div className="skeleton form-skeleton" />;
  return (
    <section className="sign">
      <h1 className="visually-hidden">
        {form === "sign-in" ? "Sign in to" : "Sign up for"} {TITLE}
      </h1>
      <div className="clerk-form">
        {form === "sign-in" ? (
          <SignIn routing="hash" signUpUrl={sign_up_url} fallback={fallback} />
        ) : (
          <SignUp routing="hash" signInUrl={sign_in_url} fallback={fallback} />
        )}
      </div>
    </section>
  );
}
