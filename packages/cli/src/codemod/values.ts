/** What the expressions of a program that uses TensorFlow.js hold: tensors, models, optimizers, numbers. */
import type * as acorn from "acorn";
import { annotated } from "./annotations.ts";
import { isTfModule, tfPackage } from "./modules.ts";
import {
  ANY_TENSOR,
  givesTensor,
  LIST,
  merged,
  NUMBER,
  NUMBERS,
  OTHER,
  resultOf,
  type TensorValue,
  type Value,
} from "./results.ts";
import { type Binding, patternNames, type Scopes } from "./scopes.ts";
import {
  bare,
  isFunction,
  literal,
  type Node,
  nodesIn,
  propertiesOf,
  propertyName,
  returnsOf,
  type Tree,
} from "./syntax.ts";

/** Methods that only tensors of TensorFlow.js have: whatever has them is one. */
const telling = new Set(
  `dataSync arraySync matMul expandDims argMax argMin asType toFloat toInt toBool clipByValue logSoftmax as1D as2D as3D as4D asScalar
  logSumExp squaredDifference greaterEqual lessEqual notEqual`.split(/\s+/),
);

export class Values {
  readonly tree: Tree;
  readonly scopes: Scopes;
  readonly #known = new Map<Node, Value | undefined>();
  readonly #returned = new Map<Node, Value | undefined>();
  readonly #calls = new Map<Binding, acorn.CallExpression[]>();

  constructor(tree: Tree, scopes: Scopes) {
    this.tree = tree;
    this.scopes = scopes;
  }

  /** The name under `tf` that an expression stands for, such as "train.adam"; "" for `tf` itself, null for anything else. */
  pathOf(node: Node): string | null {
    const inner = bare(node);
    if (inner.type === "MemberExpression") {
      const name = propertyName(inner);
      const outer = name === null ? null : this.pathOf(inner.object);
      return outer === null ? null : outer === "" ? name : `${outer}.${name}`;
    }
    if (inner.type !== "Identifier") return null;
    const binding = this.scopes.bindingOf(inner);
    return binding ? this.pathOfBinding(binding) : null;
  }

  /** As {@link pathOf}, of a name that the program declares. */
  pathOfBinding({ at, by }: Binding): string | null {
    if (/^Import\w*Specifier$/.test(by.type)) {
      const from = this.tree.parents.get(by) as acorn.ImportDeclaration;
      if (!tfPackage.test(String(from.source.value))) return null;
      if (by.type !== "ImportSpecifier") return "";
      return by.imported.type === "Identifier" ? by.imported.name : String(by.imported.value);
    }
    if (by.type !== "VariableDeclarator" || !by.init) return null;
    const from = isTfModule(by.init) ? "" : by.id.type === "ObjectPattern" ? this.pathOf(by.init) : null;
    if (from === null || by.id === at) return from;
    if (by.id.type !== "ObjectPattern") return null;
    for (const property of by.id.properties) {
      if (property.type === "RestElement" || property.value !== at) continue;
      const name = propertyName(property);
      return name === null ? null : from === "" ? name : `${from}.${name}`;
    }
    return null;
  }

  /** What an expression holds; undefined where that is not known. */
  of(node: Node | null | undefined): Value | undefined {
    if (!node) return undefined;
    if (this.#known.has(node)) return this.#known.get(node);
    this.#known.set(node, undefined); // what is defined by itself stays unknown
    const value = this.#find(node);
    this.#known.set(node, value);
    return value;
  }

  /** Where a method is called on something that holds a tensor, or must. */
  isTensor(node: Node): boolean {
    return this.of(node)?.is === "tensor";
  }

  #find(node: Node): Value | undefined {
    const inner = bare(node);
    if (inner !== node)
      return annotated(this, (node as { typeAnnotation?: Node }).typeAnnotation) ?? this.of(inner);
    switch (node.type) {
      case "Literal":
        return typeof node.value === "number" ? { is: "numbers", of: "number" } : OTHER;
      case "TemplateLiteral":
        return OTHER;
      case "UnaryExpression":
      case "UpdateExpression":
        return NUMBER;
      case "BinaryExpression":
        return /^[-*/%]/.test(node.operator) || this.of(node.left)?.is === "numbers" ? NUMBER : undefined;
      case "Identifier":
        return this.#ofName(node);
      case "AwaitExpression":
        return this.of(node.argument);
      case "AssignmentExpression":
        return node.operator === "=" ? this.of(node.right) : undefined;
      case "ConditionalExpression":
        return merged([this.of(node.consequent), this.of(node.alternate)]);
      case "LogicalExpression":
        return merged([this.of(node.left), this.of(node.right)]);
      case "ArrayExpression":
        return this.#ofArray(node);
      case "NewExpression":
        return node.callee.type === "Identifier" && /Array$/.test(node.callee.name)
          ? { is: "numbers", of: node.callee.name, array: true }
          : OTHER;
      case "ObjectExpression": {
        const fields: Record<string, Value | undefined> = {};
        for (const property of node.properties) {
          const name = propertyName(property);
          if (property.type === "Property" && name !== null) fields[name] = this.of(property.value);
        }
        return { is: "record", fields };
      }
      case "MemberExpression":
        return this.#ofMember(node);
      case "CallExpression":
        return this.#ofCall(node);
      default:
        return undefined;
    }
  }

  #ofArray(node: acorn.ArrayExpression): Value | undefined {
    const values = node.elements.map((e) => (e?.type === "SpreadElement" ? undefined : this.of(e)));
    const spread = node.elements.some((e) => e?.type === "SpreadElement");
    const all = merged(values);
    if (values.some((v) => v?.is === "tensor"))
      return {
        is: "tensors",
        of: all?.is === "tensor" ? all : ANY_TENSOR,
        ...(spread ? {} : { items: values }),
      };
    const of = typeof firstOf(literal(node));
    if (of === "number" || of === "boolean") return { is: "numbers", of, array: true };
    const inner = values.find((v) => v?.is === "numbers");
    return inner?.is === "numbers"
      ? { is: "numbers", of: inner.of ?? "number", array: true }
      : { is: "list" };
  }

  #ofMember(node: acorn.MemberExpression): Value | undefined {
    const name = propertyName(node);
    const object = this.of(node.object);
    if (name === null) {
      const place = literal(node.property);
      if (object?.is === "tensors") return (typeof place === "number" && object.items?.[place]) || object.of;
      if (object?.is === "layers") {
        const index = literal(node.property);
        return typeof index === "number" ? { is: "layer", model: object.model, index } : undefined;
      }
      return object?.is === "numbers" ? NUMBERS : undefined;
    }
    if (name === "length") return NUMBER;
    if (object?.is === "record") return object.fields[name];
    if (object?.is === "model" && name === "layers") return { is: "layers", model: object.origin };
    if (object?.is === "tensor" && ["shape", "size", "rank"].includes(name)) return NUMBERS;
    if (node.object.type === "ThisExpression") return this.#ofField(node, name);
    return undefined;
  }

  /** A field of the class around: what is assigned to it anywhere in the class. */
  #ofField(node: Node, name: string): Value | undefined {
    let owner: Node | undefined = node;
    while (owner && owner.type !== "ClassBody") owner = this.tree.parents.get(owner);
    if (!owner) return undefined;
    for (const inner of nodesIn(
      owner,
      (n) => n.type === "PropertyDefinition" || n.type === "AssignmentExpression",
    )) {
      if (inner.type === "PropertyDefinition" && propertyName(inner) === name) {
        const value =
          this.of(inner.value) ?? annotated(this, (inner as { typeAnnotation?: Node }).typeAnnotation);
        if (value) return value;
      }
      if (inner.type !== "AssignmentExpression" || inner.left.type !== "MemberExpression") continue;
      if (inner.left.object.type !== "ThisExpression" || propertyName(inner.left) !== name) continue;
      const value = this.of(inner.right);
      if (value && value.is !== "other") return value;
    }
    return undefined;
  }

  #ofCall(node: acorn.CallExpression): Value | undefined {
    const path = this.pathOf(node.callee);
    if (path !== null) return this.#ofTf(path, node);
    const callee = bare(node.callee);
    if (callee.type === "MemberExpression") {
      const name = propertyName(callee);
      return name === null ? undefined : this.#ofMethod(name, callee.object, node);
    }
    if (callee.type === "Identifier") {
      const fn = this.functionOf(callee);
      if (fn) return this.returned(fn);
      const holder = this.of(callee);
      if (holder?.is === "function") return holder.gives;
      return ["Number", "parseFloat", "parseInt"].includes(callee.name) ? NUMBER : undefined;
    }
    const made = this.of(callee);
    return isFunction(callee) ? this.returned(callee) : made?.is === "function" ? made.gives : undefined;
  }

  #ofTf(path: string, node: acorn.CallExpression): Value | undefined {
    const args = node.arguments as readonly Node[];
    const values = args.map((a) => this.of(a));
    if (path === "tidy") {
      const fn = args.at(-1);
      return isFunction(fn) ? this.returned(fn) : undefined;
    }
    if (path === "keep") return values[0];
    if (path === "sequential" || path === "model" || path === "models.modelFromJSON")
      return { is: "model", origin: node };
    if (path === "loadLayersModel" || path === "loadGraphModel") return { is: "model", origin: node };
    if (/^train\.\w+$/.test(path)) return { is: "optimizer", origin: node };
    if (path === "moments") return { is: "record", fields: { mean: ANY_TENSOR, variance: ANY_TENSOR } };
    if (path === "topk")
      return { is: "record", fields: { values: ANY_TENSOR, indices: { is: "tensor", dtype: "int32" } } };
    if (path === "grad") return { is: "function", gives: ANY_TENSOR };
    if (path === "grads") return { is: "function", gives: { is: "tensors", of: ANY_TENSOR } };
    if (path === "valueAndGrad")
      return { is: "function", gives: { is: "record", fields: { value: ANY_TENSOR, grad: ANY_TENSOR } } };
    if (path === "valueAndGrads")
      return {
        is: "function",
        gives: { is: "record", fields: { value: ANY_TENSOR, grads: { is: "tensors", of: ANY_TENSOR } } },
      };
    if (path === "unstack" || path === "split") return { is: "tensors", of: ANY_TENSOR };
    if (givesTensor(path)) return resultOf(path, args, values);
    return path.startsWith("browser.") || path.startsWith("image.") || path.startsWith("linalg.")
      ? ANY_TENSOR
      : undefined;
  }

  #ofMethod(name: string, object: Node, node: acorn.CallExpression): Value | undefined {
    const holder = this.of(object);
    const args = node.arguments as readonly Node[];
    if (holder?.is === "tensor" || telling.has(name)) {
      if (["dataSync", "arraySync", "data", "array"].includes(name)) return NUMBERS;
      if (name === "dispose" || name === "print") return OTHER;
      if (name === "split" || name === "unstack") return { is: "tensors", of: ANY_TENSOR };
      if (name === "topk")
        return { is: "record", fields: { values: ANY_TENSOR, indices: { is: "tensor", dtype: "int32" } } };
      if (name === "variable") return { ...((holder as TensorValue) ?? ANY_TENSOR), changes: true };
      return resultOf(name, [object, ...args], [holder, ...args.map((a) => this.of(a))]);
    }
    if (holder?.is === "model") {
      if (["predict", "predictOnBatch", "apply", "call"].includes(name))
        return { is: "tensor", dtype: "float32" };
      if (name === "evaluate") return this.#evaluated(holder.origin);
      if (name === "fit") return { is: "history" };
      if (name === "getLayer") {
        const index = literal(args[1] ?? args[0]);
        return typeof index === "number" ? { is: "layer", model: holder.origin, index } : undefined;
      }
    }
    if (holder?.is === "optimizer" && name === "minimize") return { is: "tensor", dtype: "float32", rank: 0 };
    if ((holder?.is === "layer" || holder?.is === "model") && name === "getWeights")
      return { is: "tensors", of: { is: "tensor", dtype: "float32", changes: true } };
    if (holder?.is === "tensors" && ["slice", "concat", "filter", "reverse"].includes(name)) return holder;
    if (holder?.is === "list" && ["slice", "concat", "filter", "reverse", "flat", "fill"].includes(name))
      return holder;
    if (
      (holder?.is === "tensors" ||
        holder?.is === "list" ||
        (holder?.is === "numbers" && holder.of === "number")) &&
      name === "map"
    ) {
      const [fn] = args;
      const value = isFunction(fn) ? this.returned(fn) : undefined;
      return value?.is === "tensor"
        ? { is: "tensors", of: value }
        : value?.is === "numbers"
          ? LIST
          : { is: "list" };
    }
    if (object.type === "Identifier" && object.name === "Math") return NUMBER;
    if (object.type === "Identifier" && object.name === "Array" && name === "from") {
      const fn = args[1];
      const value = isFunction(fn) ? this.returned(fn) : NUMBER;
      return value?.is === "tensor"
        ? { is: "tensors", of: value }
        : value?.is === "numbers"
          ? LIST
          : undefined;
    }
    if (object.type === "Identifier" && /Array$/.test(object.name) && (name === "from" || name === "of"))
      return { is: "numbers", of: object.name, array: true };
    if (name === "map" && isFunction(args[0])) {
      const value = this.returned(args[0]);
      return value?.is === "tensor" ? { is: "tensors", of: value } : undefined; // numbers may stay in a typed array
    }
    return holder?.is === "numbers" &&
      holder.array &&
      ["slice", "concat", "filter", "flat", "reverse", "fill"].includes(name)
      ? holder
      : holder?.is === "numbers"
        ? NUMBERS
        : undefined;
  }

  /** What `evaluate` gives: the loss, and the metrics that the model is compiled with. */
  #evaluated(origin: Node): Value | undefined {
    const compiled = nodesIn(this.tree.program, (n) => {
      if (
        n.type !== "CallExpression" ||
        n.callee.type !== "MemberExpression" ||
        propertyName(n.callee) !== "compile"
      )
        return false;
      const value = this.of(n.callee.object);
      return value?.is === "model" && value.origin === origin;
    }) as acorn.CallExpression[];
    if (compiled.length !== 1) return undefined;
    const scalar: TensorValue = { is: "tensor", dtype: "float32", rank: 0 };
    const metrics = propertiesOf(compiled[0].arguments[0] as Node)?.has("metrics");
    return metrics ? { is: "tensors", of: scalar } : scalar;
  }

  /** What a function of this program returns. */
  returned(fn: Node): Value | undefined {
    if (!isFunction(fn)) return undefined;
    if (this.#returned.has(fn)) return this.#returned.get(fn);
    this.#returned.set(fn, undefined);
    const body = fn.body as Node;
    const results = body.type === "BlockStatement" ? returnsOf(body).map((r) => r.argument ?? null) : [body];
    const value =
      merged(results.map((r) => this.of(r))) ?? annotated(this, (fn as { returnType?: Node }).returnType);
    this.#returned.set(fn, value);
    return value;
  }

  /** The function that a name stands for. */
  functionOf(
    name: Node,
  ): acorn.ArrowFunctionExpression | acorn.FunctionExpression | acorn.FunctionDeclaration | null {
    const by = this.scopes.bindingOf(name)?.by;
    if (
      isFunction(by) &&
      by.type === "FunctionDeclaration" &&
      by.id?.name === (name as acorn.Identifier).name
    )
      return by;
    return by?.type === "VariableDeclarator" && by.id.type === "Identifier" && isFunction(by.init)
      ? by.init
      : null;
  }

  #ofName(name: acorn.Identifier): Value | undefined {
    const binding = this.scopes.bindingOf(name);
    if (!binding) return undefined;
    if (this.#known.has(binding.at) && binding.at !== name) return this.#known.get(binding.at);
    this.#known.set(binding.at, undefined);
    const value = this.#ofBinding(binding);
    this.#known.set(binding.at, value);
    return value;
  }

  #ofBinding(binding: Binding): Value | undefined {
    const { at, by } = binding;
    const said = annotated(this, (at as { typeAnnotation?: Node }).typeAnnotation);
    if (by.type === "VariableDeclarator") {
      const first = by.init ? [this.#inPattern(by.id, at, this.of(by.init))] : this.#iterated(by, at);
      return merged([...first, ...this.#assigned(binding)]) ?? said;
    }
    if (isFunction(by) && by.params.some((p) => patternNames(p).includes(at))) {
      return said ?? this.#ofParameter(binding, by);
    }
    return undefined;
  }

  /** The value of a variable of `for … of`. */
  #iterated(by: Node, at: acorn.Identifier): (Value | undefined)[] {
    const declaration = this.tree.parents.get(by);
    const loop = declaration && this.tree.parents.get(declaration);
    if (loop?.type !== "ForOfStatement" || loop.left !== declaration) return [];
    const over = this.of(loop.right);
    return [over?.is === "tensors" && (by as acorn.VariableDeclarator).id === at ? over.of : undefined];
  }

  #assigned({ uses }: Binding): (Value | undefined)[] {
    return uses.flatMap((use) => {
      const parent = this.tree.parents.get(use);
      return parent?.type === "AssignmentExpression" && parent.left === use ? [this.of(parent.right)] : [];
    });
  }

  #inPattern(pattern: Node, at: acorn.Identifier, value: Value | undefined): Value | undefined {
    if (pattern === at) return value;
    if (pattern.type === "AssignmentPattern")
      return this.#inPattern(pattern.left, at, value ?? this.of(pattern.right));
    if (pattern.type === "ArrayPattern" && value?.is === "tensors") {
      const index = pattern.elements.indexOf(at);
      return index < 0 ? undefined : value.items ? value.items[index] : value.of;
    }
    if (pattern.type === "ObjectPattern" && value?.is === "record") {
      for (const property of pattern.properties) {
        const name = propertyName(property);
        if (property.type !== "Property" || name === null) continue;
        const found = this.#inPattern(property.value, at, value.fields[name]);
        if (found) return found;
      }
    }
    return undefined;
  }

  /** A parameter: what the calls pass, or what the function that takes this one gives it. */
  #ofParameter({ at }: Binding, fn: Node): Value | undefined {
    if (!isFunction(fn)) return undefined;
    const index = fn.params.findIndex((p) => patternNames(p).includes(at));
    const pattern = fn.params[index];
    const inside = (value: Value | undefined): Value | undefined => this.#inPattern(pattern, at, value);
    const parent = this.tree.parents.get(fn);
    if (parent?.type === "CallExpression" && parent.callee !== fn) {
      const path = this.pathOf(parent.callee);
      if (path !== null && /^(grads?|valueAndGrads?|customGrad)$/.test(path)) return ANY_TENSOR;
      const callee = bare(parent.callee);
      if (callee.type !== "MemberExpression" || index !== 0) return undefined;
      // A promise is taken for what it comes to.
      if (propertyName(callee) === "then") return inside(this.of(callee.object));
      const over = this.of(callee.object);
      if (over?.is === "tensors") return inside(over.of);
      return over?.is === "numbers" ? NUMBERS : undefined;
    }
    if (parent?.type === "CallExpression") return inside(this.of(parent.arguments[index] as Node));
    const name =
      fn.type === "FunctionDeclaration" ? fn.id : parent?.type === "VariableDeclarator" ? parent.id : null;
    const binding = name && this.scopes.bindingOf(name);
    if (!binding) return undefined;
    const passed: (Value | undefined)[] = [];
    for (const call of this.callsOf(binding)) {
      const path = this.pathOf(call.callee);
      // `tf.grad(f)`: f takes tensors.
      if (path !== null && /^(grads?|valueAndGrads?)$/.test(path)) passed.push(ANY_TENSOR);
      else if (call.callee.type === "Identifier" && this.scopes.bindingOf(call.callee) === binding)
        passed.push(inside(this.of(call.arguments[index] as Node)));
    }
    return merged(passed);
  }

  /** The calls in which a name is called or passed. */
  callsOf(binding: Binding): readonly acorn.CallExpression[] {
    const known = this.#calls.get(binding);
    if (known) return known;
    const calls = binding.uses
      .map((use) => this.tree.parents.get(use))
      .filter((parent): parent is acorn.CallExpression => parent?.type === "CallExpression");
    this.#calls.set(binding, calls);
    return calls;
  }
}

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? firstOf(value[0]) : value);
