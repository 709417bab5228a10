"use client";

// roost.js and the chart element for React; index.d.ts says what each part does.

export { Chart } from "./chart.js";
export { TinybirdProvider, useRoost, useTenant } from "./provider.js";
export { useTinybirdEndpoints, useTinybirdQuery } from "./reading.js";
export { useTinybirdToken } from "./token.js";
