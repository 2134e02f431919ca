export const unit = (lengths: number[]): Float32Array => Float32Array.from(lengths);

/** A Sequential model of TensorFlow.js with these layers, and one file of float32 weights. */
export function sequential(
  layers: [className: string, config: object][],
  weights: [name: string, shape: number[], values: number[]][] = [],
) {
  const entries = layers.map(([class_name, config], i) => ({
    class_name,
    config: { name: `l${i}`, ...(i === 0 && { batch_input_shape: [null, 2] }), ...config },
  }));
  const bytes = new Uint8Array(unit(weights.flatMap(([, , values]) => values)).buffer);
  return {
    json: {
      modelTopology: { class_name: "Sequential", config: { name: "s", layers: entries } },
      weightsManifest: [
        { paths: ["w"], weights: weights.map(([name, shape]) => ({ name, shape, dtype: "float32" })) },
      ],
    },
    weights: { w: bytes },
  };
}
