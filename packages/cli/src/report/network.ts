/** A model of a table as a network with its loss, for what looks at the network itself. */
import { fromTypedArray, type Tensor, tensor } from "chainrule";
import { CrossEntropyLoss, MSELoss } from "chainrule/nn";
import {
  classNumbers,
  columnNamed,
  everyNth,
  type Plan,
  type TableModel,
  targetNumbers,
  toLearned,
} from "chainrule/tables";
import { type Health, health } from "chainrule/trace";

/** So many rows tell how a network is. */
const ROWS = 256;

/** How the network of a model is over its validation rows, or those of training where it has none. */
export function networkHealth(model: TableModel, plan: Plan): { health: Health; part: string } | null {
  const { table, split } = plan;
  const [all, part] =
    split.validation.length > 0 ? [split.validation, "validation rows"] : [split.training, "training rows"];
  const { target } = model.spec;
  const rows = everyNth(all, ROWS);
  if (rows.length === 0) return null;
  const column = columnNamed(table, target.name);
  const { data, codes, inputs, embedded } = model.inputs(table, rows);
  const x: Tensor[] = [fromTypedArray(data, [rows.length, inputs])];
  if (embedded > 0) x.push(fromTypedArray(codes, [rows.length, embedded]));
  const options =
    target.task === "classification"
      ? { target: tensor(classNumbers(target, column, rows, table.source)), loss: new CrossEntropyLoss() }
      : {
          target: fromTypedArray(toLearned(target, targetNumbers(column, rows, table.source)), [
            rows.length,
            1,
          ]),
          loss: new MSELoss(),
        };
  return { health: health(model.network, x, options), part };
}
