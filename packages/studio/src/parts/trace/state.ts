/** What a trace's pages share: the numbers, what is looked at, what was edited, what is hidden. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ElementRef, Explained, TraceData } from "chainrule/trace";
import type { Edit } from "../../protocol.ts";
import type { TraceSource } from "../../state/traceSource.ts";
import { type Graph, graphOf } from "./graph.ts";
import type { Verdict } from "./judge.ts";
import {
  type Cursor,
  cursorAt,
  type Granularity,
  insideLoss,
  layoutOf,
  type Numbers,
  type Place,
  placeOf,
  readCursor,
  same,
  sizeOf,
  step,
  type Walk,
  walkOf,
} from "./walk.ts";

/** Terms of a sum that are listed; the others are one. */
export const TERMS = 12;
/** Of larger tensors only so many numbers are read. */
export const MOST_READ = 2 ** 22;

export const keyOf = ({ value, of, index }: ElementRef): string => `${of} ${value} ${index}`;

export const refOfKey = (key: string): ElementRef => {
  const [of, value, index] = key.split(" ");
  return { of: of as ElementRef["of"], value: Number(value), index: Number(index) };
};

let opened = 0;

export class TraceState {
  readonly data: ReadonlySignal<TraceData>;
  readonly graph: ReadonlySignal<Graph>;
  readonly walk: ReadonlySignal<Walk>;
  /** The place of the cursor in the walk. */
  readonly place: ReadonlySignal<number>;
  /** The group whose matrices are shown. */
  readonly group: ReadonlySignal<number>;
  private readonly held = signal<number | null>(null);
  readonly numbers = signal<Numbers>(() => undefined);
  /** The numbers before the first edit; null while there is none. */
  readonly former = signal<Numbers | null>(null);
  readonly cursor = signal<Cursor>({ ref: { value: 0, of: "value", index: 0 }, rest: false, term: null });
  readonly granularity = signal<Granularity>("unit");
  /** In a batch, the row whose units are walked through. */
  readonly row = signal(0);
  readonly explained = signal<Explained | null>(null);
  /** Whether the small operations that a cross-entropy is made of are walked through too. */
  readonly inside = signal(false);
  readonly insideLoss: ReadonlySet<number>;
  /** All changes that hold, and those that held before, for undo. */
  readonly edits = signal<readonly Edit[]>([]);
  readonly past = signal<readonly (readonly Edit[])[]>([]);
  readonly problem = signal("");
  /** Hide and predict. */
  readonly predicting = signal(false);
  readonly revealed = signal<ReadonlySet<string>>(new Set());
  readonly score = signal({ right: 0, asked: 0 });
  /** What was said of the last prediction, and of which number. */
  readonly verdict = signal<{ ref: ElementRef; kind: Verdict["kind"]; text: string } | null>(null);

  private readonly source = signal<TraceSource>(undefined as unknown as TraceSource);
  private answers = new Map<string, Explained>();
  private asked = new Set<string>();
  private editing = false;

  readonly id = ++opened;

  /** False for a trace that was written down: nothing computes other numbers, and small ones of large tensors were left out. */
  readonly mayEdit: boolean;

  private constructor(source: TraceSource, mayEdit: boolean) {
    this.mayEdit = mayEdit;
    this.source.value = source;
    this.insideLoss = insideLoss(source.data);
    this.data = computed(() => this.source.value.data);
    this.graph = computed(() => graphOf(this.data.value));
    this.walk = computed(() =>
      walkOf(this.data.value, this.numbers.value, this.row.value, this.passedOver.value),
    );
    this.group = computed(() => this.held.value ?? this.ownGroup());
    this.place = computed(() => placeOf(this.walk.value, this.data.value, this.cursor.value));
  }

  /** Ids of results that the walk passes over. */
  readonly passedOver = computed<ReadonlySet<number>>(() =>
    this.inside.value ? new Set() : this.insideLoss,
  );

  /** Walks through the loss as one step, or through the operations inside it. */
  showInside(inside: boolean): void {
    const { loss } = this.data.value;
    const { cursor } = this;
    const isInside = this.insideLoss.has(cursor.value.ref.value);
    this.inside.value = inside;
    this.goTo(
      !inside && isInside && loss
        ? { ref: { value: loss.value, of: "value", index: 0 }, rest: false, term: null }
        : cursor.value,
    );
  }

  /** What is shown of an explanation: of a loss that is read as one step, its short form. */
  private shown(explained: Explained | undefined): Explained | null {
    if (!explained) return null;
    const { short } = explained;
    if (this.inside.value || !short || this.insideLoss.size === 0) return explained;
    return { ...explained, ...short, how: "function", terms: [], termCount: 0, rest: 0, source: null };
  }

  private ownGroup(): number {
    const { groupOf } = this.graph.value;
    const { stages, places } = this.walk.value;
    const [first] = stages[places[this.place.value].stage].values;
    return groupOf.get(this.cursor.value.ref.value) ?? groupOf.get(first) ?? 0;
  }

  /** Reads the numbers of a trace, changes some again, and points where `cursor` says, or at the first weighted sum. */
  static async open(
    source: TraceSource,
    cursor: string | null,
    mayEdit = true,
    edits: readonly Edit[] = [],
  ): Promise<TraceState> {
    const state = new TraceState(source, mayEdit);
    state.numbers.value = await readAll(source);
    if (edits.length > 0) {
      state.edits.value = edits;
      await state.applyEdits();
    }
    if (!state.point(cursor) && state.walk.value.places.length > 0)
      state.goTo(cursorAt(state.walk.value, state.firstSum()));
    return state;
  }

  /** The place of the first weighted sum: what comes before prepares its inputs. */
  private firstSum(): number {
    const { links, groups } = this.graph.value;
    const sums = links.flatMap(({ weight, to }) => (weight ? groups[to].values.slice(0, 1) : []));
    const place = this.walk.value.places.findIndex(
      ({ ref }) => ref.of === "value" && sums.includes(ref.value),
    );
    return Math.max(0, place);
  }

  /** Goes to what an address names. Whether it names something. */
  point(text: string | null): boolean {
    const found = text === null ? null : readCursor(text, this.data.value);
    if (!found) return false;
    this.granularity.value = found.granularity;
    this.goTo(found.cursor);
    return true;
  }

  goTo(cursor: Cursor, group: number | null = null): void {
    batch(() => {
      this.held.value = group;
      if (this.insideLoss.has(cursor.ref.value)) this.inside.value = true;
      const { rows, units } = layoutOf(this.data.value, this.data.value.values[cursor.ref.value]);
      if (rows > 1) this.row.value = Math.floor(cursor.ref.index / units);
      this.cursor.value = cursor;
      this.explained.value = this.shown(this.answers.get(keyOf(cursor.ref)));
    });
    this.ask(cursor.ref, true);
    const { places } = this.walk.value;
    for (const by of [1, 2, -1]) {
      const near = places[this.place.value + by];
      if (near) this.ask(near.ref, false);
    }
  }

  /** Goes to the same number of another row of the batch, 0-based. */
  toRow(row: number): void {
    const { ref, ...cursor } = this.cursor.value;
    const { rows, units } = layoutOf(this.data.value, this.data.value.values[ref.value]);
    this.row.value = row;
    const index = rows > 1 ? row * units + (ref.index % units) : ref.index;
    this.goTo({ ...cursor, ref: { ...ref, index } }, this.held.value);
  }

  /** Goes to a number that was chosen. What is shown around it stays where it is part of it. */
  pick = (ref: ElementRef): void => {
    const { groupOf, links } = this.graph.value;
    const group = this.group.value;
    const stays =
      groupOf.get(ref.value) === group || links.some(({ to, value }) => to === group && value === ref.value);
    this.goTo({ ref, rest: false, term: null }, stays ? group : null);
  };

  move(by: 1 | -1, granularity: Granularity = this.granularity.value): void {
    this.goTo(
      step(this.walk.value, this.data.value, this.cursor.value, granularity, by, this.shownTerms.value),
    );
  }

  /** The terms of the present sum as they are shown: the rest counts as one. */
  readonly shownTerms = computed(() => {
    const explained = this.explained.value;
    if (!explained) return 0;
    return explained.terms.length + (explained.termCount > explained.terms.length ? 1 : 0);
  });

  number(ref: ElementRef): number | undefined {
    return this.numbers.value(ref.value, ref.of)?.[ref.index];
  }

  /** What a number was before the edits; undefined where it is the same. */
  formerNumber(ref: ElementRef): number | undefined {
    const before = this.former.value?.(ref.value, ref.of)?.[ref.index];
    return before !== undefined && before !== this.number(ref) ? before : undefined;
  }

  /** Whether a number may be changed: what is given and no constant. */
  editable({ value, of }: ElementRef): boolean {
    const { role } = this.data.value.values[value];
    return this.mayEdit && of === "value" && (role === "input" || role === "parameter" || role === "target");
  }

  /** Changes one number; everything is computed anew. */
  edit(ref: ElementRef, number: number): void {
    if (number === this.number(ref)) return;
    const others = this.edits.value.filter((one) => one.value !== ref.value || one.index !== ref.index);
    const given = this.former.value?.(ref.value, "value")?.[ref.index] ?? this.number(ref);
    const change = { value: ref.value, index: ref.index, number };
    this.past.value = [...this.past.value, this.edits.value];
    this.edits.value = number === given ? others : [...others, change];
    void this.applyEdits();
  }

  undo(): void {
    const before = this.past.value.at(-1);
    if (!before) return;
    this.past.value = this.past.value.slice(0, -1);
    this.edits.value = before;
    void this.applyEdits();
  }

  reset(): void {
    if (this.edits.value.length === 0) return;
    this.past.value = [...this.past.value, this.edits.value];
    this.edits.value = [];
    void this.applyEdits();
  }

  /** One at a time: edits that come meanwhile are applied together at the end. */
  private async applyEdits(): Promise<void> {
    if (this.editing) return;
    this.editing = true;
    let done: readonly Edit[] | null = null;
    while (done !== this.edits.value) {
      const edits: readonly Edit[] = this.edits.value;
      try {
        const next = await this.source.value.edit(edits);
        const numbers = await readAll(next);
        batch(() => {
          this.former.value ??= this.numbers.value;
          if (edits.length === 0) this.former.value = null;
          this.source.value = next;
          this.numbers.value = numbers;
          this.problem.value = "";
          this.answers = new Map();
          this.asked = new Set();
        });
        done = edits;
      } catch (error) {
        if (isClosed(error)) break;
        const before: readonly Edit[] = this.past.value.at(-1) ?? [];
        batch(() => {
          this.problem.value = sentence(error);
          this.past.value = this.past.value.slice(0, -1);
          this.edits.value = before;
        });
        done = before;
      }
    }
    this.editing = false;
    this.goTo(this.cursor.value);
  }

  /** Asks for an explanation once. Those of neighbours wait while many are under way. */
  private ask(ref: ElementRef, urgent: boolean): void {
    const key = keyOf(ref);
    if (this.answers.has(key) || this.asked.has(key)) return;
    if (!urgent && this.asked.size > 4) return;
    const { asked, answers } = this;
    asked.add(key);
    this.source.value
      .explain(ref, { terms: TERMS, numeric: ref.of === "gradient" })
      .then((explained) => {
        answers.set(key, explained);
        if (answers === this.answers && keyOf(this.cursor.value.ref) === key)
          this.explained.value = this.shown(explained);
      })
      .catch((error) => {
        if (!isClosed(error) && same(this.cursor.value.ref, ref)) this.problem.value = sentence(error);
      })
      .finally(() => asked.delete(key));
  }

  /** An explanation of any number, from what is known or from the source. */
  async explain(ref: ElementRef): Promise<Explained> {
    const key = keyOf(ref);
    const known = this.answers.get(key);
    if (known) return this.shown(known) as Explained;
    const { answers } = this;
    const explained = await this.source.value.explain(ref, { terms: TERMS, numeric: false });
    // Without its numeric check it would not do for the panel.
    if (ref.of !== "gradient") answers.set(key, explained);
    return this.shown(explained) as Explained;
  }

  /** Where each quantity and each number stand in the walk. */
  private readonly order = computed(() => {
    const { stages, places } = this.walk.value;
    const stageOf = new Map<string, number>();
    stages.forEach(({ of, values }, stage) => {
      for (const value of values) stageOf.set(`${of} ${value}`, stage);
    });
    return { stageOf, placeOf: new Map(places.map((place: Place, at) => [keyOf(place.ref), at])) };
  });

  /** Whether a number is still to be predicted. */
  hidden(ref: ElementRef): boolean {
    if (!this.predicting.value) return false;
    const { stageOf, placeOf: placesOf } = this.order.value;
    const stage = stageOf.get(`${ref.of} ${ref.value}`);
    if (stage === undefined) return ref.of !== "value" && ref.value !== this.data.value.loss?.value;
    const here = this.walk.value.places[this.place.value].stage;
    if (stage !== here) return stage > here;
    if (this.revealed.value.has(keyOf(ref))) return false;
    const at = placesOf.get(keyOf(ref));
    return at === undefined || at >= this.place.value;
  }

  /** Changes whenever something else is hidden. */
  hiding(): unknown[] {
    return this.predicting.value ? [this.place.value, this.revealed.value] : [null, null];
  }

  reveal(ref: ElementRef): void {
    this.revealed.value = new Set([...this.revealed.value, keyOf(ref)]);
  }
}

async function readAll(source: TraceSource): Promise<Numbers> {
  const { data } = source;
  const read = new Map<string, Float64Array>();
  await Promise.all(
    data.values.flatMap(({ id, shape, role, hasGradient }) => {
      const size = sizeOf(shape);
      const range = size > MOST_READ ? { start: 0, count: MOST_READ } : undefined;
      const get = async (of: ElementRef["of"]) => {
        read.set(`${of} ${id}`, await source.read(id, of, range));
      };
      const updated = role === "parameter" && hasGradient && data.lr !== null;
      return [get("value"), ...(hasGradient ? [get("gradient")] : []), ...(updated ? [get("update")] : [])];
    }),
  );
  return (value, of) => read.get(`${of} ${value}`);
}

/** A trace that was closed has nothing to say: another one is open. */
const isClosed = (error: unknown): boolean => error instanceof Error && error.name === "TraceClosed";

function sentence(error: unknown): string {
  const { problem, remedy } = (error ?? {}) as { problem?: string; remedy?: string };
  if (problem !== undefined) return `${problem} ${remedy ?? ""}`.trim();
  return error instanceof Error ? error.message : String(error);
}
