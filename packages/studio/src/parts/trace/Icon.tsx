const shapes = {
  play: "M3 1 14 8 3 15z",
  pause: "M3 1h4v14H3zM9 1h4v14H9z",
  back: "M11 1v14L2 8z",
  forth: "M5 1v14l9-7z",
  up: "M1 11h14L8 2z",
  down: "M1 5h14l-7 9z",
} as const;

/** A sign on a button: drawn, because not every font has one. */
export function Icon({ shape }: { shape: keyof typeof shapes }) {
  return (
    <svg class="trace-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[shape]} />
    </svg>
  );
}
