// The chart element as a component.

import { createElement, useEffect, useRef } from "react";
import { RoostChart } from "roost/chart";

import { usePage } from "./provider.js";

/** @type {typeof import("./index.js").Chart} */
export function Chart({ endpoint, params, spec, label, ...rest }) {
  const { roost } = usePage();
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  const asked = params && JSON.stringify(params);

  useEffect(() => {
    if (!(element.current instanceof RoostChart)) return;
    // Not as properties, whose defaults stand for what is not given.
    write(element.current, { endpoint, params: asked, spec, label });
    element.current.roost = roost;
  }, [roost, endpoint, asked, spec, label]);

  return createElement("roost-chart", { ...rest, ref: element });
}

/**
 * @param {HTMLElement} element
 * @param {Record<string, string | undefined>} attributes
 */
function write(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}
