import { useEffect, useRef } from "preact/hooks";
import { colour, dark } from "../../state/theme.ts";

/** What a drawing works with: lengths in CSS pixels, colours by the names of the theme's variables. */
export interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  colour(name: string): string;
}

interface Props {
  /** Draws on the cleared canvas. Called again whenever it, the size or the theme changes. */
  readonly draw: (brush: Brush) => void;
  /** Height over width. */
  readonly ratio: number;
  /** One sentence that says what is to be seen. */
  readonly label: string;
}

/** A canvas as wide as its place, sharp on every screen. */
export function Canvas({ draw, ratio, label }: Props) {
  const element = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;

  const paint = useRef(() => {
    const canvas = element.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context || canvas.clientWidth === 0) return;
    const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio];
    const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
      canvas.width = pixelWidth;
      canvas.height = pixelHeight;
    }
    const style = getComputedStyle(canvas);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `11px ${style.fontFamily}`;
    latest.current({ context, width, height, colour: (name) => colour(`--${name}`) });
  });

  useEffect(() => {
    const frame = requestAnimationFrame(paint.current);
    return () => cancelAnimationFrame(frame);
  }, [draw, ratio, dark.value]);

  useEffect(() => {
    const sizes = new ResizeObserver(() => paint.current());
    if (element.current) sizes.observe(element.current);
    return () => sizes.disconnect();
  }, []);

  return (
    <canvas
      ref={element}
      role="img"
      aria-label={label}
      class="drawing"
      style={{ aspectRatio: String(1 / ratio) }}
    />
  );
}
