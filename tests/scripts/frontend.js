// The React front end as a project has it: the template's files for one starter, beside the library.

import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TEMPLATE = fileURLToPath(new URL("../../template/", import.meta.url));
const FRONTEND = join(TEMPLATE, "[% if frontend == 'react' %]frontend[% endif %]");
const LIBRARY = "vendor/roost/src/roost";
const CONDITION = /^\[% if starter == '(\w+)' %\](.+)\[% endif %\]$/;

/**
 * Lay out a project's front end, and the folder that it is built into.
 * @param {string} project
 * @param {string} starter
 * @returns {string} its folder
 */
export function layOut(project, starter) {
  const frontend = join(project, "frontend");
  copy(FRONTEND, frontend, starter);
  for (const name of ["browser", "react"]) {
    cpSync(join(TEMPLATE, LIBRARY, name), join(project, LIBRARY, name), { recursive: true });
  }
  mkdirSync(join(project, "src", "acme", "dashboard", "static"), { recursive: true });
  return frontend;
}

/**
 * @param {string} from
 * @param {string} to
 * @param {string} starter whose files are taken, and no other's
 */
function copy(from, to, starter) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [, wanted = starter, name = entry.name] = CONDITION.exec(entry.name) ?? [];
    if (wanted !== starter || name === "node_modules") continue;
    const source = join(from, entry.name);
    if (entry.isDirectory()) copy(source, join(to, name), starter);
    else cpSync(source, join(to, name));
  }
}
