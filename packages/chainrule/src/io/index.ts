/** Files: models as bytes, and back. */
export { crc32c } from "./crc32.ts";
export type { ElementKind, WriteOptions } from "./elements.ts";
export { readIdx } from "./idx.ts";
export { readNpy, readNpz, writeNpy, writeNpz } from "./numpy.ts";
export { type OnnxExample, type ToOnnxOptions, toOnnx } from "./onnx/export.ts";
export { type FromOnnxOptions, fromOnnx } from "./onnx/import.ts";
export { type GraphValue, OnnxModule } from "./onnx/module.ts";
export { type PyTorchClass, type PyTorchCode, type ToPyTorchOptions, toPyTorch } from "./pytorch/code.ts";
export { type ReadTorchOptions, readTorch, readTorchValue, type TorchValue } from "./pytorch/read.ts";
export { writeTorch } from "./pytorch/write.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export {
  type ByteSource,
  type LazySafetensors,
  type LazyTensor,
  openSafetensors,
  type SliceRange,
} from "./safetensors-lazy.ts";
export {
  eventFileName,
  eventFileStart,
  histogramsEvent,
  restartEvent,
  scalarsEvent,
} from "./tensorboard.ts";
export { type LayersInput, LayersModel } from "./tfjs/model.ts";
export { fromTfjs, type TfjsFiles } from "./tfjs/read.ts";
export type { WeightSource } from "./tfjs/weights.ts";
export { type TfjsJson, type TfjsModel, type ToTfjsOptions, toTfjs } from "./tfjs/write.ts";
