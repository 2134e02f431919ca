/**
 * A page that trains a network and draws what it thinks after each frame. What one learns: the library runs in a browser as it is, and
 * a compiled step is fast enough to train between two frames. Run it with `npx vite examples/page`.
 */
import { cat, compile, linspace, manualSeed, meshgrid, nn, noGrad, optim, rand, stack } from "chainrule";

manualSeed(0);
// Two classes on the square [−1, 1]²: in the ring, and not.
const x = rand([500, 2]).mul(2).sub(1);
const radius = x.square().sum(1).sqrt();
const y = radius.gt(0.35).logicalAnd(radius.lt(0.8)).to("float32");

const model = new nn.Sequential(
  new nn.Linear(2, 24),
  new nn.Tanh(),
  new nn.Linear(24, 24),
  new nn.Tanh(),
  new nn.Linear(24, 1),
  new nn.Flatten(0, 1),
);
const lossFn = new nn.BCEWithLogitsLoss();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const step = compile(() => {
  const loss = lossFn(model(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});

const SIZE = 40;
const axis = linspace(-1, 1, SIZE);
const [rows, columns] = meshgrid([axis, axis]);
const grid = stack([columns.flatten(), rows.flatten()], -1); // the points of the picture, row by row
const look = compile(() => noGrad(() => model(grid).sigmoid()));

const canvas = document.querySelector<HTMLCanvasElement>("#field")?.getContext("2d");
const status = document.querySelector("#status");
let steps = 0;
function frame(): void {
  const end = performance.now() + 8; // half of a frame
  let loss = step();
  for (steps++; performance.now() < end; steps++) loss = step();
  const gray = look().mul(255);
  const pixels = cat(
    [gray, gray, gray, gray.mul(0).add(255)].map((channel) => channel.reshape([-1, 1])),
    1,
  );
  canvas?.putImageData(new ImageData(Uint8ClampedArray.from(pixels.flatten().data), SIZE, SIZE), 0, 0);
  if (status) status.textContent = `${steps} steps, loss ${loss.item().toFixed(4)}`;
  if (steps < 20_000) requestAnimationFrame(frame);
}
frame();
