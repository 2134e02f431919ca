import { render } from "preact";
import { applyTheme } from "../state/theme.ts";
import { SimpleModel } from "./SimpleModel.tsx";
import "./simple-model.css";

applyTheme();
const place = document.querySelector("#app");
if (place) render(<SimpleModel />, place);
