import type { Tensor } from "../../tensor/index.ts";
import { Module } from "./module.ts";

/** A module from one tensor to one tensor: what {@link Sequential} takes. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

declare const keepsWidth: unique symbol;

/**
 * Base of layers whose result has as many features as their input, as types see it: {@link Sequential} then checks the widths of
 * the layers around it. It does nothing when it runs.
 *
 * @example
 * class Double extends nn.WidthKeeper {
 *   forward(x: Tensor) {
 *     return x.mul(2);
 *   }
 * }
 * const model = new nn.Sequential(new nn.Linear(2, 3), new Double(), new nn.Linear(3, 1));
 * model(zeros([5, 2])).shape; // → [5, 1]
 */
export abstract class WidthKeeper extends Module {
  /**
   * Marks the type.
   *
   * @internal
   */
  declare readonly [keepsWidth]: true;

  abstract override forward(x: Tensor): Tensor;
}

/** A layer that takes `Width` features. */
export interface LayerTaking<Width extends number> extends Layer {
  /** How many features it takes. */
  readonly inFeatures: Width;
}

/**
 * The layers `L`, with each one that does not fit what arrives there replaced by {@link LayerTaking} the right width. A width
 * is known from a literal in `new Linear(2, 3)` on, through layers that keep it, up to one that may change it; widths of type
 * `number` always fit.
 */
export type Fitting<L extends readonly unknown[], Width extends number = number> = L extends readonly [
  infer First,
  ...infer Rest,
]
  ? [Fits<First, Width>, ...Fitting<Rest, WidthAfter<First, Width>>]
  : L;

type Fits<L, Width extends number> = L extends { readonly inFeatures: infer In extends number }
  ? number extends In | Width
    ? L
    : [In] extends [Width]
      ? L
      : LayerTaking<Width>
  : L;

type WidthAfter<L, Width extends number> = L extends { readonly outFeatures: infer Out extends number }
  ? Out
  : L extends { readonly [keepsWidth]: true }
    ? Width
    : number;
