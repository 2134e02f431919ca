import type { ComponentChildren } from "preact";
import { WIDTH } from "./axes.ts";

interface Props {
  readonly height: number;
  readonly width?: number;
  /** What the picture shows, for those who do not see it. */
  readonly title: string;
  readonly children: ComponentChildren;
}

/** The frame of a chart: an SVG picture that shrinks with its place, with texts in the colour of remarks. */
export const Picture = ({ height, width = WIDTH, title, children }: Props) => (
  <svg
    class="chart"
    viewBox={`0 0 ${width} ${height}`}
    width={width}
    height={height}
    role="img"
    aria-label={title}
    fill="var(--dim)"
    font-family="system-ui, sans-serif"
    font-size="11"
  >
    {children}
  </svg>
);
