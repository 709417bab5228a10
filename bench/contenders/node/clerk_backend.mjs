// What the middleware of a Next.js app of Clerk's and Tinybird's template does per request:
// `verifyToken` of @clerk/backend and `SignJWT` of jose. It gets the bare token, to its advantage.
// Lines in and out are those of ../timing.py.

import { createInterface } from "node:readline";
import { verifyToken } from "@clerk/backend";
import { SignJWT } from "jose";

const LIFE_S = 300;

async function handle(token, task, secret) {
  const session = await verifyToken(token, {
    jwtKey: task.pem,
    authorizedParties: [task.party],
  });
  if (!session.sub) throw new Error("not signed in");
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...task.claims, iat: now, exp: now + LIFE_S })
    .setProtectedHeader({ alg: "HS256" })
    .sign(secret);
}

async function timed(tokens, task, secret) {
  const durations = [];
  for (const token of tokens) {
    const since = process.hrtime.bigint();
    await handle(token, task, secret);
    durations.push(Number(process.hrtime.bigint() - since));
  }
  return durations;
}

function tokenOf([authorization, cookie]) {
  const text = authorization?.slice("Bearer ".length);
  return text ?? /(?:^|; )__session=([^;]*)/.exec(cookie)[1];
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const task = JSON.parse((await lines.next()).value);
const secret = new TextEncoder().encode(task.secret);
for await (const line of lines) {
  const tokens = JSON.parse(line).map(tokenOf);
  const first = await timed(tokens, task, secret);
  const again = await timed([...tokens, ...tokens, ...tokens], task, secret);
  const minted = await handle(tokens.at(-1), task, secret);
  process.stdout.write(`${JSON.stringify({ first, again, minted })}\n`);
}
