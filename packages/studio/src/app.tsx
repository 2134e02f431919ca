import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Open } from "./screens/open/Open.tsx";
import { Drops } from "./shell/Drops.tsx";
import { Failures } from "./shell/Failures.tsx";
import { Header } from "./shell/Header.tsx";
import { Help } from "./shell/Help.tsx";
import { NothingOpen } from "./shell/NothingOpen.tsx";
import { screenName } from "./shell/screens.ts";
import { route, type Screen } from "./state/route.ts";
import { awaitingTarget, busy, generation, project } from "./state/studio.ts";

/** The screens that are loaded when they are first shown, so that the first page comes quickly. */
const later: Record<Exclude<Screen, "open">, () => Promise<{ default: ComponentType }>> = {
  trace: () => import("./screens/trace/Trace.tsx"),
  train: () => import("./screens/train/Train.tsx"),
  health: () => import("./screens/health/Health.tsx"),
  compare: () => import("./screens/compare/Compare.tsx"),
};

const loaded = signal<Partial<Record<Screen, ComponentType>>>({ open: Open });
const lost = signal("");

async function load(screen: Screen): Promise<void> {
  if (screen === "open" || loaded.value[screen]) return;
  lost.value = "";
  try {
    const module = await later[screen]();
    loaded.value = { ...loaded.value, [screen]: module.default };
  } catch {
    lost.value = screen;
  }
}

export function App() {
  const { screen } = route.value;
  useEffect(() => {
    void load(screen);
  }, [screen]);
  const title = project.value?.title ?? awaitingTarget.value?.name;
  useEffect(() => {
    document.title = [screenName[screen], title, "chainrule studio"].filter(Boolean).join(" · ");
  }, [screen, title]);
  return (
    <>
      <button type="button" class="button skip" onClick={skip}>
        Skip to the content
      </button>
      <Header />
      <Failures />
      <main id="main" tabIndex={-1} class={`screen screen-${screen}`} aria-busy={busy.value !== ""}>
        <Place screen={screen} />
      </main>
      <Help />
      <Drops />
    </>
  );
}

/** No link: the part of the address after # belongs to the screens. */
function skip(): void {
  document.querySelector<HTMLElement>("#main")?.focus();
}

function Place({ screen }: { screen: Screen }) {
  if (screen !== "open" && project.value === null) return <NothingOpen />;
  if (lost.value === screen)
    return (
      <div class="empty" role="alert">
        <p>This screen could not be loaded.</p>
        <button type="button" onClick={() => void load(screen)}>
          Try again
        </button>
      </div>
    );
  const Shown = loaded.value[screen];
  if (!Shown) return <p class="empty dim">Loading…</p>;
  // What belonged to another project, or to another training, starts afresh.
  return <Shown key={screen === "open" ? screen : `${screen}-${generation.value}`} />;
}
