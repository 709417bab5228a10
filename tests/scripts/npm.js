// npm, as whoever runs the tests has it.

import { execFileSync } from "node:child_process";

/**
 * Run npm in a folder and return what it prints.
 * @param {string[]} command
 * @param {string} cwd
 */
export function npm(command, cwd) {
  const script = process.env.npm_execpath;
  return script
    ? execFileSync(process.execPath, [script, ...command], { cwd }).toString()
    : execFileSync("npm", command, { cwd }).toString();
}
