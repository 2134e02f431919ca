import { effect, type Signal, signal } from "@preact/signals";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const KEY = "chainrule-theme";

/** Kept by the browser for the next visit, where it allows that. */
function stored(): Theme {
  try {
    const text = localStorage.getItem(KEY);
    return themes.find((name) => name === text) ?? "system";
  } catch {
    return "system";
  }
}

export const theme: Signal<Theme> = signal(stored());

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now: for what draws on a canvas. */
export const dark: Signal<boolean> = signal(false);

/** Puts the theme on the page, now and whenever it changes. */
export function applyTheme(): void {
  const look = () => {
    dark.value = theme.value === "dark" || (theme.value === "system" && prefersDark.matches);
  };
  prefersDark.addEventListener("change", look);
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    look();
    try {
      if (theme.value === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme.value);
    } catch {
      // A browser without storage: the theme lasts as long as the page.
    }
  });
}

/** The value of a colour of the theme, such as `--c0`, for a canvas. Reads `dark`, so that what uses it follows the theme. */
export function colour(name: string): string {
  void dark.value;
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
