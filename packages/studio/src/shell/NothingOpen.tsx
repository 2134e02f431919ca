import { Empty } from "../parts/Empty.tsx";
import { hashOf, route } from "../state/route.ts";
import { busy, failure } from "../state/studio.ts";
import { screenName } from "./screens.ts";

/** What the other screens show before anything is open. */
export function NothingOpen() {
  if (busy.value !== "" || (route.value.example !== null && failure.value === null))
    return <p class="empty dim">{busy.value || "Opening"}…</p>;
  return (
    <Empty title={`${screenName[route.value.screen]}: nothing is open yet`}>
      <p>Choose an example, or drop a table, a model or a run.</p>
      <a class="button primary" href={hashOf({ ...route.value, screen: "open" })}>
        Open something
      </a>
    </Empty>
  );
}
