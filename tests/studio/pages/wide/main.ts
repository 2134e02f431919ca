/** A trace of a 784–128–10 network, shown by the studio's component outside of the app: all of it runs on the page's own thread. */
import { manualSeed, nn, rand, tensor } from "chainrule";
import { trace } from "chainrule/trace";
import { h, render } from "preact";
import { TraceView } from "../../../../packages/studio/src/parts/trace/TraceView.tsx";
import { localSource } from "../../../../packages/studio/src/state/traceSource.ts";
import "../../../../packages/studio/src/style/studio.css";

manualSeed(0);
const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
const target = tensor([3], { dtype: "int32" });
const source = localSource(
  trace(model, rand([1, 784]), { target, loss: new nn.CrossEntropyLoss(), lr: 0.1 }),
);
const place = document.querySelector("#main");
if (place) render(h(TraceView, { source, picture: { width: 28, height: 28 } }), place);
