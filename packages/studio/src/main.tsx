import { render } from "preact";

const place = document.querySelector("#app");
if (place) render(<h1>chainrule studio</h1>, place);
