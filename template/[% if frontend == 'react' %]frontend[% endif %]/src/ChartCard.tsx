import type { EndpointName } from "roost";
import { Chart, type ChartProps } from "roost-react";

interface Props<Name extends EndpointName> extends ChartProps<Name> {
  title: string;
  description: string;
  /** How wide it is on a wide screen. */
  size: "wide" | "narrow" | "half" | "full";
  /** The endpoints that the reader may read. */
  granted: string[];
}

/** A chart under its title, for who may read its endpoint. */
export function ChartCard<Name extends EndpointName>(props: Props<Name>) {
  const { title, description, size, granted, ...chart } = props;
  if (!granted.includes(chart.endpoint)) return null;
  return (
    <section className={`card ${size}`} aria-labelledby={`chart-${chart.endpoint}`}>
      <h2 id={`chart-${chart.endpoint}`}>{title}</h2>
      <p className="description">{description}</p>
      <Chart {...chart} label={title} loading="eager" data-chart={chart.endpoint} />
    </section>
  );
}
