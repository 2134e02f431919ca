import { signal } from "@preact/signals";
import { Button, Select } from "../parts/controls/index.ts";
import { go, hashOf, route, screens } from "../state/route.ts";
import { awaitingTarget, busy, pause, progress, project } from "../state/studio.ts";
import { type Theme, theme, themes } from "../state/theme.ts";
import { showHelp } from "./Help.tsx";
import { screenName } from "./screens.ts";
import { Training } from "./Training.tsx";

export function Header() {
  return (
    <header>
      <div class="head">
        <a class="brand" href={hashOf({ ...route.value, screen: "open" })}>
          <Mark />
          chainrule studio
        </a>
        <nav aria-label="Screens">
          <ul>
            {screens.map((screen) => (
              <li key={screen}>
                <a
                  href={hashOf({ ...route.value, screen })}
                  aria-current={route.value.screen === screen ? "page" : undefined}
                  data-name={screenName[screen]}
                >
                  {screenName[screen]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="tools">
          <Select<Theme>
            label="Theme"
            hideLabel
            value={theme.value}
            options={themes.map((value) => ({ value, label: `${value[0]?.toUpperCase()}${value.slice(1)}` }))}
            onChange={(chosen) => {
              theme.value = chosen;
            }}
          />
          <Button kind="quiet" onClick={showHelp} label="Help and keyboard" title="Help and keyboard (?)">
            ?
          </Button>
        </div>
      </div>
      <State />
    </header>
  );
}

/** Three units, as on the icon. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f6feb" />
      <path d="M8 9 24 16 8 23M8 9v14" stroke="#fff" stroke-width="2" fill="none" />
      <circle cx="8" cy="9" r="3.2" fill="#fff" />
      <circle cx="8" cy="23" r="3.2" fill="#fff" />
      <circle cx="24" cy="16" r="3.2" fill="#fff" />
    </svg>
  );
}

/** What is open, how training goes, and the link. */
function State() {
  const title = project.value?.title ?? awaitingTarget.value?.name;
  if (title === undefined && busy.value === "") return null;
  return (
    <div class="state">
      {title !== undefined && (
        <span class="what" title={title}>
          {title}
        </span>
      )}
      <span class="doing" role="status">
        {busy.value && `${busy.value}…`}
      </span>
      {/* A link may name a step that takes long to reach. */}
      {project.value === null && busy.value !== "" && progress.value?.running && (
        <Button onClick={stopHere} title="Shows the training as far as it has come">
          Stop here
        </Button>
      )}
      {project.value?.kind === "example" && <CopyLink />}
      {/* Train has these itself, and more. */}
      {project.value?.trainable && route.value.screen !== "train" && <Training />}
    </div>
  );
}

/** Ends the way to the step that the address names, which then names none. */
function stopHere(): void {
  go({ step: null }, { replace: true });
  void pause();
}

const copied = signal("");

/** Of examples only: an address never holds data, so that nobody else could open it. */
function CopyLink() {
  const copy = async () => {
    const { step } = route.value;
    // The present step, where no other is looked at: that is what the reader of the link should see.
    const now = progress.value && progress.value.step > 0 ? progress.value.step : null;
    const url = new URL(hashOf({ ...route.value, step: step ?? now }), location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      copied.value = "Link copied";
    } catch {
      // Not allowed here: the address bar then holds what can be copied by hand.
      history.replaceState(history.state, "", url);
      copied.value = "The link is in the address bar";
    }
    setTimeout(() => {
      copied.value = "";
    }, 4000);
  };
  return (
    <>
      <Button
        kind="quiet"
        onClick={() => void copy()}
        label="Copy link to this moment"
        title="Copies the address of this example, its settings, step and selection"
      >
        Copy link
      </Button>
      <span class="doing" role="status">
        {copied.value}
      </span>
    </>
  );
}
