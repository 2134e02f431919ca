import { useRef } from "preact/hooks";
import { Button } from "../../parts/controls/index.ts";
import { hashOf, type Screen } from "../../state/route.ts";
import { openExample, project } from "../../state/studio.ts";
import { type Card, cards, worked } from "./cards.ts";
import { Thumbnail } from "./Thumbnail.tsx";

/** The seven examples, and worked ones below them. */
export function Examples() {
  const details = useRef<HTMLDetailsElement>(null);
  const showWorked = () => {
    if (!details.current) return;
    details.current.open = true;
    details.current.querySelector("a")?.focus();
  };
  return (
    <section class="stack" aria-labelledby="examples">
      <h2 id="examples">Examples</h2>
      <ul class="cards">
        {cards.map((card) => (
          <li key={card.name}>
            <ExampleCard {...card} />
          </li>
        ))}
        <li>
          <article class="card">
            <Thumbnail name="cs231n-product" />
            <h3>Worked circuits</h3>
            <p class="dim small">Nine expressions and layers with published numbers.</p>
            <div class="row">
              <Button onClick={showWorked}>Show them</Button>
            </div>
          </article>
        </li>
      </ul>
      <details class="worked" open={project.value?.task === "circuit"} ref={details}>
        <summary>More worked examples, with published numbers</summary>
        <div class="grid">
          {worked.map(({ source, examples }) => (
            <div key={source}>
              <h3>{source}</h3>
              <ul>
                {examples.map(({ name, title, line }) => (
                  <li key={name}>
                    <a href={addressOf(name, "trace")}>{title}</a> <span class="dim">{line}</span>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </details>
    </section>
  );
}

const addressOf = (example: Card["name"], screen: Screen): string =>
  hashOf({ screen, example, config: {}, step: null, rows: null, cursor: null });

function ExampleCard({ name, title, line }: Card) {
  return (
    <article class="card">
      <Thumbnail name={name} />
      <h3>{title}</h3>
      <p class="dim small">{line}</p>
      <div class="row">
        <Button onClick={() => void openExample(name)} label={`Open ${title}`} title="What is in it">
          Open
        </Button>
        <a class="button quiet" href={addressOf(name, "trace")} aria-label={`Trace ${title}`}>
          Trace
        </a>
        <a class="button quiet" href={addressOf(name, "train")} aria-label={`Train ${title}`}>
          Train
        </a>
      </div>
    </article>
  );
}
