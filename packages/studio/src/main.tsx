import { render } from "preact";
import { App } from "./app.tsx";
import { followAddress } from "./state/route.ts";
import { followRoute, openServed } from "./state/studio.ts";
import { applyTheme } from "./state/theme.ts";
import "./style/studio.css";

applyTheme();
followAddress();
followRoute();
void openServed();
const place = document.querySelector("#app");
if (place) render(<App />, place);
