import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Dialog } from "../parts/controls/index.ts";
import { go, screens } from "../state/route.ts";
import { dead, pause, progress, project, run, step } from "../state/studio.ts";
import { screenName } from "./screens.ts";

const shown = signal(false);

export const showHelp = (): void => {
  shown.value = true;
};

/** Keys that work on every screen, and those of single screens, by what they are for. */
const keys: readonly (readonly [where: string, readonly (readonly [key: string, meaning: string])[]])[] = [
  [
    "Everywhere",
    [
      ["?", "this help"],
      ["1 to 5", screens.map((screen) => screenName[screen]).join(", ")],
      ["k", "run or pause training"],
      ["s", "one step of training"],
      ["Tab, Shift Tab", "to the next or the last control"],
    ],
  ],
  [
    "Trace",
    [
      ["Left, Right", "one position back or forth"],
      ["Page Up, Page Down", "one layer back or forth"],
      ["Home, End", "to the first or the last position"],
      ["Space", "play, or stop playing"],
      ["Enter", "edits the chosen number"],
      ["Escape", "leaves a field without a change"],
    ],
  ],
  [
    "Curves",
    [
      ["Left, Right", "the point before or after; with Shift ten times as far"],
      ["Home, End", "the first or the last point"],
      ["Enter", "chooses the point, as a click does"],
      ["+, −", "closer, or further away; 0 shows all"],
    ],
  ],
];

/** The dialog of the question mark, and the keys that work everywhere. */
export function Help() {
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <Dialog
      title="Help"
      open={shown.value}
      onClose={() => {
        shown.value = false;
      }}
    >
      <p>
        Open an example or a file of yours. <b>Trace</b> shows each number of a forward and a backward pass,
        with its formula. <b>Train</b> teaches the network while you watch. <b>Health</b> tells what goes
        wrong inside it. <b>Compare</b> puts trainings side by side and writes reports. Nothing leaves this
        machine.
      </p>
      <div class="wide">
        <table class="keys">
          {keys.map(([where, rows]) => (
            <tbody key={where}>
              <tr>
                <th colSpan={2} scope="rowgroup">
                  {where}
                </th>
              </tr>
              {rows.map(([key, meaning]) => (
                <tr key={key}>
                  <td>
                    <kbd>{key}</kbd>
                  </td>
                  <td>{meaning}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </Dialog>
  );
}

/** Where letters are typed, or keys have a meaning of their own. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox], [type=range]), textarea, select, dialog") !== null;

function onKey(event: KeyboardEvent): void {
  const { key, target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
  if (ctrlKey || metaKey || altKey || defaultPrevented || typing(target)) return;
  const trainable = project.value?.trainable && !dead.value;
  const screen = screens[Number(key) - 1];
  if (key === "?") showHelp();
  else if (screen && key.length === 1) go({ screen });
  else if (key === "k" && trainable) void (progress.value?.running ? pause() : run());
  else if (key === "s" && trainable && !progress.value?.running) void step();
  else return;
  event.preventDefault();
}
