/** What types of TypeScript say about values. */
import type * as acorn from "acorn";
import { ANY_TENSOR, LIST, NUMBER, type Value } from "./results.ts";
import { kind, type Node } from "./syntax.ts";
import type { Values } from "./values.ts";

/** What a type of TypeScript says; types of the same names from elsewhere say nothing. */
export function annotated(values: Values, annotation: Node | undefined): Value | undefined {
  if (!annotation) return undefined;
  const type = annotation as unknown as TypeNode;
  switch (kind(annotation)) {
    case "TSTypeAnnotation":
    case "TSTypeOperator":
      return annotated(values, type.typeAnnotation);
    case "TSNumberKeyword":
      return NUMBER;
    case "TSArrayType": {
      const of = annotated(values, type.elementType);
      return of?.is === "tensor" ? { is: "tensors", of } : of?.is === "numbers" ? LIST : undefined;
    }
    case "TSTypeReference":
      return named(values, type);
    default:
      return undefined;
  }
}

function named(values: Values, { typeName, typeArguments, typeParameters }: TypeNode): Value | undefined {
  if (!typeName) return undefined;
  const path = typePathOf(values, typeName);
  if (path === null) {
    if (typeName.type !== "Identifier") return undefined;
    const { name } = typeName;
    if (name === "Promise") return annotated(values, (typeArguments ?? typeParameters)?.params[0]);
    return /^\w+(8|16|32|64)(Clamped)?Array$/.test(name)
      ? { is: "numbers", of: name, array: true }
      : undefined;
  }
  const rank = /^Tensor(\d)D$/.exec(path)?.[1];
  if (rank) return { is: "tensor", rank: Number(rank) };
  if (path === "Scalar") return { is: "tensor", rank: 0 };
  if (path === "Variable") return { is: "tensor", changes: true };
  return path === "Tensor" ? ANY_TENSOR : undefined;
}

/** The name under `tf` of a type; null for any other. */
export function typePathOf(values: Values, name: Node): string | null {
  if (name.type === "Identifier") return values.pathOf(name) || null;
  const { left, right } = name as unknown as { left: Node; right: acorn.Identifier };
  return kind(name) === "TSQualifiedName" && values.pathOf(left) === "" ? right.name : null;
}

/** What is read of the nodes of types. */
interface TypeNode {
  readonly typeAnnotation?: Node;
  readonly elementType?: Node;
  readonly typeName?: Node;
  readonly typeArguments?: { readonly params: readonly Node[] };
  readonly typeParameters?: { readonly params: readonly Node[] };
}
