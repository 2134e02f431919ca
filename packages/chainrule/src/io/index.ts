/** Files: models as bytes, and back. */
export { crc32c } from "./crc32c.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export {
  eventFileName,
  eventFileStart,
  histogramsEvent,
  restartEvent,
  scalarsEvent,
} from "./tensorboard.ts";
